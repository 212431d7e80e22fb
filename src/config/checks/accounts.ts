/** Checks that the keys of an account do not contradict each other. */
import type { Findings, Path } from '../faults.ts';
import { type ConfigSketch, isGiven } from '../schema/file.ts';

type AccountSketch = NonNullable<ConfigSketch['accounts']>[number];

export function checkAccounts(file: ConfigSketch, findings: Findings): void {
  for (const [index, account] of (file.accounts ?? []).entries()) {
    const path = ['accounts', index];
    const password = isGiven(account.password) || isGiven(account.password_file);
    const hash = isGiven(account.password_hash) || isGiven(account.password_hash_file);
    if (password && hash) {
      findings.fault([...path, 'password_hash'], 'given together with password: one of them');
    }
    if (account.role !== undefined && account.role !== 'manager' && (account.manages ?? []).length > 0) {
      findings.fault([...path, 'manages'], `is for the role manager, and the role is ${account.role}`);
    }
    checkFactors(account, path, findings);
  }
}

function checkFactors(account: AccountSketch, path: Path, findings: Findings): void {
  const seen = new Set<string>();
  for (const [index, factor] of (account.factors ?? []).entries()) {
    const at = [...path, 'factors', index];
    if (factor.method === 'sms' && account.phone === null) {
      findings.fault(at, 'a code by SMS needs the account to have a phone');
    }
    // Two authenticator apps are two factors. An account has one address and one number, so each of those is one factor.
    if (factor.method !== 'totp' && seen.has(factor.method))
      findings.fault(at, `${factor.method} is there already`);
    seen.add(factor.method);
  }
}

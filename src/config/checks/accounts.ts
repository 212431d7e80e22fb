/** Checks that the keys of an account do not contradict each other. */
import { mayManage, type Role } from '../../domain/account.ts';
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
    const fault = account.role === undefined ? null : managesFault(account.role, account.manages ?? []);
    if (fault !== null) findings.fault([...path, 'manages'], fault);
    checkFactors(account, path, findings);
  }
}

/** The fault of the groups that an account is to manage. Null when its role may manage them. */
export function managesFault(role: Role, manages: readonly string[]): string | null {
  return mayManage(role, manages) ? null : `is for the role manager, and the role is ${role}`;
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

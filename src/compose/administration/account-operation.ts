/** Composes the operator's use cases for accounts, for one command. */
import type { Config } from '../../config/shape.ts';
import { PASSWORD_BYTES, passwordOf } from '../../domain/codes/generated-password.ts';
import type { EventLog } from '../../ports/events.ts';
import type { Cipher } from '../../ports/system.ts';
import { type AccountAccess, createAccountAccess } from '../../use-cases/administration/account-access.ts';
import {
  type Accounts,
  createAccounts,
  type FindPasswordFault,
} from '../../use-cases/administration/accounts.ts';
import type { Factors } from '../../use-cases/administration/factors.ts';
import { createReconciliation, type Reconciliation } from '../../use-cases/administration/reconciliation.ts';
import { createRoster, type Roster } from '../../use-cases/administration/roster.ts';
import { createSeeding, type Seed } from '../../use-cases/administration/seeding.ts';
import type { EndSessions } from '../../use-cases/sign-in/end-sessions.ts';
import { passwordSubjectOf } from '../../use-cases/sign-in/password-subject.ts';
import { type Parts, passwordsOf } from '../parts.ts';

interface AccountOperationDeps {
  readonly config: Config;
  readonly parts: Parts;
  readonly factors: Factors;
  readonly endSessions: EndSessions;
  readonly events: EventLog;
  /** Opens the keys for the first who needs them. */
  readonly cipherNow: () => Promise<Cipher>;
}

export interface AccountOperation {
  readonly accounts: Accounts;
  readonly access: AccountAccess;
  readonly roster: Roster;
  readonly reconciliation: Reconciliation;
  readonly generatePassword: () => string;
}

export function accountOperationOf(deps: AccountOperationDeps): AccountOperation {
  const { config, parts, factors, endSessions, events, cipherNow } = deps;
  const { stores, hasher, clock, random } = parts;
  const { accounts: store, administration, attempts, enrolments, lockouts, trustedBrowsers } = stores;
  const { tenants } = config;

  const { findFault } = passwordsOf(config, hasher);
  const findPasswordFault: FindPasswordFault = (password, account) => findFault(account, password);
  const passwordSubject = async (email: string) => passwordSubjectOf(await cipherNow(), email);
  const create = async (seed: Seed) => {
    const cipher = await cipherNow();
    return createSeeding({ accounts: store, enrolments, hasher, cipher, clock, random }).create(seed);
  };

  const accounts = createAccounts({
    accounts: store,
    enrolments,
    factors,
    create,
    findPasswordFault,
    events,
    clock,
  });
  const access = createAccountAccess({
    accounts: store,
    administration,
    lockouts,
    attempts,
    trustedBrowsers,
    endSessions,
    hasher,
    findPasswordFault,
    passwordSubject,
    events,
    clock,
  });
  return {
    accounts,
    access,
    roster: createRoster({ accounts: store, administration, tenants, passwordSubject, clock }),
    reconciliation: createReconciliation({ administration, acts: accounts, access, hasher }),
    generatePassword: () => passwordOf(random.bytes(PASSWORD_BYTES)),
  };
}

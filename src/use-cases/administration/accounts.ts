/** The acts of an operator on the details of one account: creates it, changes it, confirms its address. */
import {
  type Account,
  type AccountChanges,
  mayManage,
  normaliseEmail,
  normalisePassword,
} from '../../domain/account.ts';
import { methodSentTo, sentTo } from '../../domain/methods/index.ts';
import type { PasswordFault } from '../../domain/password/fault.ts';
import { OPERATOR } from '../../domain/resets/reset-request.ts';
import type { EventLog } from '../../ports/events.ts';
import type { AccountStore, EnrolmentStore } from '../../ports/stores.ts';
import type { Clock } from '../../ports/system.ts';
import type { Factors } from './factors.ts';
import type { Seed } from './seeding.ts';

/** Why the rules refuse a password for an account. `password` is normalised. Null when they take it. */
export type FindPasswordFault = (password: string, account: NewAccount) => Promise<PasswordFault | null>;

interface AccountsDeps {
  readonly accounts: Pick<AccountStore, 'findByEmail' | 'update' | 'setPhone' | 'setLocale' | 'confirmEmail'>;
  readonly enrolments: Pick<EnrolmentStore, 'listByAccount'>;
  readonly factors: Pick<Factors, 'remove'>;
  /** Null when the e-mail address has an account already. */
  readonly create: (seed: Seed) => Promise<Account | null>;
  readonly findPasswordFault: FindPasswordFault;
  readonly events: EventLog;
  readonly clock: Clock;
}

export interface NewAccount
  extends Pick<
    Account,
    | 'email'
    | 'tenantId'
    | 'name'
    | 'givenName'
    | 'familyName'
    | 'username'
    | 'role'
    | 'groups'
    | 'manages'
    | 'phone'
  > {}

export type Creation =
  | { readonly kind: 'created'; readonly account: Account }
  | { readonly kind: 'taken' }
  | { readonly kind: 'not_manager' }
  | { readonly kind: 'password_refused'; readonly fault: PasswordFault };

export type Update =
  | { readonly kind: 'updated'; readonly account: Account }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'not_manager' };

/** The details that an administrator changes. An absent one stays as it is. */
export type DetailChanges = Pick<
  AccountChanges,
  'name' | 'givenName' | 'familyName' | 'username' | 'attributes' | 'role' | 'groups' | 'manages'
> &
  Partial<Pick<Account, 'phone' | 'locale'>>;

/** The acts that make accounts. `actor` is as in the lines of the audit log. */
export function createAccountCreation(deps: Pick<AccountsDeps, 'create' | 'findPasswordFault' | 'events'>) {
  const { findPasswordFault, events } = deps;

  /** `password` null: the person is invited. */
  async function create(
    wanted: NewAccount,
    password: string | null,
    actor: string = OPERATOR,
  ): Promise<Creation> {
    if (!mayManage(wanted.role, wanted.manages)) return { kind: 'not_manager' };
    const fault = password === null ? null : await findPasswordFault(normalisePassword(password), wanted);
    if (fault) return { kind: 'password_refused', fault };
    const nothing = { locale: null, attributes: {}, emailConfirmed: false, passwordHash: null, factors: [] };
    return createWhole({ ...wanted, ...nothing, password }, actor);
  }

  async function createWhole(
    seed: Seed,
    actor: string = OPERATOR,
  ): Promise<Extract<Creation, { kind: 'created' | 'taken' }>> {
    const account = await deps.create(seed);
    if (!account) return { kind: 'taken' };
    await events.append({ ...lineOf(account), actor, name: 'account.created' });
    return { kind: 'created', account };
  }

  return { create, createWhole };
}

export type AccountCreation = ReturnType<typeof createAccountCreation>;

export function createAccounts(deps: AccountsDeps) {
  const { accounts, enrolments, factors, events, clock } = deps;
  const { create, createWhole } = createAccountCreation(deps);

  /** Gives the account as it is then. An account that leaves the role manager manages nothing. */
  async function update(email: string, changes: DetailChanges): Promise<Update> {
    const account = await accounts.findByEmail(normaliseEmail(email));
    if (!account) return { kind: 'unknown' };
    const { phone, locale, ...given } = changes;
    if (!mayManage(given.role ?? account.role, given.manages ?? [])) return { kind: 'not_manager' };
    const leaves = given.role !== undefined && given.role !== 'manager' && account.manages.length > 0;
    const details = leaves ? { ...given, manages: [] } : given;
    const now = clock.now();
    if (Object.keys(details).length > 0) await accounts.update(account.id, details, now);
    if (locale !== undefined) await accounts.setLocale(account.id, locale, now);
    if (phone !== undefined && phone !== account.phone) await changePhone(account, phone);
    await events.append({ ...lineOf(account), name: 'account.updated' });
    const updated = await accounts.findByEmail(account.email);
    return updated ? { kind: 'updated', account: updated } : { kind: 'unknown' };
  }

  /** Codes go to proven numbers only, so the factor of the old number is removed. Its owner is told at both. */
  async function changePhone(account: Account, phone: string | null): Promise<void> {
    const enrolled = await enrolments.listByAccount(account.id);
    const ofNumber = enrolled.filter(({ method }) => sentTo(method) === 'number');
    for (const { id } of ofNumber) await factors.remove(account.id, { id });
    await accounts.setPhone(account.id, phone, clock.now());
    const wasProven = ofNumber.length > 0 && account.phone !== null;
    await events.append({
      ...lineOf(account),
      name: 'contact.changed',
      cause: 'administration',
      account,
      method: methodSentTo('number'),
      also: wasProven ? [{ channel: 'sms', to: account.phone }] : [],
    });
  }

  /** False when it was confirmed before. Null when there is no such account. */
  async function confirmEmail(email: string): Promise<boolean | null> {
    const account = await accounts.findByEmail(normaliseEmail(email));
    if (!account) return null;
    if (account.emailConfirmed) return false;
    const isDone = await accounts.confirmEmail(account.id, account.email, clock.now());
    if (!isDone) throw new Error(`${email} was changed at this moment: try again`);
    const method = methodSentTo('address');
    await events.append({ ...lineOf(account), name: 'contact.confirmed', method });
    return true;
  }

  return { create, createWhole, update, confirmEmail };
}

export type Accounts = ReturnType<typeof createAccounts>;

/** The account and the actor of an audit line. */
export function lineOf({ id, tenantId }: Account, actor: string = OPERATOR) {
  return { accountId: id, tenantId, actor };
}

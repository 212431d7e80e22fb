/** Trusting browsers at the end of a sign-in, for tests that vary one of its parts. */
import type { Account } from '../../../src/domain/account.ts';
import { NO_ASSURANCE_REQUESTED, type RequestedAssurance } from '../../../src/domain/policy/policy.ts';
import type { SignInTransaction } from '../../../src/domain/sign-in/transaction.ts';
import type { Seed } from '../../../src/use-cases/administration/seeding.ts';
import { MINUTE } from '../../contracts/examples.ts';
import { ADDRESS, aTenant, type Setting, withTotp } from '../setting.ts';

export const DAY = 24 * 60 * MINUTE;
export const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0';

/** `acme` requires a second factor, `open` does not; both let browsers be trusted, and `wary` does not. */
export const TRUSTING = [
  aTenant('acme', { enforcement: 'required', trustedDevices: true }),
  aTenant('open', { trustedDevices: true }),
  aTenant('wary', { enforcement: 'required' }),
];

export function trustingIn(setting: () => Setting) {
  /** Somebody with a phone. */
  function person(changes: Partial<Seed> = {}): Promise<Account> {
    return setting().person({ ...withTotp, ...changes });
  }

  /** A sign-in at its end: password and phone were given, and the box was ticked. */
  async function atEnd(
    account: Account,
    changes: Partial<SignInTransaction> = {},
  ): Promise<SignInTransaction> {
    const [phone] = await setting().stores.enrolments.listByAccount(account.id);
    const authentication = {
      method: 'totp',
      enrolmentId: phone?.id ?? null,
      atMs: setting().clock.now(),
    } as const;
    const transaction = await setting().begun(account, { trustBrowser: true });
    return { ...transaction, authentications: [...transaction.authentications, authentication], ...changes };
  }

  async function ended(account: Account, transaction: SignInTransaction, kept: string | null = null) {
    const policyResult = await setting().evaluated(account, { authentications: transaction.authentications });
    const place = { ip: ADDRESS, clientId: 'rp' };
    return setting().browsers.trust(transaction, policyResult, { ...place, name: FIREFOX, kept });
  }

  /** Gives what the browser keeps from then on. */
  async function trusted(account: Account, kept: string | null = null): Promise<string> {
    const given = await ended(account, await atEnd(account), kept);
    if (!given) throw new Error('nothing was trusted');
    return given.kept;
  }

  /** Gives the next step after the password, in a browser that holds this cookie. */
  async function askedOf(account: Account, kept: string | null, requested: Partial<RequestedAssurance> = {}) {
    const trustedBrowserId = setting().browsers.idIn(kept, account.id);
    const { decision } = await setting().evaluated(account, {
      trustedBrowserId,
      requested: { ...NO_ASSURANCE_REQUESTED, ...requested },
    });
    return decision.kind;
  }

  const count = async ({ id }: Account) => (await setting().browsers.list(id)).length;

  return { person, atEnd, ended, trusted, askedOf, count };
}

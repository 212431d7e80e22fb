/** Trusting browsers at the end of a sign-in, for tests that vary one of its parts. */
import type { Account } from '../../../src/domain/account.ts';
import { NO_ASSURANCE_REQUESTED, type RequestedAssurance } from '../../../src/domain/policy/policy.ts';
import type { SignInTransaction } from '../../../src/domain/sign-in/transaction.ts';
import type { Seed } from '../../../src/use-cases/administration/seeding.ts';
import type { GivenToken, KeptToken } from '../../../src/use-cases/second-factor/trusted-browsers.ts';
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

/** The tokens that a browser keeps. */
export type Kept = readonly KeptToken[];

/** The tokens after another was given. */
export function keeping(kept: Kept, { mark, value }: GivenToken): Kept {
  return [...kept.filter((token) => token.mark !== mark), { mark, value }];
}

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

  async function ended(
    account: Account,
    transaction: SignInTransaction,
    kept: Kept = [],
  ): Promise<GivenToken | null> {
    const policyResult = await setting().evaluated(account, { authentications: transaction.authentications });
    const place = { ip: ADDRESS, clientId: 'rp' };
    return setting().browsers.trust(transaction, policyResult, { ...place, name: FIREFOX, kept });
  }

  /** Gives what the browser keeps from then on. */
  async function trusted(account: Account, kept: Kept = []): Promise<Kept> {
    const given = await ended(account, await atEnd(account), kept);
    if (!given) throw new Error('nothing was trusted');
    return keeping(kept, given);
  }

  /** Gives the next step after the password, in a browser that holds these cookies. */
  async function askedOf(account: Account, kept: Kept, requested: Partial<RequestedAssurance> = {}) {
    const trustToken = setting().browsers.tokenIn(kept, account.id);
    const { decision } = await setting().evaluated(account, {
      trustToken,
      requested: { ...NO_ASSURANCE_REQUESTED, ...requested },
    });
    return decision.kind;
  }

  /** A sign-in with the password alone. Gives the next token. Null when the browser is not trusted. */
  async function used(account: Account, kept: Kept): Promise<GivenToken | null> {
    const trustToken = setting().browsers.tokenIn(kept, account.id);
    const policyResult = await setting().evaluated(account, { trustToken });
    const browser = { ip: ADDRESS, clientId: 'rp', name: FIREFOX, kept };
    return setting().browsers.use(policyResult, browser, 'The shop');
  }

  /** The same. Gives what the browser keeps from then on. */
  async function usedOnce(account: Account, kept: Kept): Promise<Kept> {
    const given = await used(account, kept);
    if (!given) throw new Error('the browser is not trusted');
    return keeping(kept, given);
  }

  /** A sign-in up to the policy: the next step after the password, and the end of outdated trust. */
  async function signedIn(account: Account, kept: Kept) {
    const trustToken = setting().browsers.tokenIn(kept, account.id);
    const transaction = await setting().begun(account);
    const requested = NO_ASSURANCE_REQUESTED;
    const around = { requested, clientId: 'rp', ip: ADDRESS, localeOf: () => 'en' as const };
    const context = { ...around, transaction, trustToken };
    return (await setting().secondFactor.evaluate(context))?.decision.kind;
  }

  const count = async (account: Account) => (await setting().browsers.list(account)).length;

  return { person, atEnd, ended, trusted, askedOf, used, usedOnce, signedIn, count };
}

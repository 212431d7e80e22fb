/** What somebody with an authenticator does: sets up a passkey, and comes as far as being asked for it. */
import type { Account } from '../../../src/domain/account.ts';
import { type Demand, NO_DEMAND } from '../../../src/domain/policy/policy.ts';
import type { Outcome } from '../../../src/domain/refusal.ts';
import type { Progress } from '../../../src/domain/sign-in/transaction.ts';
import type { Standing } from '../../../src/use-cases/second-factor/verify.ts';
import {
  type Authenticator,
  type AuthenticatorOptions,
  createAuthenticator,
  type Twist,
} from '../../support/authenticator.ts';
import { ADDRESS, acceptedBy, type Setting } from '../setting.ts';

const ORIGIN = 'http://localhost:3000';
/** A relying party that takes nothing less. */
export const PHISHING_RESISTANT: Demand = { ...NO_DEMAND, acrs: ['phr'] };

export function authenticatorAt(origin = ORIGIN, more: Partial<AuthenticatorOptions> = {}): Authenticator {
  return createAuthenticator({ origin, ...more });
}

export function passkeyHolder(setting: () => Setting) {
  /** A visit in which a passkey is about to be made. */
  async function begin(account: Account, at?: Progress): Promise<Progress> {
    const { enrolment, begun, judged } = setting();
    return acceptedBy(await enrolment.begin(at ?? (await begun(account)), await judged(account), 'passkey'));
  }

  async function creationOf(account: Account, at: Progress) {
    const creation = setting().passkeys.creation(at, await setting().judged(account));
    if (!creation) throw new Error('no passkey is asked for');
    return creation;
  }

  async function confirm(
    account: Account,
    at: Progress,
    response: string,
    label = '',
  ): Promise<Outcome<Progress>> {
    const given = { response, label, address: ADDRESS, clientId: 'rp' };
    return setting().passkeys.confirm(at, await setting().judged(account), given);
  }

  /** From the beginning of a set-up to its end. */
  async function setUp(account: Account, authenticator: Authenticator, label = ''): Promise<Progress> {
    const at = await begin(account);
    const response = authenticator.create(await creationOf(account, at));
    return acceptedBy(await confirm(account, at, response, label));
  }

  async function stored(account: Account) {
    const all = await setting().stores.enrolments.listByAccount(account.id);
    return all.filter(({ method }) => method === 'passkey');
  }

  /** A sign-in in which a passkey is asked for. */
  async function asked(account: Account, demand: Demand = NO_DEMAND): Promise<Standing> {
    const at = { ...(await setting().atCode(account)), demand };
    const judgement = await setting().judged(account, { demand });
    const progress = acceptedBy(await setting().secondFactor.ask(at, judgement, 'passkey'));
    return { ...at, progress };
  }

  async function requestOf(account: Account, at: Standing) {
    const judgement = await setting().judged(account, { demand: at.demand });
    const request = setting().passkeys.request(at.progress, judgement, at.demand);
    if (!request) throw new Error('no passkey is asked for');
    return request;
  }

  /** What the browser sends for it. */
  async function answer(account: Account, at: Standing, authenticator: Authenticator, twist: Twist = {}) {
    return authenticator.get(await requestOf(account, at), twist);
  }

  function verify(at: Standing, response: string): Promise<Outcome<Progress>> {
    return setting().secondFactor.verifyCode(at, 'passkey', { code: response, trustBrowser: false });
  }

  return { begin, creationOf, confirm, setUp, stored, asked, requestOf, answer, verify };
}

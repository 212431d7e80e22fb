/** A person with an authenticator: enrols a passkey, and signs in until the passkey is asked for. */
import type { Account } from '../../../src/domain/account.ts';
import { NO_ASSURANCE_REQUESTED, type RequestedAssurance } from '../../../src/domain/policy/policy.ts';
import type { Outcome } from '../../../src/domain/refusal.ts';
import type { SignInTransaction } from '../../../src/domain/sign-in/transaction.ts';
import type { SignInContext } from '../../../src/use-cases/second-factor/sign-in-context.ts';
import {
  type Authenticator,
  type AuthenticatorOptions,
  createAuthenticator,
  type Twist,
} from '../../support/authenticator.ts';
import { ADDRESS, acceptedBy, type Setting } from '../setting.ts';

const ORIGIN = 'http://localhost:3000';
/** A relying party that takes nothing less. */
export const PHISHING_RESISTANT: RequestedAssurance = { ...NO_ASSURANCE_REQUESTED, acrs: ['phr'] };

export function authenticatorAt(origin = ORIGIN, more: Partial<AuthenticatorOptions> = {}): Authenticator {
  return createAuthenticator({ origin, ...more });
}

export function passkeyHolder(setting: () => Setting) {
  /** A visit in which a passkey is about to be made. */
  async function begin(account: Account, transaction?: SignInTransaction): Promise<SignInTransaction> {
    const { enrolment, begun, evaluated } = setting();
    return acceptedBy(
      await enrolment.begin(transaction ?? (await begun(account)), await evaluated(account), 'passkey'),
    );
  }

  async function creationOf(account: Account, transaction: SignInTransaction) {
    const creation = setting().passkeys.creation(transaction, await setting().evaluated(account));
    if (!creation) throw new Error('no passkey is asked for');
    return creation;
  }

  async function confirm(
    account: Account,
    transaction: SignInTransaction,
    response: string,
    label = '',
  ): Promise<Outcome<SignInTransaction>> {
    const given = { response, label, ip: ADDRESS, clientId: 'rp' };
    return setting().passkeys.confirm(transaction, await setting().evaluated(account), given);
  }

  /** From the beginning of a set-up to its end. */
  async function setUp(
    account: Account,
    authenticator: Authenticator,
    label = '',
  ): Promise<SignInTransaction> {
    const transaction = await begin(account);
    const response = authenticator.create(await creationOf(account, transaction));
    return acceptedBy(await confirm(account, transaction, response, label));
  }

  async function stored(account: Account) {
    const all = await setting().stores.enrolments.listByAccount(account.id);
    return all.filter(({ method }) => method === 'passkey');
  }

  /** A sign-in in which a passkey is asked for. */
  async function asked(
    account: Account,
    requested: RequestedAssurance = NO_ASSURANCE_REQUESTED,
  ): Promise<SignInContext> {
    const context = { ...(await setting().atCode(account)), requested };
    const policyResult = await setting().evaluated(account, { requested });
    const transaction = acceptedBy(await setting().secondFactor.ask(context, policyResult, 'passkey'));
    return { ...context, transaction };
  }

  async function requestOf(account: Account, context: SignInContext) {
    const policyResult = await setting().evaluated(account, { requested: context.requested });
    const request = setting().passkeys.request(context.transaction, policyResult, context.requested);
    if (!request) throw new Error('no passkey is asked for');
    return request;
  }

  /** Gives the browser's response for it. */
  async function answer(
    account: Account,
    context: SignInContext,
    authenticator: Authenticator,
    twist: Twist = {},
  ) {
    return authenticator.get(await requestOf(account, context), twist);
  }

  function verify(context: SignInContext, response: string): Promise<Outcome<SignInTransaction>> {
    return setting().secondFactor.verifyCode(context, 'passkey', { code: response, trustBrowser: false });
  }

  return { begin, creationOf, confirm, setUp, stored, asked, requestOf, answer, verify };
}

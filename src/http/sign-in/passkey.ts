/** The passkey on the sign-in page: what the page offers, and what its form does. */
import type { Context } from 'koa';
import type { Outcome, Refusal, RefusalCode } from '../../domain/refusal.ts';
import type { SignInTransaction } from '../../domain/sign-in/transaction.ts';
import type { InteractionView } from '../../oidc/session/provider-session.ts';
import type { PasskeySignIn } from '../../use-cases/sign-in/passkey.ts';
import type { AcceptedFirstFactor, WantedAccount } from '../../use-cases/sign-in/wanted-account.ts';
import type { KnownBrowser } from '../guards/known-browser.ts';
import type { Pages } from '../pages/page-contract.ts';

export interface PasskeyPageDeps {
  readonly passkeySignIn: PasskeySignIn;
  readonly knownBrowser: Pick<KnownBrowser, 'personIn'>;
}

/** After these refusals the sign-in page is shown again. */
const TRY_AGAIN: ReadonlySet<RefusalCode> = new Set(['code_invalid', 'code_expired', 'method_not_allowed']);

export function createPasskeyPage({ passkeySignIn, knownBrowser }: PasskeyPageDeps) {
  function modelOf(
    { key }: InteractionView,
    { tenantId }: WantedAccount,
    refusal: Refusal | undefined,
  ): Pages['sign-in']['passkey'] {
    const offer = passkeySignIn.offer(key, tenantId);
    const unknownId = refusal?.code === 'code_invalid' ? (refusal.unknownCredentialId ?? null) : null;
    return offer && { ...offer, unknownId };
  }

  /** At a step-up, which belongs to the account of its session, no other account is taken. */
  function submit(
    ctx: Context,
    view: InteractionView,
    before: SignInTransaction | null,
    response: string,
    wanted: WantedAccount,
  ): Promise<Outcome<AcceptedFirstFactor>> {
    const owner = view.prompt === 'login' ? null : (view.session?.accountId ?? null);
    return passkeySignIn.submit({
      uid: view.key,
      before,
      response,
      ip: ctx.ip,
      knownPerson: knownBrowser.personIn(ctx),
      tenantId: wanted.tenantId,
      accountId: wanted.accountId ?? owner,
      clientId: view.clientId,
      expiresAt: view.expiresAt,
    });
  }

  return { modelOf, submit, isShownAgain: ({ code }: Refusal) => TRY_AGAIN.has(code) };
}

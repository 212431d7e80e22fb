/** The only place that ends an interaction with a sign-in. */
import type { Context } from 'koa';
import type { Account } from '../../domain/account.ts';
import type { Catalogue } from '../../domain/methods/contract.ts';
import { type AuthenticationEvent, acrOf, amrOf } from '../../domain/policy/assurance.ts';
import type { PolicyResult } from '../../domain/policy/policy.ts';
import type { ProviderSession } from '../../oidc/session/provider-session.ts';
import type { ResumeBinding } from '../../oidc/session/resume-cookie.ts';
import type { EventLog } from '../../ports/events.ts';
import type { TrustedBrowsers } from '../../use-cases/second-factor/trusted-browsers.ts';
import type { CompletedSignIn } from '../../use-cases/sign-in/new-browser.ts';
import type { TrustedBrowserCookie } from '../guards/trusted-browser-cookie.ts';
import type { InteractionContext } from './open-interaction.ts';

export interface FinishSignInDeps {
  readonly session: Pick<ProviderSession, 'end'>;
  readonly resumeBinding: Pick<ResumeBinding, 'give'>;
  readonly trustedBrowsers: Pick<TrustedBrowsers, 'trust' | 'use'>;
  readonly trustedCookie: TrustedBrowserCookie;
  /** Called once a sign-in is complete: the host may set a cookie of its own. */
  readonly onSignedIn?: ((ctx: Context, account: Account) => void) | undefined;
  /** Called after a sign-in in which a factor was set up. `sessionUid`: the session that goes on with it, or null. */
  readonly onEnrolled?: ((accountId: string, sessionUid: string | null) => Promise<void>) | undefined;
  /** Called after a sign-in in which a second factor was given. */
  readonly onFactorGiven?: ((account: Account) => Promise<void>) | undefined;
  /** Called with the end of a full sign-in, and not at a step-up. Never rejects. */
  readonly onCompleted?:
    | ((ctx: Context, account: Account, signIn: CompletedSignIn) => Promise<void>)
    | undefined;
  /** Called last: keeps what the person has chosen on the pages of the sign-in. */
  readonly keepChoices?: ((ctx: Context, account: Account) => Promise<void>) | undefined;
  readonly events: EventLog;
  /** Default: the methods of the product. */
  readonly catalogue?: Catalogue | undefined;
}

/** Ends the interaction with the whole result at once, and returns the address at which the provider goes on. */
export type FinishSignIn = (
  ctx: Context,
  interaction: InteractionContext,
  policyResult: PolicyResult,
) => Promise<string>;

export function createFinishSignIn(needs: FinishSignInDeps): FinishSignIn {
  const { session, resumeBinding, trustedBrowsers, trustedCookie, events, catalogue } = needs;

  return async (ctx, { context, clientName, view }, policyResult) => {
    const { account, decision } = policyResult;
    const { ip, clientId, pending } = context;
    const { authentications, keepsAuthTime } = context.transaction;
    const newest = Math.max(...authentications.map(({ atMs }) => atMs));
    const ts = Math.floor((keepsAuthTime ?? newest) / 1000);
    const isStepUp = keepsAuthTime !== null;
    const onTrust = decision.kind === 'satisfied' && decision.onTrust === true;
    const trustedBrowserId = onTrust ? (context.trustToken?.id ?? null) : null;
    const levels = { acr: acrOf(authentications, catalogue), amr: amrOf(authentications, catalogue) };
    const signIn = {
      accountId: account.id,
      ...levels,
      ts,
      isStepUp,
      authentications,
      trustedBrowserId,
      key: view.key,
    };
    const url = await session.end(ctx, { signIn });
    resumeBinding.give(ctx, signIn, url);
    needs.onSignedIn?.(ctx, account);
    const browser = { ip, clientId, pending, name: ctx.get('user-agent'), kept: trustedCookie.read(ctx) };
    const token = trustedBrowserId
      ? await trustedBrowsers.use(policyResult, browser, clientName)
      : await trustedBrowsers.trust(context.transaction, policyResult, browser);
    if (token) trustedCookie.write(ctx, token);
    if (authentications.some(({ method }) => method !== 'pwd')) await needs.onFactorGiven?.(account);
    if (hasEnrolled(policyResult, authentications))
      await needs.onEnrolled?.(account.id, view.session?.uid ?? null);
    const methods = new Set(authentications.map(({ method }) => method));
    const line = { accountId: account.id, tenantId: account.tenantId, clientId, ip };
    const completed = {
      ...line,
      name: 'sign_in.completed',
      reason: null,
      method: [...methods].join(' '),
      once: { key: context.transaction.uid, atMs: newest },
    } as const;
    const browserName = ctx.get('user-agent');
    const signedIn = {
      uid: context.transaction.uid,
      ip,
      clientId,
      browser: browserName,
      application: clientName,
    };
    await Promise.all([
      (pending ?? events).append(completed),
      isStepUp ? null : needs.onCompleted?.(ctx, account, signedIn),
    ]);
    await needs.keepChoices?.(ctx, account);
    return url;
  };
}

/** Whether a factor was set up in the sign-in: the set-up itself is its first use. */
function hasEnrolled({ enrolments }: PolicyResult, authentications: readonly AuthenticationEvent[]): boolean {
  return enrolments.some(({ id, createdAt }) =>
    authentications.some(({ enrolmentId, atMs }) => enrolmentId === id && atMs === createdAt),
  );
}

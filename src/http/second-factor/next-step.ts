/** Leads a sign-in from one step to the next, or to its end. */
import type { Context } from 'koa';
import type { Enrolment } from '../../domain/enrolment/enrolment.ts';
import { enrolmentStepOf } from '../../domain/enrolment/steps.ts';
import type { MethodName } from '../../domain/methods/method.ts';
import type { Decision, PolicyResult } from '../../domain/policy/policy.ts';
import {
  InteractionGone,
  type InteractionView,
  type ProviderSession,
} from '../../oidc/session/provider-session.ts';
import type { EventLog } from '../../ports/events.ts';
import type { AfterRecovery } from '../../use-cases/enrolment/after-recovery.ts';
import type { EnrolmentUseCase } from '../../use-cases/enrolment/enrolment.ts';
import type { Recovery } from '../../use-cases/enrolment/recovery-codes.ts';
import type { PasskeyOffers } from '../../use-cases/second-factor/passkey-offers.ts';
import type { SignInContext } from '../../use-cases/second-factor/sign-in-context.ts';
import type { SecondFactorUseCase } from '../../use-cases/second-factor/verify.ts';
import type { SignInBinding } from '../guards/sign-in-binding.ts';
import { createFinishSignIn, type FinishSignInDeps } from './finish-sign-in.ts';
import {
  createOpenInteraction,
  type InteractionContext,
  type OpenInteractionDeps,
} from './open-interaction.ts';

interface NextStepDeps extends OpenInteractionDeps, FinishSignInDeps {
  readonly session: ProviderSession;
  readonly signInBinding: SignInBinding;
  readonly trustedBrowsers: OpenInteractionDeps['trustedBrowsers'] & FinishSignInDeps['trustedBrowsers'];
  readonly trustedCookie: FinishSignInDeps['trustedCookie'];
  readonly secondFactor: Pick<SecondFactorUseCase, 'evaluate' | 'isAsked' | 'ask'>;
  readonly enrolment: Pick<EnrolmentUseCase, 'begin' | 'finish'>;
  readonly recovery: Pick<Recovery, 'replaceVoid'>;
  /** False for an enrolment whose secret no key of this server decrypts. */
  readonly isReadable: (enrolment: Enrolment) => boolean;
  readonly pages: PageAddress;
  readonly passwordUrl?: ((uid: string) => string) | undefined;
  readonly passkeyOffers: Pick<PasskeyOffers, 'isDue'>;
  readonly afterRecovery: Pick<AfterRecovery, 'isDue'>;
  readonly events: EventLog;
}

/** The path of an interaction's pages, without a slash at its end. */
export type PageAddress = (uid: string) => string;

type Changed = Pick<SignInContext, 'transaction' | 'snapshot' | 'pending'>;
type Refused = Extract<Decision, { kind: 'refuse' }>;

export function createNextStep(needs: NextStepDeps) {
  const { session, secondFactor, enrolment, recovery, signInBinding, pages, events } = needs;
  const { open, contextOf } = createOpenInteraction(needs);
  const finish = createFinishSignIn(needs);

  /** Evaluates the policy for the sign-in as it is now. Throws InteractionGone when its account is gone. */
  async function evaluate({ context }: InteractionContext): Promise<PolicyResult> {
    const policyResult = await secondFactor.evaluate(context);
    if (!policyResult) throw new InteractionGone('the account of this sign-in is gone');
    return policyResult;
  }

  /** Answers with a 303: to the next page, or to the provider when the interaction has ended. */
  async function proceed(
    ctx: Context,
    interaction: InteractionContext,
    policyResult: PolicyResult,
  ): Promise<void> {
    const url = await nextAddress(ctx, interaction, policyResult);
    ctx.status = 303;
    ctx.redirect(url);
  }

  /** Evaluates the policy for the changed transaction, and proceeds. Without a snapshot the account is read again. */
  async function proceedFrom(
    ctx: Context,
    interaction: InteractionContext,
    { transaction, snapshot = null, pending }: Changed,
  ): Promise<void> {
    const changed = { ...interaction, context: { ...interaction.context, transaction, snapshot, pending } };
    await proceed(ctx, changed, await evaluate(changed));
  }

  /** Proceeds after an accepted password or passkey, and binds the sign-in to this browser. */
  async function proceedFromFirstFactor(
    ctx: Context,
    view: InteractionView,
    { transaction, snapshot = null, pending }: Changed,
  ): Promise<void> {
    try {
      signInBinding.give(ctx, transaction, pages(view.uid));
      const { context, ...interaction } = await contextOf(ctx, view, transaction, snapshot);
      const changed = { ...interaction, context: { ...context, pending } };
      await proceed(ctx, changed, await evaluate(changed));
    } finally {
      // The first factor was accepted, whatever fails after it.
      await pending?.append();
    }
  }

  async function nextAddress(
    ctx: Context,
    interaction: InteractionContext,
    policyResult: PolicyResult,
  ): Promise<string> {
    const { view, context } = interaction;
    const base = pages(view.uid);
    const { decision } = policyResult;
    const finished = ctx.method === 'POST' && (await finishSetUp(interaction, policyResult));
    if (finished) return nextAddress(ctx, finished, await evaluate(finished));
    // Only the end of a sign-in is stored with what led to it: other steps have events of their own meanwhile.
    if (decision.kind !== 'satisfied') await context.pending?.append();
    // Recovery codes are never shown again, so the person saves them before anything else.
    if (enrolmentStepOf(context.transaction, policyResult) === 'recovery-codes')
      return `${base}/set-up/recovery-codes`;
    switch (decision.kind) {
      case 'satisfied':
        if (await hasNewCodes(ctx, context, policyResult)) return `${base}/set-up/recovery-codes`;
        if (
          !interaction.hasSeenCodesLeft &&
          needs.afterRecovery.isDue(context.transaction, policyResult, view.params.prompt)
        )
          return `${base}/recovery-used`;
        if (await needs.passkeyOffers.isDue(context.transaction, policyResult, view.params.prompt))
          return `${base}/offer-passkey`;
        return finish(ctx, interaction, policyResult);
      case 'password':
        if (needs.passwordUrl) return needs.passwordUrl(view.uid);
        return session.end(ctx, { error: 'login_required', description: 'the password is needed again' });
      case 'prove':
        return codeAddress(ctx, base, context, policyResult, decision.preferred);
      case 'set-up': {
        const [only, ...others] = decision.methods;
        // There is nothing to choose or to postpone: straight to the one enrolment there is.
        const direct = only && others.length === 0 && decision.laterUntil === null && ctx.method === 'POST';
        if (!direct) return `${base}/set-up`;
        const started = await enrolment.begin(context.transaction, policyResult, only);
        const step = started.ok ? enrolmentStepOf(started.value, policyResult) : null;
        return step ? `${base}/set-up/${step}` : `${base}/set-up`;
      }
      case 'refuse':
        return refusedAddress(ctx, base, context, policyResult, decision);
    }
  }

  /** Whether the sign-in goes on with new recovery codes, in the place of void ones. A GET makes none. */
  async function hasNewCodes(
    ctx: Context,
    { transaction, ip, clientId }: SignInContext,
    policyResult: PolicyResult,
  ): Promise<boolean> {
    if (ctx.method !== 'POST') return false;
    return (await recovery.replaceVoid(transaction, policyResult, { ip, clientId })) !== null;
  }

  /** The sign-in with a factor whose set-up was interrupted. Null when there was none. */
  async function finishSetUp(
    interaction: InteractionContext,
    policyResult: PolicyResult,
  ): Promise<InteractionContext | null> {
    const { context } = interaction;
    const { ip, clientId } = context;
    const transaction = await enrolment.finish(context.transaction, policyResult, { ip, clientId });
    return transaction && { ...interaction, context: { ...context, transaction, snapshot: null } };
  }

  /** A POST sends the code of the preferred method. A GET sends nothing, so it leads to the chooser first. */
  async function codeAddress(
    ctx: Context,
    base: string,
    context: SignInContext,
    policyResult: PolicyResult,
    preferred: MethodName | null,
  ): Promise<string> {
    if (preferred === null) return `${base}/choose-method`;
    const isReady = secondFactor.isAsked(context.transaction, policyResult, preferred);
    if (!isReady && ctx.method !== 'POST') return `${base}/choose-method`;
    // After a refusal too: the page says whether a code is on its way, and offers to send another.
    const asked = isReady ? null : await secondFactor.ask(context, policyResult, preferred);
    const isUnsent = asked?.ok === false && asked.refusal.code === 'delivery_failed';
    return `${base}/verify/${preferred}${isUnsent ? '?unsent=1' : ''}`;
  }

  async function refusedAddress(
    ctx: Context,
    base: string,
    { clientId, ip }: SignInContext,
    { account, enrolments }: PolicyResult,
    { reason }: Refused,
  ): Promise<string> {
    // The audit log tells operators when a key is missing, since the person cannot mend that.
    const isLost = reason === 'no_usable_factor' && !enrolments.every(needs.isReadable);
    const line = { accountId: account.id, tenantId: account.tenantId, clientId, ip };
    await events.append({
      ...line,
      name: 'sign_in.refused',
      reason: isLost ? 'secret_unreadable' : reason,
      method: null,
    });
    if (reason !== 'unmet_authentication_requirements') return `${base}/unusable`;
    return session.end(ctx, { error: reason, description: 'the requested level cannot be reached' });
  }

  return { open, evaluate, proceed, proceedFrom, proceedFromFirstFactor };
}

export type NextStep = ReturnType<typeof createNextStep>;

/** The pages on which a person sets a factor up within a sign-in. */
import type { Context } from 'koa';
import type { EnrolmentStep } from '../../domain/enrolment/steps.ts';
import type { Decision, PolicyResult } from '../../domain/policy/policy.ts';
import type { AfterRecovery } from '../../use-cases/enrolment/after-recovery.ts';
import type { EnrolmentUseCase } from '../../use-cases/enrolment/enrolment.ts';
import type { PasskeyOffers } from '../../use-cases/second-factor/passkey-offers.ts';
import type { SecondFactorUseCase } from '../../use-cases/second-factor/verify.ts';
import type { EnrolmentPages } from '../enrolment/pages.ts';
import { type InteractionGuard, redirect } from './interaction-guard.ts';
import type { NextStep, PageAddress } from './next-step.ts';
import type { InteractionContext } from './open-interaction.ts';
import type { SecondFactorPages } from './page-models.ts';

interface EnrolmentRoutesDeps {
  readonly guard: InteractionGuard;
  readonly nextStep: Pick<NextStep, 'proceed' | 'proceedFrom'>;
  readonly secondFactor: Pick<SecondFactorUseCase, 'postpone'>;
  readonly enrolment: Pick<EnrolmentUseCase, 'begin'>;
  readonly passkeyOffers: Pick<PasskeyOffers, 'isTaken'>;
  readonly afterRecovery: Pick<AfterRecovery, 'choiceOf' | 'isTaken'>;
  readonly enrolmentPages: EnrolmentPages;
  readonly show: SecondFactorPages;
  readonly pages: PageAddress;
}

type SetUp = Extract<Decision, { kind: 'set-up' }>;

export function createEnrolmentRoutes(needs: EnrolmentRoutesDeps) {
  const { guard, nextStep, secondFactor, enrolment, enrolmentPages, passkeyOffers, afterRecovery } = needs;
  const { show, pages } = needs;

  async function chooser(ctx: Context): Promise<void> {
    await guard.page(ctx, (interaction, policyResult) => {
      const choice = choiceOf(interaction, policyResult);
      if (choice === null) return redirect(ctx, pages(interaction.view.uid));
      return show.chooseSetUp(ctx, interaction, policyResult, choice);
    });
  }

  /** The methods that can be set up: the policy demands it, or a person with a recovery code wants to. */
  function choiceOf({ context }: InteractionContext, policyResult: PolicyResult): SetUp | null {
    const { decision } = policyResult;
    if (decision.kind === 'set-up') return decision;
    return afterRecovery.choiceOf(context.transaction, policyResult);
  }

  async function choose(ctx: Context): Promise<void> {
    await guard.evaluatedForm(ctx, async (interaction, policyResult, fields) => {
      const choice = choiceOf(interaction, policyResult);
      if (choice === null && policyResult.decision.kind === 'satisfied')
        return nextStep.proceed(ctx, interaction, policyResult);
      if (choice === null) return show.forbidden(ctx);
      if ('later' in fields) {
        const later = await secondFactor.postpone(interaction.context, policyResult);
        if (later.ok)
          return nextStep.proceedFrom(ctx, interaction, { transaction: later.value, snapshot: policyResult });
        return show.chooseSetUp(ctx, interaction, policyResult, choice, later.refusal);
      }
      const chosen = choice.methods.find((name) => name === fields.method);
      if (!chosen)
        return show.chooseSetUp(ctx, interaction, policyResult, choice, { code: 'method_not_allowed' });
      const started = await enrolment.begin(interaction.context.transaction, policyResult, chosen);
      if (!started.ok) return show.refusal(ctx, interaction, policyResult, started.refusal);
      const step = enrolmentPages.stepOf({ transaction: started.value, policyResult });
      return redirect(ctx, `${pages(interaction.view.uid)}/set-up${step ? `/${step}` : ''}`);
    });
  }

  async function stepPage(ctx: Context): Promise<void> {
    await guard.page(ctx, (interaction, policyResult) => {
      const step = stepAt(ctx, interaction, policyResult);
      if (step === null) return redirect(ctx, pages(interaction.view.uid));
      const { transaction } = interaction.context;
      const enrolmentContext = show.enrolmentContextOf(interaction, policyResult);
      return enrolmentPages.show(ctx, enrolmentContext, { transaction, policyResult }, step);
    });
  }

  async function submitStep(ctx: Context): Promise<void> {
    await guard.evaluatedForm(ctx, async (interaction, policyResult, fields) => {
      const step = stepAt(ctx, interaction, policyResult);
      if (step === null) {
        return isDone(interaction, policyResult)
          ? nextStep.proceed(ctx, interaction, policyResult)
          : show.forbidden(ctx);
      }
      const { transaction } = interaction.context;
      const enrolmentContext = show.enrolmentContextOf(interaction, policyResult);
      const state = { transaction, policyResult };
      const next = await enrolmentPages.submit(ctx, enrolmentContext, state, step, fields);
      if (!next) return;
      const following = enrolmentPages.stepOf({ transaction: next, policyResult });
      // After the proof comes the enrolment that it was for.
      if (next.pendingEnrolment && following) return redirect(ctx, enrolmentContext.path(following));
      // The enrolment changed the account, so it is read again.
      return nextStep.proceedFrom(ctx, interaction, { transaction: next });
    });
  }

  /** The step of this address. Null when it is not the current one. */
  function stepAt(
    ctx: Context,
    { context: { transaction } }: InteractionContext,
    policyResult: PolicyResult,
  ): EnrolmentStep | null {
    const step = enrolmentPages.stepOf({ transaction, policyResult });
    const isOffer =
      passkeyOffers.isTaken(transaction, policyResult) || afterRecovery.isTaken(transaction, policyResult);
    const isAsked = policyResult.decision.kind === 'set-up' || step === 'recovery-codes' || isOffer;
    return isAsked && step === ctx.params.step ? step : null;
  }

  return { chooser, choose, stepPage, submitStep };
}

/** Whether the first submission of a form that was sent twice has done its work already. */
function isDone(
  { context: { transaction } }: InteractionContext,
  { decision, enrolments }: PolicyResult,
): boolean {
  const { pendingEnrolment, newCodes } = transaction;
  const isEnrolled = enrolments.some(({ id }) => id === pendingEnrolment?.enrolmentId);
  const isElsewhere =
    decision.kind === 'set-up' ? pendingEnrolment !== null : newCodes !== null && !pendingEnrolment;
  return decision.kind === 'satisfied' || isEnrolled || isElsewhere;
}

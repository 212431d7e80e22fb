/** The pages of the second factor, under one interaction. */
import Router from '@koa/router';
import type { Context } from 'koa';
import type { EnrolmentStep } from '../../domain/enrolment/steps.ts';
import { METHOD_TRAITS, type MethodName } from '../../domain/methods/method.ts';
import type { PolicyResult } from '../../domain/policy/policy.ts';
import type { Refusal, RefusalCode } from '../../domain/refusal.ts';
import type { SignInTransaction } from '../../domain/sign-in/transaction.ts';
import { InteractionGone, type ProviderSession } from '../../oidc/sessions.ts';
import type { Clock } from '../../ports/system.ts';
import type { EnrolmentUseCase } from '../../use-cases/enrolment/enrolment.ts';
import type { Recovery } from '../../use-cases/enrolment/recovery-codes.ts';
import type { AddressConfirmation } from '../../use-cases/second-factor/address-confirmation.ts';
import type { Passkeys } from '../../use-cases/second-factor/passkeys.ts';
import type { SecondFactorUseCase } from '../../use-cases/second-factor/verify.ts';
import { createEnrolmentPages } from '../enrolment/pages.ts';
import type { Fields, FormTokens } from '../guards/forms.ts';
import type { RenderSome, SecondFactorPage } from '../pages/page-contract.ts';
import {
  type InteractionContext,
  type NextStep,
  type PageAddress,
  SECOND_FACTOR_PROMPTS,
} from './next-step.ts';
import { type CodePage, createSecondFactorPages } from './page-models.ts';
import { createUnusableFactor } from './unusable-factor.ts';

interface SecondFactorRoutesDeps {
  readonly nextStep: NextStep;
  readonly session: ProviderSession;
  readonly secondFactor: SecondFactorUseCase;
  readonly enrolment: EnrolmentUseCase;
  readonly recovery: Recovery;
  readonly passkeys: Passkeys;
  readonly confirmation: AddressConfirmation;
  readonly trustDays: number;
  readonly forms: FormTokens;
  readonly render: RenderSome<SecondFactorPage>;
  readonly pages: PageAddress;
  /** Where somebody may begin anew; null: nowhere that we know of. */
  readonly home: string | null;
  readonly passwordUrl?: ((uid: string) => string) | undefined;
  readonly clock: Clock;
}

/** Refused, and the same page takes another try. */
const TRY_AGAIN: ReadonlySet<RefusalCode> = new Set(['code_invalid', 'code_used', 'code_expired']);

export function createSecondFactorRoutes(needs: SecondFactorRoutesDeps): Router {
  const { nextStep, session, secondFactor, enrolment, forms, pages } = needs;
  const enrolmentPages = createEnrolmentPages(needs);
  const show = createSecondFactorPages(needs);
  const unusableFactor = createUnusableFactor({ ...needs, show });
  const router = new Router({ prefix: pages(':uid') });

  router.get('/', go);
  router.get('/choose-method', chooser);
  router.post('/choose-method', chooseMethod);
  router.get('/verify/:method', verifyPage);
  router.post('/verify/:method', verify);
  router.get('/set-up', setUpChooser);
  router.post('/set-up', chooseSetUp);
  router.get('/set-up/:step', setUpPage);
  router.post('/set-up/:step', submitSetUp);
  router.get('/unusable', unusable);
  router.post('/unusable', mailConfirmation);
  router.post('/cancel', cancel);
  return router;

  /** The sign-in at this address; without its password given a page leads there, and a form is refused. */
  async function enter(ctx: Context): Promise<InteractionContext | null> {
    const interaction = await nextStep.open(ctx);
    if (interaction) return interaction;
    if (ctx.method === 'POST') await show.forbidden(ctx);
    else if (needs.passwordUrl) redirect(ctx, needs.passwordUrl(String(ctx.params.uid)));
    else throw new InteractionGone('the password of this sign-in was not given');
    return null;
  }

  async function judged(interaction: InteractionContext): Promise<PolicyResult> {
    const policyResult = await secondFactor.evaluate(interaction.context);
    if (!policyResult) throw new InteractionGone('the account of this sign-in is gone');
    return policyResult;
  }

  async function submitted(
    ctx: Context,
    then: (interaction: InteractionContext, fields: Fields) => Promise<unknown>,
  ): Promise<void> {
    const interaction = await enter(ctx);
    if (interaction) await then(interaction, await forms.read(ctx, interaction.view.uid));
  }

  /** With the sign-in as it is after the step: on to the next one. */
  async function onward(
    ctx: Context,
    interaction: InteractionContext,
    transaction: SignInTransaction,
  ): Promise<void> {
    await nextStep.onward(ctx, { ...interaction, context: { ...interaction.context, transaction } });
  }

  async function go(ctx: Context): Promise<void> {
    const interaction = await enter(ctx);
    if (interaction) await nextStep.onward(ctx, interaction);
  }

  async function chooser(ctx: Context): Promise<void> {
    const interaction = await enter(ctx);
    if (!interaction) return;
    const policyResult = await judged(interaction);
    if (policyResult.decision.kind !== 'prove') return redirect(ctx, pages(interaction.view.uid));
    return show.chooseMethod(ctx, interaction, policyResult, policyResult.decision);
  }

  async function chooseMethod(ctx: Context): Promise<void> {
    await submitted(ctx, async (interaction, { method = '' }) => {
      const policyResult = await judged(interaction);
      const { decision } = policyResult;
      if (decision.kind === 'satisfied') return nextStep.onward(ctx, interaction);
      if (decision.kind !== 'prove') return show.forbidden(ctx);
      const chosen = decision.methods.find((name) => name === method);
      if (!chosen)
        return show.chooseMethod(ctx, interaction, policyResult, decision, { code: 'method_not_allowed' });
      const asked = await secondFactor.ask(interaction.context, policyResult, chosen);
      if (!asked.ok) return show.chooseMethod(ctx, interaction, policyResult, decision, asked.refusal);
      return redirect(ctx, `${pages(interaction.view.uid)}/verify/${chosen}`);
    });
  }

  async function verifyPage(ctx: Context): Promise<void> {
    const interaction = await enter(ctx);
    if (!interaction) return;
    const policyResult = await judged(interaction);
    const method = methodOf(ctx);
    const { decision, lockout } = policyResult;
    const belongs = decision.kind === 'prove' && decision.methods.includes(method);
    if (!belongs) return redirect(ctx, pages(interaction.view.uid));
    if (METHOD_TRAITS[method].guessable && lockout.lockedUntil > needs.clock.now()) {
      return show.stopped(ctx, interaction, policyResult, {
        code: 'too_many_attempts',
        retryAt: lockout.lockedUntil,
      });
    }
    const isTicked = ctx.query.trust_device === '1';
    if (method !== 'passkey') return show.enterCode(ctx, { interaction, policyResult, method, isTicked });
    // A GET asks for nothing: who was not asked for a passkey chooses it first.
    if (!secondFactor.isAsked(interaction.context.transaction, policyResult, method))
      return redirect(ctx, `${pages(interaction.view.uid)}/choose-method`);
    return show.usePasskey(ctx, interaction, policyResult);
  }

  async function verify(ctx: Context): Promise<void> {
    await submitted(ctx, async (interaction, fields) => {
      const method = methodOf(ctx);
      const snapshot = await judged(interaction);
      const at = { ...interaction, context: { ...interaction.context, snapshot } };
      const { code = '', response = '', seen = null, trust_device: trust } = fields;
      const isTicked = trust === '1';
      if ('resend' in fields)
        return resend(ctx, { interaction: at, policyResult: snapshot, method, isTicked }, seen);
      const typed = { code: method === 'passkey' ? response : code, trustBrowser: isTicked };
      const outcome = await secondFactor.verifyCode(at.context, method, typed, (reached) =>
        onward(ctx, at, reached),
      );
      if (outcome.ok) return;
      const { refusal } = outcome;
      // Read again: what was refused was counted.
      const policyResult = await judged(interaction);
      if (TRY_AGAIN.has(refusal.code))
        return again(ctx, { interaction, policyResult, method, isTicked }, refusal);
      return show.stopped(ctx, interaction, policyResult, refusal);
    });
  }

  async function again(ctx: Context, page: CodePage, refusal: Refusal): Promise<void> {
    const { interaction, policyResult, method } = page;
    if (method !== 'passkey') return show.enterCode(ctx, page, refusal);
    // What was asked for may be answered already, in another window.
    const asked = await secondFactor.ask(interaction.context, policyResult, method);
    if (!asked.ok) return show.stopped(ctx, interaction, policyResult, asked.refusal);
    const context = { ...interaction.context, transaction: asked.value };
    return show.usePasskey(ctx, { ...interaction, context }, policyResult, refusal);
  }

  async function resend(ctx: Context, page: CodePage, seen: string | null): Promise<void> {
    const { interaction, policyResult, method, isTicked } = page;
    if (policyResult.decision.kind === 'satisfied') return nextStep.onward(ctx, interaction);
    const asked = await secondFactor.ask(interaction.context, policyResult, method, { seen });
    const kept = isTicked ? '?trust_device=1' : '';
    if (asked.ok) return redirect(ctx, `${pages(interaction.view.uid)}/verify/${method}${kept}`);
    const belongs = policyResult.decision.kind === 'prove' && policyResult.decision.methods.includes(method);
    const goesOn = belongs && asked.refusal.code !== 'too_many_attempts';
    return goesOn
      ? show.enterCode(ctx, page, asked.refusal)
      : show.stopped(ctx, interaction, policyResult, asked.refusal);
  }

  async function setUpChooser(ctx: Context): Promise<void> {
    const interaction = await enter(ctx);
    if (!interaction) return;
    const policyResult = await judged(interaction);
    if (policyResult.decision.kind !== 'set-up') return redirect(ctx, pages(interaction.view.uid));
    return show.chooseSetUp(ctx, interaction, policyResult, policyResult.decision);
  }

  async function chooseSetUp(ctx: Context): Promise<void> {
    await submitted(ctx, async (interaction, fields) => {
      const policyResult = await judged(interaction);
      const { decision } = policyResult;
      if (decision.kind === 'satisfied') return nextStep.onward(ctx, interaction);
      if (decision.kind !== 'set-up') return show.forbidden(ctx);
      if ('later' in fields) {
        const later = await secondFactor.postpone(interaction.context);
        if (later.ok) return onward(ctx, interaction, later.value);
        return show.chooseSetUp(ctx, interaction, policyResult, decision, later.refusal);
      }
      const chosen = decision.methods.find((name) => name === fields.method);
      if (!chosen)
        return show.chooseSetUp(ctx, interaction, policyResult, decision, { code: 'method_not_allowed' });
      const begun = await enrolment.begin(interaction.context.transaction, policyResult, chosen);
      if (!begun.ok) return show.refusal(ctx, interaction, policyResult, begun.refusal);
      const step = enrolmentPages.stepOf({ transaction: begun.value, policyResult });
      return redirect(ctx, `${pages(interaction.view.uid)}/set-up${step ? `/${step}` : ''}`);
    });
  }

  /** The step of this address, if its turn has come. */
  function stepAt(
    ctx: Context,
    { context }: InteractionContext,
    policyResult: PolicyResult,
  ): EnrolmentStep | null {
    const step = enrolmentPages.stepOf({ transaction: context.transaction, policyResult });
    const isAsked = policyResult.decision.kind === 'set-up' || step === 'recovery-codes';
    return isAsked && step === ctx.params.step ? step : null;
  }

  async function setUpPage(ctx: Context): Promise<void> {
    const interaction = await enter(ctx);
    if (!interaction) return;
    const policyResult = await judged(interaction);
    const step = stepAt(ctx, interaction, policyResult);
    if (step === null) return redirect(ctx, pages(interaction.view.uid));
    await enrolmentPages.show(
      ctx,
      show.enrolmentContextOf(interaction, policyResult),
      { transaction: interaction.context.transaction, policyResult },
      step,
    );
  }

  async function submitSetUp(ctx: Context): Promise<void> {
    await submitted(ctx, async (interaction, fields) => {
      const policyResult = await judged(interaction);
      const { transaction } = interaction.context;
      const step = stepAt(ctx, interaction, policyResult);
      if (step === null) {
        // A second click of this form may find its own work done, by the first one, in this very moment.
        const { pendingEnrolment, newCodes } = transaction;
        const isDone = policyResult.enrolments.some(({ id }) => id === pendingEnrolment?.enrolmentId);
        const isElsewhere =
          policyResult.decision.kind === 'set-up'
            ? pendingEnrolment !== null
            : newCodes !== null && !pendingEnrolment;
        if (policyResult.decision.kind === 'satisfied' || isDone || isElsewhere)
          return nextStep.onward(ctx, interaction);
        return show.forbidden(ctx);
      }
      const enrolmentContext = show.enrolmentContextOf(interaction, policyResult);
      const next = await enrolmentPages.submit(
        ctx,
        enrolmentContext,
        { transaction, policyResult },
        step,
        fields,
      );
      if (!next) return;
      const then = enrolmentPages.stepOf({ transaction: next, policyResult });
      // From the proof on to what it was for.
      if (next.pendingEnrolment && then) return redirect(ctx, enrolmentContext.path(then));
      return onward(ctx, interaction, next);
    });
  }

  async function unusable(ctx: Context): Promise<void> {
    const interaction = await enter(ctx);
    if (!interaction) return;
    const policyResult = await judged(interaction);
    if (policyResult.decision.kind !== 'refuse') return redirect(ctx, pages(interaction.view.uid));
    return unusableFactor.page(ctx, interaction, policyResult);
  }

  async function mailConfirmation(ctx: Context): Promise<void> {
    await submitted(ctx, async (interaction) => {
      const policyResult = await judged(interaction);
      // Confirmed meanwhile, from the mail of an earlier click.
      if (policyResult.decision.kind !== 'refuse') return nextStep.onward(ctx, interaction);
      const isSent = await unusableFactor.mailLink(ctx, interaction, policyResult);
      if (isSent) redirect(ctx, `${pages(interaction.view.uid)}/unusable?sent=1`);
    });
  }

  /** Leaves the sign-in: the relying party hears `access_denied`. */
  async function cancel(ctx: Context): Promise<void> {
    const view = await session.interaction(ctx, SECOND_FACTOR_PROMPTS);
    await forms.read(ctx, view.uid);
    redirect(
      ctx,
      await session.end(ctx, { error: 'access_denied', description: 'the person left the sign-in' }),
    );
  }
}

function methodOf(ctx: Context): MethodName {
  return String(ctx.params.method) as MethodName;
}

function redirect(ctx: Context, url: string): void {
  ctx.status = 303;
  ctx.redirect(url);
}

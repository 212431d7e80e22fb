/** The pages of the second factor, under one interaction. */
import Router from '@koa/router';
import type { Context } from 'koa';
import type { SetUpStep } from '../../domain/enrolment/steps.ts';
import { METHOD_TRAITS, type MethodName } from '../../domain/methods/method.ts';
import type { Judgement } from '../../domain/policy/policy.ts';
import type { Refusal, RefusalCode } from '../../domain/refusal.ts';
import type { Progress } from '../../domain/sign-in/transaction.ts';
import { InteractionGone, type ProviderSession } from '../../oidc/sessions.ts';
import type { Clock } from '../../ports/system.ts';
import type { EnrolmentUseCase } from '../../use-cases/enrolment/enrolment.ts';
import type { Recovery } from '../../use-cases/enrolment/recovery-codes.ts';
import type { AddressConfirmation } from '../../use-cases/second-factor/address-confirmation.ts';
import type { Passkeys } from '../../use-cases/second-factor/passkeys.ts';
import type { SecondFactorUseCase } from '../../use-cases/second-factor/verify.ts';
import { createSetUp } from '../enrolment/pages.ts';
import type { Fields, FormTokens } from '../guards/forms.ts';
import type { RenderSome, SecondFactorPage } from '../pages/page-contract.ts';
import { type Advance, type PageAddress, SECOND_FACTOR_PROMPTS, type Stage } from './next-step.ts';
import { type CodePage, createSecondFactorPages } from './page-models.ts';
import { createNoWayIn } from './unusable-factor.ts';

interface Needs {
  readonly advance: Advance;
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

export function createSecondFactorRoutes(needs: Needs): Router {
  const { advance, session, secondFactor, enrolment, forms, pages } = needs;
  const setUp = createSetUp(needs);
  const show = createSecondFactorPages(needs);
  const noWayIn = createNoWayIn({ ...needs, show });
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
  async function enter(ctx: Context): Promise<Stage | null> {
    const stage = await advance.open(ctx);
    if (stage) return stage;
    if (ctx.method === 'POST') await show.forbidden(ctx);
    else if (needs.passwordUrl) redirect(ctx, needs.passwordUrl(String(ctx.params.uid)));
    else throw new InteractionGone('the password of this sign-in was not given');
    return null;
  }

  async function judged(stage: Stage): Promise<Judgement> {
    const judgement = await secondFactor.standing(stage.standing);
    if (!judgement) throw new InteractionGone('the account of this sign-in is gone');
    return judgement;
  }

  async function submitted(
    ctx: Context,
    then: (stage: Stage, fields: Fields) => Promise<unknown>,
  ): Promise<void> {
    const stage = await enter(ctx);
    if (stage) await then(stage, await forms.read(ctx, stage.view.uid));
  }

  /** With the sign-in as it is after the step: on to the next one. */
  async function onward(ctx: Context, stage: Stage, progress: Progress): Promise<void> {
    await advance.onward(ctx, { ...stage, standing: { ...stage.standing, progress } });
  }

  async function go(ctx: Context): Promise<void> {
    const stage = await enter(ctx);
    if (stage) await advance.onward(ctx, stage);
  }

  async function chooser(ctx: Context): Promise<void> {
    const stage = await enter(ctx);
    if (!stage) return;
    const judgement = await judged(stage);
    if (judgement.decision.kind !== 'prove') return redirect(ctx, pages(stage.view.uid));
    return show.chooseMethod(ctx, stage, judgement, judgement.decision);
  }

  async function chooseMethod(ctx: Context): Promise<void> {
    await submitted(ctx, async (stage, { method = '' }) => {
      const judgement = await judged(stage);
      const { decision } = judgement;
      if (decision.kind === 'satisfied') return advance.onward(ctx, stage);
      if (decision.kind !== 'prove') return show.forbidden(ctx);
      const chosen = decision.methods.find((name) => name === method);
      if (!chosen) return show.chooseMethod(ctx, stage, judgement, decision, { code: 'method_not_allowed' });
      const asked = await secondFactor.ask(stage.standing, judgement, chosen);
      if (!asked.ok) return show.chooseMethod(ctx, stage, judgement, decision, asked.refusal);
      return redirect(ctx, `${pages(stage.view.uid)}/verify/${chosen}`);
    });
  }

  async function verifyPage(ctx: Context): Promise<void> {
    const stage = await enter(ctx);
    if (!stage) return;
    const judgement = await judged(stage);
    const method = methodOf(ctx);
    const { decision, lockout } = judgement;
    const belongs = decision.kind === 'prove' && decision.methods.includes(method);
    if (!belongs) return redirect(ctx, pages(stage.view.uid));
    if (METHOD_TRAITS[method].guessable && lockout.lockedUntil > needs.clock.now()) {
      return show.stopped(ctx, stage, judgement, { code: 'too_many_attempts', retryAt: lockout.lockedUntil });
    }
    const isTicked = ctx.query.trust_device === '1';
    if (method !== 'passkey') return show.enterCode(ctx, { stage, judgement, method, isTicked });
    // A GET asks for nothing: who was not asked for a passkey chooses it first.
    if (!secondFactor.isAsked(stage.standing.progress, judgement, method))
      return redirect(ctx, `${pages(stage.view.uid)}/choose-method`);
    return show.usePasskey(ctx, stage, judgement);
  }

  async function verify(ctx: Context): Promise<void> {
    await submitted(ctx, async (stage, fields) => {
      const method = methodOf(ctx);
      const facts = await judged(stage);
      const at = { ...stage, standing: { ...stage.standing, facts } };
      const { code = '', response = '', seen = null, trust_device: trust } = fields;
      const isTicked = trust === '1';
      if ('resend' in fields) return resend(ctx, { stage: at, judgement: facts, method, isTicked }, seen);
      const typed = { code: method === 'passkey' ? response : code, trustBrowser: isTicked };
      const outcome = await secondFactor.verifyCode(at.standing, method, typed, (reached) =>
        onward(ctx, at, reached),
      );
      if (outcome.ok) return;
      const { refusal } = outcome;
      // Read again: what was refused was counted.
      const judgement = await judged(stage);
      if (TRY_AGAIN.has(refusal.code)) return again(ctx, { stage, judgement, method, isTicked }, refusal);
      return show.stopped(ctx, stage, judgement, refusal);
    });
  }

  async function again(ctx: Context, page: CodePage, refusal: Refusal): Promise<void> {
    const { stage, judgement, method } = page;
    if (method !== 'passkey') return show.enterCode(ctx, page, refusal);
    // What was asked for may be answered already, in another window.
    const asked = await secondFactor.ask(stage.standing, judgement, method);
    if (!asked.ok) return show.stopped(ctx, stage, judgement, asked.refusal);
    const standing = { ...stage.standing, progress: asked.value };
    return show.usePasskey(ctx, { ...stage, standing }, judgement, refusal);
  }

  async function resend(ctx: Context, page: CodePage, seen: string | null): Promise<void> {
    const { stage, judgement, method, isTicked } = page;
    if (judgement.decision.kind === 'satisfied') return advance.onward(ctx, stage);
    const asked = await secondFactor.ask(stage.standing, judgement, method, { seen });
    const kept = isTicked ? '?trust_device=1' : '';
    if (asked.ok) return redirect(ctx, `${pages(stage.view.uid)}/verify/${method}${kept}`);
    const belongs = judgement.decision.kind === 'prove' && judgement.decision.methods.includes(method);
    const goesOn = belongs && asked.refusal.code !== 'too_many_attempts';
    return goesOn
      ? show.enterCode(ctx, page, asked.refusal)
      : show.stopped(ctx, stage, judgement, asked.refusal);
  }

  async function setUpChooser(ctx: Context): Promise<void> {
    const stage = await enter(ctx);
    if (!stage) return;
    const judgement = await judged(stage);
    if (judgement.decision.kind !== 'set-up') return redirect(ctx, pages(stage.view.uid));
    return show.chooseSetUp(ctx, stage, judgement, judgement.decision);
  }

  async function chooseSetUp(ctx: Context): Promise<void> {
    await submitted(ctx, async (stage, fields) => {
      const judgement = await judged(stage);
      const { decision } = judgement;
      if (decision.kind === 'satisfied') return advance.onward(ctx, stage);
      if (decision.kind !== 'set-up') return show.forbidden(ctx);
      if ('later' in fields) {
        const later = await secondFactor.postpone(stage.standing);
        if (later.ok) return onward(ctx, stage, later.value);
        return show.chooseSetUp(ctx, stage, judgement, decision, later.refusal);
      }
      const chosen = decision.methods.find((name) => name === fields.method);
      if (!chosen) return show.chooseSetUp(ctx, stage, judgement, decision, { code: 'method_not_allowed' });
      const begun = await enrolment.begin(stage.standing.progress, judgement, chosen);
      if (!begun.ok) return show.refusal(ctx, stage, judgement, begun.refusal);
      const step = setUp.stepOf({ at: begun.value, judgement });
      return redirect(ctx, `${pages(stage.view.uid)}/set-up${step ? `/${step}` : ''}`);
    });
  }

  /** The step of this address, if its turn has come. */
  function stepAt(ctx: Context, { standing }: Stage, judgement: Judgement): SetUpStep | null {
    const step = setUp.stepOf({ at: standing.progress, judgement });
    const isAsked = judgement.decision.kind === 'set-up' || step === 'recovery-codes';
    return isAsked && step === ctx.params.step ? step : null;
  }

  async function setUpPage(ctx: Context): Promise<void> {
    const stage = await enter(ctx);
    if (!stage) return;
    const judgement = await judged(stage);
    const step = stepAt(ctx, stage, judgement);
    if (step === null) return redirect(ctx, pages(stage.view.uid));
    await setUp.show(
      ctx,
      show.setUpShell(stage, judgement),
      { at: stage.standing.progress, judgement },
      step,
    );
  }

  async function submitSetUp(ctx: Context): Promise<void> {
    await submitted(ctx, async (stage, fields) => {
      const judgement = await judged(stage);
      const { progress: at } = stage.standing;
      const step = stepAt(ctx, stage, judgement);
      if (step === null) {
        // A second click of this form may find its own work done, by the first one, in this very moment.
        const { pending, newCodes } = at;
        const isDone = judgement.enrolments.some(({ id }) => id === pending?.enrolmentId);
        const isElsewhere =
          judgement.decision.kind === 'set-up' ? pending !== null : newCodes !== null && !pending;
        if (judgement.decision.kind === 'satisfied' || isDone || isElsewhere)
          return advance.onward(ctx, stage);
        return show.forbidden(ctx);
      }
      const shell = show.setUpShell(stage, judgement);
      const next = await setUp.submit(ctx, shell, { at, judgement }, step, fields);
      if (!next) return;
      const then = setUp.stepOf({ at: next, judgement });
      // From the proof on to what it was for.
      if (next.pending && then) return redirect(ctx, shell.path(then));
      return onward(ctx, stage, next);
    });
  }

  async function unusable(ctx: Context): Promise<void> {
    const stage = await enter(ctx);
    if (!stage) return;
    const judgement = await judged(stage);
    if (judgement.decision.kind !== 'refuse') return redirect(ctx, pages(stage.view.uid));
    return noWayIn.page(ctx, stage, judgement);
  }

  async function mailConfirmation(ctx: Context): Promise<void> {
    await submitted(ctx, async (stage) => {
      const judgement = await judged(stage);
      // Confirmed meanwhile, from the mail of an earlier click.
      if (judgement.decision.kind !== 'refuse') return advance.onward(ctx, stage);
      const isSent = await noWayIn.mailLink(ctx, stage, judgement);
      if (isSent) redirect(ctx, `${pages(stage.view.uid)}/unusable?sent=1`);
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

function redirect(ctx: Context, address: string): void {
  ctx.status = 303;
  ctx.redirect(address);
}

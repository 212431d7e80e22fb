/** The pages of the second factor, under one interaction. */
import Router from '@koa/router';
import type { Context } from 'koa';
import type { MethodName } from '../../domain/method.ts';
import type { Judgement } from '../../domain/policy.ts';
import type { Progress } from '../../domain/progress.ts';
import type { Outcome } from '../../domain/refusal.ts';
import type { Clock } from '../../ports/system.ts';
import type { EnrolmentUseCase } from '../../use-cases/enrolment.ts';
import type { SecondFactorUseCase } from '../../use-cases/second-factor.ts';
import type { Fields, FormTokens } from '../forms.ts';
import type { RenderSome, SecondFactorPage } from '../pages.ts';
import { InteractionGone, type ProviderSession } from '../provider-session.ts';
import { type Advance, type PageAddress, SECOND_FACTOR_PROMPTS, type Stage } from './advance.ts';
import { createSecondFactorPages } from './show.ts';

interface Needs {
  readonly advance: Advance;
  readonly session: ProviderSession;
  readonly secondFactor: SecondFactorUseCase;
  readonly enrolment: EnrolmentUseCase;
  readonly forms: FormTokens;
  readonly render: RenderSome<SecondFactorPage>;
  readonly pages: PageAddress;
  /** Where somebody may begin anew; null: nowhere that we know of. */
  readonly home: string | null;
  readonly passwordUrl?: ((uid: string) => string) | undefined;
  readonly clock: Clock;
}

export function createSecondFactorRoutes(needs: Needs): Router {
  const { advance, session, secondFactor, enrolment, forms, pages } = needs;
  const show = createSecondFactorPages(needs);
  const router = new Router({ prefix: pages(':uid') });

  router.get('/', go);
  router.get('/choose-method', chooser);
  router.post('/choose-method', chooseMethod);
  router.get('/verify/:method', codePage);
  router.post('/verify/:method', verify);
  router.get('/set-up', setUpChooser);
  router.post('/set-up', chooseSetUp);
  router.get('/set-up/:method', setUpPage);
  router.post('/set-up/:method', confirmSetUp);
  router.get('/unusable', unusable);
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
      if (decision.kind !== 'prove') return show.forbidden(ctx);
      const chosen = decision.methods.find((name) => name === method);
      if (!chosen) return show.chooseMethod(ctx, stage, judgement, decision, { code: 'method_not_allowed' });
      return redirect(ctx, `${pages(stage.view.uid)}/verify/${chosen}`);
    });
  }

  async function codePage(ctx: Context): Promise<void> {
    const stage = await enter(ctx);
    if (!stage) return;
    const judgement = await judged(stage);
    const method = methodOf(ctx);
    const { decision, lockout } = judgement;
    const belongs = decision.kind === 'prove' && decision.methods.includes(method);
    if (!belongs) return redirect(ctx, pages(stage.view.uid));
    if (lockout.lockedUntil > needs.clock.now()) {
      return show.stopped(ctx, stage, judgement, { code: 'too_many_attempts', retryAt: lockout.lockedUntil });
    }
    return show.enterCode(ctx, stage, judgement, method);
  }

  async function verify(ctx: Context): Promise<void> {
    await submitted(ctx, async (stage, { code = '' }) => {
      const method = methodOf(ctx);
      const facts = await judged(stage);
      const standing = { ...stage.standing, facts };
      const outcome = await secondFactor.verifyCode(standing, method, code);
      if (outcome.ok) return onward(ctx, { ...stage, standing }, outcome.value);
      const { refusal } = outcome;
      // Read again: what was refused was counted.
      const judgement = await judged(stage);
      if (refusal.code === 'code_invalid' || refusal.code === 'code_used') {
        return show.enterCode(ctx, stage, judgement, method, refusal);
      }
      return show.stopped(ctx, stage, judgement, refusal);
    });
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
      if ('later' in fields) return carriedOn(ctx, stage, await secondFactor.postpone(stage.standing));
      const chosen = decision.methods.find((name) => name === fields.method);
      if (!chosen) return show.chooseSetUp(ctx, stage, judgement, decision, { code: 'method_not_allowed' });
      const begun = await enrolment.begin(stage.standing.progress, judgement, chosen);
      if (!begun.ok) return show.refusal(ctx, stage, begun.refusal);
      return redirect(ctx, `${pages(stage.view.uid)}/set-up/${chosen}`);
    });
  }

  async function setUpPage(ctx: Context): Promise<void> {
    const stage = await enter(ctx);
    if (!stage) return;
    const judgement = await judged(stage);
    const { decision } = judgement;
    const { progress } = stage.standing;
    const secret = decision.kind === 'set-up' ? enrolment.reveal(progress, judgement) : null;
    if (!secret || progress.pending?.method !== methodOf(ctx)) return redirect(ctx, pages(stage.view.uid));
    await show.setUpTotp(ctx, stage, judgement, secret);
  }

  async function confirmSetUp(ctx: Context): Promise<void> {
    await submitted(ctx, async (stage, { code = '', label = '', app = '' }) => {
      const judgement = await judged(stage);
      const { progress, clientId, address } = stage.standing;
      if (judgement.decision.kind === 'satisfied') return advance.onward(ctx, stage);
      const { pending } = progress;
      const secret = enrolment.reveal(progress, judgement);
      // A second click of this form may find its own work done, by the first one, in this very moment.
      const isDone = judgement.enrolments.some(({ id }) => id === pending?.enrolmentId);
      const belongs = pending?.method === methodOf(ctx) && (judgement.decision.kind === 'set-up' || isDone);
      if (!belongs || !secret) return show.forbidden(ctx);
      const outcome = await enrolment.confirm(progress, judgement, {
        typed: code,
        label,
        app,
        clientId,
        address,
      });
      if (outcome.ok) return onward(ctx, stage, outcome.value);
      if (outcome.refusal.code === 'session_expired') return redirect(ctx, pages(stage.view.uid));
      return show.setUpTotp(ctx, stage, judgement, secret, { refusal: outcome.refusal, label, app });
    });
  }

  async function carriedOn(ctx: Context, stage: Stage, outcome: Outcome<Progress>): Promise<void> {
    if (outcome.ok) return onward(ctx, stage, outcome.value);
    return show.refusal(ctx, stage, outcome.refusal);
  }

  async function unusable(ctx: Context): Promise<void> {
    const stage = await enter(ctx);
    if (!stage) return;
    const judgement = await judged(stage);
    if (judgement.decision.kind !== 'refuse') return redirect(ctx, pages(stage.view.uid));
    return show.unusable(ctx, stage, judgement);
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

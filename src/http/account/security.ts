/** The security page: what is set up, what can be, and turning it off. */
import type Router from '@koa/router';
import type { Context } from 'koa';
import { acrOf, amrOf, type Proof } from '../../domain/assurance.ts';
import { isFactor } from '../../domain/enrolment.ts';
import { NOTHING_YET, type Progress } from '../../domain/progress.ts';
import type { Outcome, Refusal } from '../../domain/refusal.ts';
import type { SetUpStep } from '../../domain/set-up.ts';
import type { SignInRecord } from '../../domain/sign-in-record.ts';
import type { ProgressStore, SignInRecordStore } from '../../ports/stores.ts';
import type { Clock } from '../../ports/system.ts';
import type { EnrolmentUseCase } from '../../use-cases/enrolment.ts';
import type { Recovery } from '../../use-cases/recovery-codes.ts';
import type { SelfService } from '../../use-cases/self-service.ts';
import type { FormTokens } from '../forms.ts';
import type { Frame, Pages, Render } from '../pages.ts';
import type { ProviderSession } from '../provider-session.ts';
import { createSetUp, type Shell } from '../set-up.ts';
import type { StepUp, Visit } from './step-up.ts';

export interface SecurityNeeds {
  readonly stepUp: StepUp;
  readonly session: ProviderSession;
  readonly selfService: SelfService;
  readonly enrolment: EnrolmentUseCase;
  readonly recovery: Recovery;
  readonly progress: ProgressStore;
  readonly records: Pick<SignInRecordStore, 'save'>;
  readonly forms: FormTokens;
  readonly render: Render;
  readonly clock: Clock;
}

type Done = Pages['security']['done'];

const PATH = '/account/security';
const SET_UP = `${PATH}/set-up`;
/** A set-up that was begun here and not confirmed is forgotten after this. */
const SET_UP_KEPT_MS = 15 * 60 * 1000;

export function addSecurityRoutes(router: Router, needs: SecurityNeeds): void {
  const { stepUp, session, selfService, enrolment, recovery, progress, records, forms, render, clock } =
    needs;
  const setUp = createSetUp(needs);

  router.get('/security', (ctx) => show(ctx, stepUp.visitIn(ctx), { done: doneOf(ctx) }));
  router.post('/security/set-up', beginSetUp);
  router.get('/security/set-up/:step', setUpPage);
  router.post('/security/set-up/:step', submitSetUp);
  router.post('/security/recovery-codes', renewCodes);
  router.post('/security/factors/:id/remove', remove);
  router.post('/security/turn-off', turnOff);

  async function beginSetUp(ctx: Context): Promise<void> {
    const visit = stepUp.visitIn(ctx);
    const { method = '' } = await forms.read(ctx, visit.record.sessionUid);
    const chosen = selfService.offered(visit.judgement).find((name) => name === method);
    if (!chosen) return show(ctx, visit, { refusal: { code: 'method_not_allowed' } });
    const begun = await enrolment.begin(await underWay(visit), visit.judgement, chosen);
    if (!begun.ok) return show(ctx, visit, { refusal: begun.refusal });
    toStep(ctx, visit, begun.value);
  }

  /** To the page of the step that a visit is at. */
  function toStep(ctx: Context, { judgement }: Visit, at: Progress): void {
    const step = setUp.stepOf({ at, judgement });
    redirect(ctx, step ? `${SET_UP}/${step}` : PATH);
  }

  async function setUpPage(ctx: Context): Promise<void> {
    const visit = stepUp.visitIn(ctx);
    const setting = { at: await underWay(visit), judgement: visit.judgement };
    const step = setUp.stepOf(setting);
    if (step === null || step !== ctx.params.step) return redirect(ctx, step ? `${SET_UP}/${step}` : PATH);
    await setUp.show(ctx, shellOf(ctx, visit), setting, step);
  }

  async function submitSetUp(ctx: Context): Promise<void> {
    const visit = stepUp.visitIn(ctx);
    const { record, judgement } = visit;
    const fields = await forms.read(ctx, record.sessionUid);
    const at = await underWay(visit);
    const step = setUp.stepOf({ at, judgement });
    if (step === null || step !== ctx.params.step) return redirect(ctx, step ? `${SET_UP}/${step}` : PATH);
    const next = await setUp.submit(ctx, shellOf(ctx, visit), { at, judgement }, step, fields);
    if (!next) return;
    if (next.pending) return toStep(ctx, visit, next);
    const proven = next.proofs.slice(at.proofs.length);
    // This browser has just proven the new factor: its session says so from now on, the others are asked for it.
    if (proven.length > 0) await carryOn(ctx, record, [...record.proofs, ...proven]);
    if (next.newCodes !== null) return redirect(ctx, `${SET_UP}/recovery-codes`);
    await progress.remove(next.uid);
    redirect(ctx, `${PATH}?done=set-up`);
  }

  async function renewCodes(ctx: Context): Promise<void> {
    const visit = stepUp.visitIn(ctx);
    await forms.read(ctx, visit.record.sessionUid);
    const from = { address: ctx.ip, clientId: null };
    const outcome = await recovery.renew(await underWay(visit), visit.judgement, from);
    if (!outcome.ok) return show(ctx, visit, { refusal: outcome.refusal });
    redirect(ctx, `${SET_UP}/recovery-codes`);
  }

  async function remove(ctx: Context): Promise<void> {
    const visit = stepUp.visitIn(ctx);
    // The form's token is the factor's own: only what was listed in this session gets so far, though it may be gone.
    await forms.read(ctx, visit.record.sessionUid);
    const factor = String(ctx.params.id);
    const outcome = await selfService.remove(visit.judgement, factor, ctx.ip);
    await finish(ctx, visit, outcome, { done: 'removed', isGone: (id) => id === factor });
  }

  async function turnOff(ctx: Context): Promise<void> {
    const visit = stepUp.visitIn(ctx);
    await forms.read(ctx, visit.record.sessionUid);
    const outcome = await selfService.turnOff(visit.judgement, ctx.ip);
    await finish(ctx, visit, outcome, { done: 'turned-off', isGone: (id) => id !== null });
  }

  /** Other sessions end with the factor that they were given; the one in which it was removed goes on without it. */
  async function finish(
    ctx: Context,
    visit: Visit,
    outcome: Outcome<null>,
    { done, isGone }: { done: Done; isGone: (enrolmentId: string | null) => boolean },
  ): Promise<void> {
    if (!outcome.ok) return show(ctx, visit, { refusal: outcome.refusal });
    const { record } = visit;
    await carryOn(
      ctx,
      record,
      record.proofs.filter(({ enrolmentId }) => !isGone(enrolmentId)),
    );
    redirect(ctx, `${PATH}?done=${done}`);
  }

  /** This browser's session with these proofs: what is issued from now on says so. */
  async function carryOn(ctx: Context, record: SignInRecord, proofs: readonly Proof[]): Promise<void> {
    await records.save({ ...record, proofs });
    await session.restate(ctx, { acr: acrOf(proofs), amr: amrOf(proofs) });
  }

  /** The set-up under way in this session, or the beginning of one. */
  async function underWay({ record }: Visit): Promise<Progress> {
    const uid = `account:${record.sessionUid}`;
    const found = await progress.find(uid, clock.now());
    const fresh = { ...NOTHING_YET, version: 0, keepsAuthTime: record.at };
    const expiresAt = clock.now() + SET_UP_KEPT_MS;
    return found ?? { ...fresh, uid, accountId: record.accountId, proofs: record.proofs, expiresAt };
  }

  function shellOf(ctx: Context, visit: Visit): Shell {
    return {
      path: (step: SetUpStep) => `${SET_UP}/${step}`,
      home: PATH,
      binding: visit.record.sessionUid,
      frame: (refusal) => frame(visit, refusal),
      visitor: { address: ctx.ip, clientId: null },
      isForced: false,
      demandedBy: null,
      chooseHref: null,
      cancel: null,
      backHref: PATH,
    };
  }

  function show(
    ctx: Context,
    visit: Visit,
    { refusal = null, done = null }: { refusal?: Refusal | null; done?: Done },
  ): void {
    const { record, judgement } = visit;
    const form = (path: string) => forms.form(`${PATH}${path}`, record.sessionUid);
    const model: Pages['security'] = {
      factors: judgement.enrolments.filter(isFactor).map(({ id, method, label, app, createdAt }) => ({
        method,
        label,
        app,
        createdAt,
        remove: form(`/factors/${id}/remove`),
      })),
      offered: selfService.offered(judgement),
      setUp: form('/set-up'),
      turnOff: form('/turn-off'),
      enforcement: judgement.enforcement,
      canTurnOff: selfService.mayTurnOff(judgement),
      done,
    };
    render(ctx, 'security', model, frame(visit, refusal));
  }
}

function frame({ judgement: { account, tenant } }: Visit, refusal: Refusal | null): Frame {
  return { refusal, tenantId: tenant.id, locale: account.locale, signedInAs: account.email };
}

/** Whether a request only wants to see what was done a moment ago. */
export function onlyTells(ctx: Context): boolean {
  return ctx.method === 'GET' && ctx.path === PATH && doneOf(ctx) !== null;
}

function doneOf(ctx: Context): Done {
  const { done } = ctx.query;
  return done === 'set-up' || done === 'removed' || done === 'turned-off' ? done : null;
}

function redirect(ctx: Context, address: string): void {
  ctx.status = 303;
  ctx.redirect(address);
}

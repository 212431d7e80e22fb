/** Setting up a factor, or new recovery codes, from the security page. */
import type Router from '@koa/router';
import type { Context } from 'koa';
import { isFactor } from '../../domain/enrolment/enrolment.ts';
import type { SetUpStep } from '../../domain/enrolment/steps.ts';
import type { Proof } from '../../domain/policy/assurance.ts';
import type { Judgement } from '../../domain/policy/policy.ts';
import type { Refusal } from '../../domain/refusal.ts';
import type { SignInRecord } from '../../domain/sign-in/sign-in-record.ts';
import { NOTHING_YET, type Progress } from '../../domain/sign-in/transaction.ts';
import type { EnrolmentStore, ProgressStore } from '../../ports/stores.ts';
import type { Clock } from '../../ports/system.ts';
import type { SelfService } from '../../use-cases/account/self-service.ts';
import type { EnrolmentUseCase } from '../../use-cases/enrolment/enrolment.ts';
import type { Recovery } from '../../use-cases/enrolment/recovery-codes.ts';
import type { Passkeys } from '../../use-cases/second-factor/passkeys.ts';
import { createSetUp, type Shell } from '../enrolment/pages.ts';
import type { FormTokens } from '../guards/forms.ts';
import type { StepUp, Visit } from '../guards/require-session.ts';
import type { Frame, Render } from '../pages/page-contract.ts';
import { createCarryOn, type SessionProofsNeeds } from './session-proofs.ts';

export interface FactorSetUpNeeds extends SessionProofsNeeds {
  readonly stepUp: StepUp;
  readonly selfService: SelfService;
  readonly enrolment: EnrolmentUseCase;
  readonly recovery: Recovery;
  readonly passkeys: Passkeys;
  readonly progress: ProgressStore;
  readonly enrolments: Pick<EnrolmentStore, 'listByAccount'>;
  readonly forms: FormTokens;
  readonly render: Render;
  readonly clock: Clock;
}

/** The page that it begins on and comes back to. */
export interface SecurityPage {
  readonly path: string;
  readonly frame: (visit: Visit, refusal: Refusal | null) => Frame;
  readonly show: (ctx: Context, visit: Visit, refusal: Refusal) => Promise<void>;
}

/** A set-up that was begun here and not confirmed is forgotten after this. */
const SET_UP_KEPT_MS = 15 * 60 * 1000;

export function addFactorSetUpRoutes(router: Router, needs: FactorSetUpNeeds, page: SecurityPage): void {
  const { stepUp, selfService, enrolment, enrolments, recovery, progress, forms, clock } = needs;
  const setUp = createSetUp(needs);
  const carryOn = createCarryOn(needs);
  const path = (step: SetUpStep) => `${page.path}/set-up/${step}`;

  router.post('/security/set-up', begin);
  router.get('/security/set-up/:step', showStep);
  router.post('/security/set-up/:step', submitStep);
  router.post('/security/recovery-codes', renewCodes);

  async function begin(ctx: Context): Promise<void> {
    const visit = stepUp.visitIn(ctx);
    const { method = '' } = await forms.read(ctx, visit.record.sessionUid);
    const chosen = selfService.offered(visit.judgement).find((name) => name === method);
    if (!chosen) return page.show(ctx, visit, { code: 'method_not_allowed' });
    const begun = await enrolment.begin(await underWay(visit), visit.judgement, chosen);
    if (!begun.ok) return page.show(ctx, visit, begun.refusal);
    toStep(ctx, visit, begun.value);
  }

  /** To the page of the step that a visit is at. */
  function toStep(ctx: Context, { judgement }: Visit, at: Progress): void {
    const step = setUp.stepOf({ at, judgement });
    redirect(ctx, step ? path(step) : page.path);
  }

  async function showStep(ctx: Context): Promise<void> {
    const visit = stepUp.visitIn(ctx);
    const { judgement } = visit;
    const at = await underWay(visit);
    const step = setUp.stepOf({ at, judgement });
    if (step === null || step !== ctx.params.step) return toStep(ctx, visit, at);
    await setUp.show(ctx, shellOf(ctx, visit), { at, judgement }, step);
  }

  async function submitStep(ctx: Context): Promise<void> {
    const visit = stepUp.visitIn(ctx);
    const { record, judgement } = visit;
    const fields = await forms.read(ctx, record.sessionUid);
    const at = await underWay(visit);
    const step = setUp.stepOf({ at, judgement });
    if (step === null || step !== ctx.params.step) return toStep(ctx, visit, at);
    const next = await setUp.submit(ctx, shellOf(ctx, visit), { at, judgement }, step, fields);
    if (!next) return;
    if (next.pending) return toStep(ctx, visit, next);
    const proven = next.proofs.slice(at.proofs.length);
    // This browser has just proven the new factor: its session says so from now on, the others are asked for it.
    if (proven.length > 0) {
      const kept = await withoutReplaced(record, proven);
      await carryOn(ctx, record, [...kept, ...proven]);
    }
    if (next.newCodes !== null) return redirect(ctx, path('recovery-codes'));
    await progress.remove(next.uid);
    const isRenewal = step === 'recovery-codes' && !hasSetUp(at, judgement);
    redirect(ctx, `${page.path}?done=${isRenewal ? 'codes' : 'set-up'}`);
  }

  /** Whether a factor was set up since this visit began: its recovery codes come with it. */
  function hasSetUp({ expiresAt }: Progress, { enrolments: there }: Judgement): boolean {
    const begunAt = expiresAt - SET_UP_KEPT_MS;
    return there.some((each) => isFactor(each) && each.createdAt >= begunAt);
  }

  /** What the session has proven, but for a factor whose place the new one has taken. */
  async function withoutReplaced(
    { accountId, proofs }: SignInRecord,
    proven: readonly Proof[],
  ): Promise<readonly Proof[]> {
    const there = await enrolments.listByAccount(accountId);
    return proofs.filter(
      ({ method, enrolmentId }) =>
        !proven.some((each) => each.method === method) || there.some(({ id }) => id === enrolmentId),
    );
  }

  async function renewCodes(ctx: Context): Promise<void> {
    const visit = stepUp.visitIn(ctx);
    await forms.read(ctx, visit.record.sessionUid);
    const from = { address: ctx.ip, clientId: null };
    const outcome = await recovery.renew(await underWay(visit), visit.judgement, from);
    if (!outcome.ok) return page.show(ctx, visit, outcome.refusal);
    await withNewCodes(ctx, visit.record);
    redirect(ctx, path('recovery-codes'));
  }

  /**
   * Who came in by one of the old codes is in by the new ones, which have taken their place: they are still to be
   * shown.
   */
  async function withNewCodes(ctx: Context, record: SignInRecord): Promise<void> {
    if (!record.proofs.some(({ method }) => method === 'recovery')) return;
    const there = await enrolments.listByAccount(record.accountId);
    const codes = there.findLast(({ method }) => method === 'recovery');
    const proofs = record.proofs.map((proof) =>
      proof.method === 'recovery' && codes ? { ...proof, enrolmentId: codes.id } : proof,
    );
    await carryOn(ctx, record, proofs);
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
      path,
      home: page.path,
      binding: visit.record.sessionUid,
      frame: (refusal) => page.frame(visit, refusal),
      visitor: { address: ctx.ip, clientId: null },
      isForced: false,
      demandedBy: null,
      chooseHref: null,
      cancel: null,
      backHref: page.path,
    };
  }
}

function redirect(ctx: Context, address: string): void {
  ctx.status = 303;
  ctx.redirect(address);
}

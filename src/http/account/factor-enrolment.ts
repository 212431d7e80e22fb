/** Setting up a factor, or new recovery codes, from the security page. */
import type Router from '@koa/router';
import type { Context } from 'koa';
import { isFactor } from '../../domain/enrolment/enrolment.ts';
import type { EnrolmentStep } from '../../domain/enrolment/steps.ts';
import type { AuthenticationEvent } from '../../domain/policy/assurance.ts';
import type { PolicyResult } from '../../domain/policy/policy.ts';
import type { Refusal } from '../../domain/refusal.ts';
import type { SignInRecord } from '../../domain/sign-in/sign-in-record.ts';
import { EMPTY_TRANSACTION, type SignInTransaction } from '../../domain/sign-in/transaction.ts';
import type { EnrolmentStore, TransactionStore } from '../../ports/stores.ts';
import type { Clock } from '../../ports/system.ts';
import type { SelfService } from '../../use-cases/account/self-service.ts';
import type { EnrolmentUseCase } from '../../use-cases/enrolment/enrolment.ts';
import type { Recovery } from '../../use-cases/enrolment/recovery-codes.ts';
import type { Passkeys } from '../../use-cases/second-factor/passkeys.ts';
import { createEnrolmentPages, type EnrolmentContext } from '../enrolment/pages.ts';
import type { FormTokens } from '../guards/forms.ts';
import type { RequireSession, Visit } from '../guards/require-session.ts';
import type { PageContext, Render } from '../pages/page-contract.ts';
import { createCarryOn, type SessionEventsDeps } from './session-proofs.ts';

export interface FactorEnrolmentDeps extends SessionEventsDeps {
  readonly requireSession: RequireSession;
  readonly selfService: SelfService;
  readonly enrolment: EnrolmentUseCase;
  readonly recovery: Recovery;
  readonly passkeys: Passkeys;
  readonly transactions: TransactionStore;
  readonly enrolments: Pick<EnrolmentStore, 'listByAccount'>;
  readonly forms: FormTokens;
  readonly render: Render;
  readonly clock: Clock;
}

/** The page that it begins on and comes back to. */
export interface SecurityPage {
  readonly path: string;
  readonly pageContext: (visit: Visit, refusal: Refusal | null) => PageContext;
  readonly show: (ctx: Context, visit: Visit, refusal: Refusal) => Promise<void>;
}

/** A set-up that was begun here and not confirmed is forgotten after this. */
const SET_UP_KEPT_MS = 15 * 60 * 1000;

export function addFactorEnrolmentRoutes(
  router: Router,
  needs: FactorEnrolmentDeps,
  page: SecurityPage,
): void {
  const { requireSession, selfService, enrolment, enrolments, recovery, transactions, forms, clock } = needs;
  const enrolmentPages = createEnrolmentPages(needs);
  const carryOn = createCarryOn(needs);
  const path = (step: EnrolmentStep) => `${page.path}/set-up/${step}`;

  router.post('/security/set-up', begin);
  router.get('/security/set-up/:step', showStep);
  router.post('/security/set-up/:step', submitStep);
  router.post('/security/recovery-codes', renewCodes);

  async function begin(ctx: Context): Promise<void> {
    const visit = requireSession.visitIn(ctx);
    const { method = '' } = await forms.read(ctx, visit.record.sessionUid);
    const chosen = selfService.offered(visit.policyResult).find((name) => name === method);
    if (!chosen) return page.show(ctx, visit, { code: 'method_not_allowed' });
    const begun = await enrolment.begin(await underWay(visit), visit.policyResult, chosen);
    if (!begun.ok) return page.show(ctx, visit, begun.refusal);
    toStep(ctx, visit, begun.value);
  }

  /** To the page of the step that a visit is at. */
  function toStep(ctx: Context, { policyResult }: Visit, transaction: SignInTransaction): void {
    const step = enrolmentPages.stepOf({ transaction, policyResult });
    redirect(ctx, step ? path(step) : page.path);
  }

  async function showStep(ctx: Context): Promise<void> {
    const visit = requireSession.visitIn(ctx);
    const { policyResult } = visit;
    const transaction = await underWay(visit);
    const step = enrolmentPages.stepOf({ transaction, policyResult });
    if (step === null || step !== ctx.params.step) return toStep(ctx, visit, transaction);
    await enrolmentPages.show(ctx, shellOf(ctx, visit), { transaction, policyResult }, step);
  }

  async function submitStep(ctx: Context): Promise<void> {
    const visit = requireSession.visitIn(ctx);
    const { record, policyResult } = visit;
    const fields = await forms.read(ctx, record.sessionUid);
    const transaction = await underWay(visit);
    const step = enrolmentPages.stepOf({ transaction, policyResult });
    if (step === null || step !== ctx.params.step) return toStep(ctx, visit, transaction);
    const next = await enrolmentPages.submit(
      ctx,
      shellOf(ctx, visit),
      { transaction, policyResult },
      step,
      fields,
    );
    if (!next) return;
    if (next.pendingEnrolment) return toStep(ctx, visit, next);
    const proven = next.authentications.slice(transaction.authentications.length);
    // This browser has just proven the new factor: its session says so from now on, the others are asked for it.
    if (proven.length > 0) {
      const kept = await withoutReplaced(record, proven);
      await carryOn(ctx, record, [...kept, ...proven]);
    }
    if (next.newCodes !== null) return redirect(ctx, path('recovery-codes'));
    await transactions.remove(next.uid);
    const isRenewal = step === 'recovery-codes' && !hasSetUp(transaction, policyResult);
    redirect(ctx, `${page.path}?done=${isRenewal ? 'codes' : 'set-up'}`);
  }

  /** Whether a factor was set up since this visit began: its recovery codes come with it. */
  function hasSetUp({ expiresAt }: SignInTransaction, { enrolments: there }: PolicyResult): boolean {
    const begunAt = expiresAt - SET_UP_KEPT_MS;
    return there.some((each) => isFactor(each) && each.createdAt >= begunAt);
  }

  /** What the session has proven, but for a factor whose place the new one has taken. */
  async function withoutReplaced(
    { accountId, authentications }: SignInRecord,
    proven: readonly AuthenticationEvent[],
  ): Promise<readonly AuthenticationEvent[]> {
    const there = await enrolments.listByAccount(accountId);
    return authentications.filter(
      ({ method, enrolmentId }) =>
        !proven.some((each) => each.method === method) || there.some(({ id }) => id === enrolmentId),
    );
  }

  async function renewCodes(ctx: Context): Promise<void> {
    const visit = requireSession.visitIn(ctx);
    await forms.read(ctx, visit.record.sessionUid);
    const from = { ip: ctx.ip, clientId: null };
    const outcome = await recovery.renew(await underWay(visit), visit.policyResult, from);
    if (!outcome.ok) return page.show(ctx, visit, outcome.refusal);
    await withNewCodes(ctx, visit.record);
    redirect(ctx, path('recovery-codes'));
  }

  /**
   * Who came in by one of the old codes is in by the new ones, which have taken their place: they are still to be
   * shown.
   */
  async function withNewCodes(ctx: Context, record: SignInRecord): Promise<void> {
    if (!record.authentications.some(({ method }) => method === 'recovery')) return;
    const there = await enrolments.listByAccount(record.accountId);
    const codes = there.findLast(({ method }) => method === 'recovery');
    const authentications = record.authentications.map((authentication) =>
      authentication.method === 'recovery' && codes
        ? { ...authentication, enrolmentId: codes.id }
        : authentication,
    );
    await carryOn(ctx, record, authentications);
  }

  /** The set-up under way in this session, or the beginning of one. */
  async function underWay({ record }: Visit): Promise<SignInTransaction> {
    const uid = `account:${record.sessionUid}`;
    const found = await transactions.find(uid, clock.now());
    const fresh = { ...EMPTY_TRANSACTION, version: 0, keepsAuthTime: record.atMs };
    const expiresAt = clock.now() + SET_UP_KEPT_MS;
    return (
      found ?? {
        ...fresh,
        uid,
        accountId: record.accountId,
        authentications: record.authentications,
        expiresAt,
      }
    );
  }

  function shellOf(ctx: Context, visit: Visit): EnrolmentContext {
    return {
      path,
      home: page.path,
      binding: visit.record.sessionUid,
      pageContext: (refusal) => page.pageContext(visit, refusal),
      visitor: { ip: ctx.ip, clientId: null },
      isForced: false,
      demandedBy: null,
      chooseHref: null,
      cancel: null,
      backHref: page.path,
    };
  }
}

function redirect(ctx: Context, url: string): void {
  ctx.status = 303;
  ctx.redirect(url);
}

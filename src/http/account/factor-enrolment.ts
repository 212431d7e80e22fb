/** Setting up a factor, or new recovery codes, from the security page. */
import type Router from '@koa/router';
import type { Context } from 'koa';
import type { EnrolmentStep } from '../../domain/enrolment/steps.ts';
import type { Refusal } from '../../domain/refusal.ts';
import type { SignInTransaction } from '../../domain/sign-in/transaction.ts';
import type { Clock } from '../../ports/system.ts';
import type { SelfEnrolment } from '../../use-cases/account/self-enrolment.ts';
import type { SelfService } from '../../use-cases/account/self-service.ts';
import type { Visit } from '../../use-cases/account/visit.ts';
import type { EnrolmentUseCase } from '../../use-cases/enrolment/enrolment.ts';
import type { Recovery } from '../../use-cases/enrolment/recovery-codes.ts';
import type { Passkeys } from '../../use-cases/second-factor/passkeys.ts';
import { createEnrolmentPages, type EnrolmentContext } from '../enrolment/pages.ts';
import type { FormTokens } from '../guards/forms.ts';
import type { RequireSession } from '../guards/require-session.ts';
import type { PageLocale } from '../pages/locale.ts';
import type { PageContext, Render } from '../pages/page-contract.ts';
import { createRestateSession, type RestateSessionDeps } from './restate-session.ts';

export interface FactorEnrolmentDeps extends RestateSessionDeps {
  readonly requireSession: RequireSession;
  readonly selfService: SelfService;
  readonly selfEnrolment: SelfEnrolment;
  readonly enrolment: EnrolmentUseCase;
  readonly recovery: Recovery;
  readonly passkeys: Passkeys;
  readonly forms: FormTokens;
  readonly render: Render;
  readonly pageLocale: PageLocale;
  readonly clock: Clock;
}

/** The page that an enrolment begins on and returns to. */
export interface SecurityPage {
  readonly path: string;
  readonly pageContext: (visit: Visit, refusal: Refusal | null) => PageContext;
  readonly show: (ctx: Context, visit: Visit, refusal: Refusal) => Promise<void>;
}

export function addFactorEnrolmentRoutes(
  router: Router,
  needs: FactorEnrolmentDeps,
  page: SecurityPage,
): void {
  const { requireSession, selfService, selfEnrolment, enrolment, forms, pageLocale } = needs;
  const enrolmentPages = createEnrolmentPages(needs);
  const restateSession = createRestateSession(needs);
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
    const transaction = await selfEnrolment.transactionOf(visit.record);
    const finished = await enrolment.finish(transaction, visit.policyResult, { ip: ctx.ip, clientId: null });
    if (finished) return proceed(ctx, visit, transaction, finished, 'set-up');
    const started = await enrolment.begin(transaction, visit.policyResult, chosen);
    if (!started.ok) return page.show(ctx, visit, started.refusal);
    toStep(ctx, visit, started.value);
  }

  /** Redirects to the step that the enrolment is at, or to the security page. */
  function toStep(ctx: Context, { policyResult }: Visit, transaction: SignInTransaction): void {
    const step = enrolmentPages.stepOf({ transaction, policyResult });
    redirect(ctx, step ? path(step) : page.path);
  }

  async function showStep(ctx: Context): Promise<void> {
    const visit = requireSession.visitIn(ctx);
    const { policyResult } = visit;
    const transaction = await selfEnrolment.transactionOf(visit.record);
    const step = enrolmentPages.stepOf({ transaction, policyResult });
    if (step === null || step !== ctx.params.step) return toStep(ctx, visit, transaction);
    await enrolmentPages.show(ctx, contextOf(ctx, visit), { transaction, policyResult }, step);
  }

  async function submitStep(ctx: Context): Promise<void> {
    const visit = requireSession.visitIn(ctx);
    const { record, policyResult } = visit;
    const fields = await forms.read(ctx, record.sessionUid);
    const transaction = await selfEnrolment.transactionOf(record);
    const state = { transaction, policyResult };
    const step = enrolmentPages.stepOf(state);
    const context = contextOf(ctx, visit);
    const finished = await enrolment.finish(transaction, policyResult, context.visitor);
    if (!finished && (step === null || step !== ctx.params.step)) return toStep(ctx, visit, transaction);
    const next = finished ?? (step && (await enrolmentPages.submit(ctx, context, state, step, fields)));
    if (!next) return;
    const isRenewal = step === 'recovery-codes' && !selfEnrolment.hasNewFactor(transaction, policyResult);
    return proceed(ctx, visit, transaction, next, isRenewal ? 'codes' : 'set-up');
  }

  /** Goes on after a step, in a session that knows what was proven in it. */
  async function proceed(
    ctx: Context,
    visit: Visit,
    before: SignInTransaction,
    next: SignInTransaction,
    done: 'codes' | 'set-up',
  ): Promise<void> {
    if (next.pendingEnrolment) return toStep(ctx, visit, next);
    const restated = await selfEnrolment.restatementAfter(visit.record, before, next);
    if (restated) await restateSession(ctx, visit.record, restated);
    if (next.newCodes !== null) return redirect(ctx, path('recovery-codes'));
    await selfEnrolment.end(next);
    redirect(ctx, `${page.path}?done=${done}`);
  }

  async function renewCodes(ctx: Context): Promise<void> {
    const visit = requireSession.visitIn(ctx);
    const { record, policyResult } = visit;
    await forms.read(ctx, record.sessionUid);
    const renewed = await selfEnrolment.renewCodes(record, policyResult, { ip: ctx.ip, clientId: null });
    if (!renewed.ok) return page.show(ctx, visit, renewed.refusal);
    await restateSession(ctx, record, renewed.value ?? record.authentications);
    redirect(ctx, path('recovery-codes'));
  }

  function contextOf(ctx: Context, visit: Visit): EnrolmentContext {
    const { account, tenant } = visit.policyResult;
    return {
      path,
      home: page.path,
      binding: visit.record.sessionUid,
      pageContext: (refusal) => page.pageContext(visit, refusal),
      visitor: { ip: ctx.ip, clientId: null },
      locale: pageLocale(ctx, { uiLocales: undefined, chosen: account.locale, tenant }),
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

/** Setting up a factor, in the place of another one too, or new recovery codes, from the security page. */
import type Router from '@koa/router';
import type { Context } from 'koa';
import { type Enrolment, isFactor } from '../../../domain/enrolment/enrolment.ts';
import { type EnrolmentStep, progressOf, type Visitor } from '../../../domain/enrolment/steps.ts';
import type { MethodName } from '../../../domain/methods/method.ts';
import type { Refusal } from '../../../domain/refusal.ts';
import type {
  PendingEnrolment,
  ReplacedFactor,
  SignInTransaction,
} from '../../../domain/sign-in/transaction.ts';
import type { Clock } from '../../../ports/system.ts';
import type { SelfEnrolment } from '../../../use-cases/account/self-enrolment.ts';
import type { SelfService } from '../../../use-cases/account/self-service.ts';
import type { Visit } from '../../../use-cases/account/visit.ts';
import type { EnrolmentUseCase } from '../../../use-cases/enrolment/enrolment.ts';
import type { Recovery } from '../../../use-cases/enrolment/recovery-codes.ts';
import type { Passkeys } from '../../../use-cases/second-factor/passkeys.ts';
import { createEnrolmentPages, type EnrolmentContext } from '../../enrolment/pages.ts';
import type { Fields, FormTokens } from '../../guards/forms.ts';
import type { RequireSession } from '../../guards/require-session.ts';
import type { PageLocale } from '../../pages/locale.ts';
import type { Render } from '../../pages/page-contract.ts';
import { FRESH_SECONDS, redirect } from '../account-page.ts';
import { accountContext } from '../page-context.ts';
import { createRestateSession, type RestateSessionDeps } from './restate-session.ts';
import { SECURITY_PATH, type ShowSecurity, tell } from './security-page.ts';

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

/** Whether a request answers a step of a set-up. */
export function answersSetUp({ method, path }: Context): boolean {
  return method === 'POST' && /^\/account\/security\/set-up\/[^/]+$/.test(path);
}

/** A set-up whose right answer came too late to enrol the factor at once. */
interface Waiting {
  readonly transaction: SignInTransaction;
  readonly pending: PendingEnrolment;
}

export function addFactorEnrolmentRoutes(
  router: Router,
  needs: FactorEnrolmentDeps,
  showSecurity: ShowSecurity,
): void {
  const { requireSession, selfService, selfEnrolment, enrolment, forms, pageLocale } = needs;
  const enrolmentPages = createEnrolmentPages(needs);
  const restateSession = createRestateSession(needs);
  const path = (step: EnrolmentStep) => `${SECURITY_PATH}/set-up/${step}`;

  router.post('/security/set-up', begin);
  router.get('/security/set-up/:step', showStep);
  router.post('/security/set-up/:step', submitStep);
  router.post('/security/factors/:id/replace', replace);
  router.get('/security/factors/:id/replace', chooseReplacement);
  router.post('/security/recovery-codes', renewCodes);

  async function begin(ctx: Context): Promise<void> {
    const visit = requireSession.visitIn(ctx);
    const fields = await forms.read(ctx, visit.record.sessionUid);
    const chosen = selfService.offered(visit.policyResult).find((name) => name === fields['set-up']);
    if (!chosen) return showSecurity(ctx, visit, { refusal: { code: 'method_not_allowed' } });
    await start(ctx, visit, chosen);
  }

  /** Begins with the same method. The person chooses one where it is not on offer, and by the link of its page. */
  async function replace(ctx: Context): Promise<void> {
    const visit = requireSession.visitIn(ctx);
    const { method } = await forms.read(ctx, visit.record.sessionUid);
    const replaced = factorOf(ctx, visit);
    if (!replaced) return redirect(ctx, SECURITY_PATH);
    const offered = selfService.offered(visit.policyResult, replaced.id);
    const chosen = offered.find((name) => name === (method ?? replaced.method));
    if (!chosen && method === undefined && offered.length > 0) return redirect(ctx, ctx.path);
    if (!chosen) return showSecurity(ctx, visit, { refusal: { code: 'method_not_allowed' } });
    await start(ctx, visit, chosen, { enrolmentId: replaced.id, method: replaced.method });
  }

  async function chooseReplacement(ctx: Context): Promise<void> {
    const visit = requireSession.visitIn(ctx);
    const replaced = factorOf(ctx, visit);
    const offered = replaced ? selfService.offered(visit.policyResult, replaced.id) : [];
    if (!replaced || offered.length === 0) return redirect(ctx, SECURITY_PATH);
    const { method: same, label, app } = replaced;
    const selected = offered.includes(same) ? same : offered[0];
    const model = {
      form: forms.form(ctx.path, visit.record.sessionUid),
      methods: offered.map((method) => ({ method, selected: method === selected })),
      laterUntil: null,
      forced: false,
      cancel: null,
      replaces: { name: label || app, method: same, backHref: SECURITY_PATH },
    };
    needs.render(ctx, 'set-up-choose', model, accountContext(visit));
  }

  async function start(
    ctx: Context,
    visit: Visit,
    method: MethodName,
    replaces?: ReplacedFactor,
  ): Promise<void> {
    const { record, policyResult } = visit;
    const transaction = await selfEnrolment.transactionOf(record);
    const finished = await enrolment.finish(transaction, policyResult, visitorOf(ctx));
    if (finished) return proceed(ctx, visit, transaction, finished, 'set-up');
    const started = await enrolment.begin(transaction, policyResult, method, replaces && { replaces });
    if (!started.ok) return showSecurity(ctx, visit, { refusal: started.refusal });
    toStep(ctx, visit, started.value);
  }

  /** Redirects to the step that the enrolment is at, or to the security page. */
  function toStep(ctx: Context, { policyResult }: Visit, transaction: SignInTransaction): void {
    const step = enrolmentPages.stepOf({ transaction, policyResult });
    redirect(ctx, step ? path(step) : SECURITY_PATH);
  }

  async function showStep(ctx: Context): Promise<void> {
    const visit = requireSession.visitIn(ctx);
    const { policyResult } = visit;
    const transaction = await selfEnrolment.transactionOf(visit.record);
    const step = enrolmentPages.stepOf({ transaction, policyResult });
    if (step === null || step !== ctx.params.step) return toStep(ctx, visit, transaction);
    const { pendingEnrolment: pending } = transaction;
    if (pending?.proven) return showFinish(ctx, visit, { transaction, pending }, null);
    await enrolmentPages.show(ctx, contextOf(ctx, visit, transaction), { transaction, policyResult }, step);
  }

  /** The page on which one press enrols a factor that was proven before the account gave a fresh one. */
  function showFinish(
    ctx: Context,
    visit: Visit,
    { transaction, pending }: Waiting,
    refusal: Refusal | null,
  ): void {
    const { method } = pending;
    const form = forms.form(path(method), visit.record.sessionUid);
    const step = progressOf(method, transaction, visit.policyResult, false);
    needs.render(ctx, 'set-up-finish', { form, method, step }, accountContext(visit, refusal));
  }

  async function submitFinish(ctx: Context, visit: Visit, waiting: Waiting, fields: Fields): Promise<void> {
    const { transaction } = waiting;
    if ('cancel' in fields) {
      await enrolment.abandon(transaction, visit.policyResult);
      return redirect(ctx, SECURITY_PATH);
    }
    // A form of a page from before the answer asks for another code.
    if (!('confirm' in fields)) return toStep(ctx, visit, transaction);
    const completed = await enrolment.complete(transaction, visit.policyResult, visitorOf(ctx));
    if (completed.ok) return proceed(ctx, visit, transaction, completed.value, 'set-up');
    if (completed.refusal.code === 'session_expired') return redirect(ctx, SECURITY_PATH);
    showFinish(ctx, visit, waiting, completed.refusal);
  }

  /**
   * Checks the answer at once, and asks for a fresh factor then. It tells neither right from wrong nor a secret: the
   * holder of an old session may be a thief. The text beside the answer is kept either way.
   */
  async function submitLate(
    ctx: Context,
    visit: Visit,
    transaction: SignInTransaction,
    fields: Fields,
  ): Promise<void> {
    const { policyResult } = visit;
    const step = enrolmentPages.stepOf({ transaction, policyResult });
    const isAnswer = step === ctx.params.step && !transaction.pendingEnrolment?.proven;
    const next =
      step && isAnswer
        ? await enrolmentPages.checkLate(
            contextOf(ctx, visit, transaction),
            { transaction, policyResult },
            step,
            fields,
          )
        : transaction;
    const following = enrolmentPages.stepOf({ transaction: next, policyResult });
    const { sessionUid: uid } = visit.record;
    const page = following ? path(following) : SECURITY_PATH;
    await requireSession.askAgain(ctx, { uid }, FRESH_SECONDS, page);
  }

  async function submitStep(ctx: Context): Promise<void> {
    const visit = requireSession.visitIn(ctx);
    const { record, policyResult } = visit;
    const fields = await forms.read(ctx, record.sessionUid);
    const transaction = await selfEnrolment.transactionOf(record);
    if (requireSession.isLate(ctx)) return submitLate(ctx, visit, transaction, fields);
    const state = { transaction, policyResult };
    const step = enrolmentPages.stepOf(state);
    const context = contextOf(ctx, visit, transaction);
    const finished = await enrolment.finish(transaction, policyResult, context.visitor);
    if (!finished && (step === null || step !== ctx.params.step)) return toStep(ctx, visit, transaction);
    const { pendingEnrolment: pending } = transaction;
    if (!finished && pending?.proven) return submitFinish(ctx, visit, { transaction, pending }, fields);
    const next = finished ?? (step && (await enrolmentPages.submit(ctx, context, state, step, fields)));
    if (!next) return;
    const isRenewal = step === 'recovery-codes' && transaction.enrolled === null;
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
    if (done === 'set-up' && before.pendingEnrolment?.replaces) return tell(ctx, 'replaced');
    tell(ctx, done, done === 'set-up' ? next.enrolled : null);
  }

  async function renewCodes(ctx: Context): Promise<void> {
    const visit = requireSession.visitIn(ctx);
    const { record, policyResult } = visit;
    await forms.read(ctx, record.sessionUid);
    const renewed = await selfEnrolment.renewCodes(record, policyResult, visitorOf(ctx));
    if (!renewed.ok) return showSecurity(ctx, visit, { refusal: renewed.refusal });
    await restateSession(ctx, record, renewed.value ?? record.authentications);
    redirect(ctx, path('recovery-codes'));
  }

  /** The factor of the address. Undefined when it is gone. */
  function factorOf(ctx: Context, { policyResult }: Visit): Enrolment | undefined {
    return policyResult.enrolments.find((each) => each.id === ctx.params.id && isFactor(each));
  }

  function contextOf(ctx: Context, visit: Visit, transaction: SignInTransaction): EnrolmentContext {
    const { account, tenant } = visit.policyResult;
    const replaced = transaction.pendingEnrolment?.replaces;
    return {
      path,
      home: SECURITY_PATH,
      binding: visit.record.sessionUid,
      pageContext: (refusal) => accountContext(visit, refusal),
      visitor: visitorOf(ctx),
      locale: pageLocale(ctx, { uiLocales: undefined, chosen: account.locale, tenant }),
      isForced: false,
      demandedBy: null,
      chooseHref: replaced ? `${SECURITY_PATH}/factors/${replaced.enrolmentId}/replace` : null,
      cancel: null,
      backHref: SECURITY_PATH,
      replacesVoid: false,
    };
  }
}

function visitorOf({ ip }: Context): Visitor {
  return { ip, clientId: null };
}

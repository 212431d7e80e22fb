/**
 * Removing a factor or a trusted browser, and turning the second factor off. A page says what it means first, and asks for a
 * confirmation. A refusal comes before that question.
 */
import type Router from '@koa/router';
import type { Context } from 'koa';
import { isFactor } from '../../../domain/enrolment/enrolment.ts';
import type { PolicyResult } from '../../../domain/policy/policy.ts';
import type { Outcome, Refusal } from '../../../domain/refusal.ts';
import type { SelfService } from '../../../use-cases/account/self-service.ts';
import type { TrustedBrowsers } from '../../../use-cases/second-factor/trusted-browsers.ts';
import type { FormTokens } from '../../guards/forms.ts';
import type { RequireSession } from '../../guards/require-session.ts';
import type { RemovalQuestion, SecurityDone } from '../../pages/models/security-pages.ts';
import type { Render } from '../../pages/page-contract.ts';
import { redirect } from '../account-page.ts';
import { accountContext } from '../page-context.ts';
import { browserQuestion, factorQuestion, turnOffQuestion } from './removal-question.ts';
import { createContinueWithout, type RestateSessionDeps } from './restate-session.ts';
import { SECURITY_PATH, type ShowSecurity, tell } from './security-page.ts';

export interface RemovalDeps extends RestateSessionDeps {
  readonly requireSession: RequireSession;
  readonly selfService: SelfService;
  readonly trustedBrowsers: TrustedBrowsers;
  readonly forms: FormTokens;
  readonly render: Render;
}

/** One kind of removal. Its routes are the form of the security page, the question, and the form of the question. */
interface Removal {
  readonly path: string;
  readonly done: SecurityDone;
  /** Why it may not be removed now. */
  readonly refusal: (policyResult: PolicyResult, id: string) => Refusal | null;
  /** Null when there is nothing to remove any more. */
  readonly question: (policyResult: PolicyResult, id: string) => Promise<RemovalQuestion | null>;
  readonly act: (policyResult: PolicyResult, id: string, ip: string) => Promise<Outcome<null>>;
  /** The ids of the factors that are gone after it. */
  readonly removed: (policyResult: PolicyResult, id: string) => readonly string[];
}

export function addRemovalRoutes(router: Router, deps: RemovalDeps, show: ShowSecurity): void {
  const { requireSession, selfService, trustedBrowsers, forms, render } = deps;
  const continueWithout = createContinueWithout(deps);

  const REMOVALS: readonly Removal[] = [
    {
      path: '/security/factors/:id/remove',
      done: 'removed',
      refusal: selfService.whyNotRemoved,
      async question(policyResult, id) {
        const factor = policyResult.enrolments.find((each) => each.id === id && isFactor(each));
        const trusted = await trustedBrowsers.list(policyResult.account);
        return factor ? factorQuestion(policyResult, factor, trusted.length) : null;
      },
      act: selfService.remove,
      removed: (_policyResult, id) => [id],
    },
    {
      path: '/security/browsers/:id/remove',
      done: 'revoked',
      refusal: () => null,
      async question({ account }, id) {
        const browser = (await trustedBrowsers.list(account)).find((each) => each.id === id);
        return browser ? browserQuestion(browser) : null;
      },
      async act(policyResult, id, ip) {
        await trustedBrowsers.revoke(policyResult, id, ip);
        return { ok: true, value: null };
      },
      removed: () => [],
    },
    {
      path: '/security/turn-off',
      done: 'turned-off',
      refusal: selfService.whyNotTurnedOff,
      question: async (policyResult) => turnOffQuestion(policyResult),
      act: (policyResult, _id, ip) => selfService.turnOff(policyResult, ip),
      removed: ({ enrolments }) => enrolments.map(({ id }) => id),
    },
  ];
  for (const removal of REMOVALS) {
    router.post(removal.path, (ctx) => begin(ctx, removal));
    router.get(removal.path, (ctx) => ask(ctx, removal));
    router.post(`${removal.path}/confirm`, (ctx) => answer(ctx, removal));
  }

  /** The form of the security page. */
  async function begin(ctx: Context, removal: Removal): Promise<void> {
    const visit = requireSession.visitIn(ctx);
    // The form's token belongs to this factor and session. The factor may be gone meanwhile.
    await forms.read(ctx, visit.record.sessionUid);
    const refusal = removal.refusal(visit.policyResult, idOf(ctx));
    if (refusal) return show(ctx, visit, { refusal });
    redirect(ctx, ctx.path);
  }

  async function ask(ctx: Context, removal: Removal): Promise<void> {
    const visit = requireSession.visitIn(ctx);
    const { policyResult, record } = visit;
    const isRefused = removal.refusal(policyResult, idOf(ctx)) !== null;
    const question = isRefused ? null : await removal.question(policyResult, idOf(ctx));
    if (!question) return redirect(ctx, SECURITY_PATH);
    const form = forms.form(`${ctx.path}/confirm`, record.sessionUid);
    render(ctx, 'confirm-removal', { ...question, form }, accountContext(visit));
  }

  /** A removed factor ends the sessions that used it. This one continues without it. */
  async function answer(ctx: Context, removal: Removal): Promise<void> {
    const visit = requireSession.visitIn(ctx);
    const { policyResult, record } = visit;
    const fields = await forms.read(ctx, record.sessionUid);
    if (!('confirm' in fields)) return redirect(ctx, SECURITY_PATH);
    const outcome = await removal.act(policyResult, idOf(ctx), ctx.ip);
    if (!outcome.ok) return show(ctx, visit, { refusal: outcome.refusal });
    await continueWithout(ctx, visit, removal.removed(policyResult, idOf(ctx)));
    tell(ctx, removal.done);
  }
}

function idOf(ctx: Context): string {
  return String(ctx.params.id ?? '');
}

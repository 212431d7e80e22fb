/** The security page: the factors, the recovery codes, the trusted browsers, and turning the second factor off. */

import type Router from '@koa/router';
import type { Context } from 'koa';
import { shownEmail } from '../../domain/account.ts';
import { type Enrolment, hasFactor, isFactor } from '../../domain/enrolment/enrolment.ts';
import { FEW_LEFT } from '../../domain/methods/recovery-code.ts';
import type { PolicyResult } from '../../domain/policy/policy.ts';
import type { Outcome, Refusal } from '../../domain/refusal.ts';
import { withoutRemoved } from '../../domain/sign-in/sign-in-record.ts';
import { browserName } from '../../presentation/browser-name.ts';
import type { Visit } from '../../use-cases/account/visit.ts';
import type { TrustedBrowsers } from '../../use-cases/second-factor/trusted-browsers.ts';
import type { PageContext, Pages } from '../pages/page-contract.ts';
import type { FactorView, Form, TrustedBrowserView } from '../pages/page-parts.ts';
import { addFactorEnrolmentRoutes, type FactorEnrolmentDeps } from './factor-enrolment.ts';
import { createRestateSession } from './restate-session.ts';

export interface SecurityDeps extends FactorEnrolmentDeps {
  readonly trustedBrowsers: TrustedBrowsers;
  /** The masked address or number that codes of a factor go to. Null for a method that sends none. */
  readonly maskedDestination: (policyResult: PolicyResult, enrolment: Enrolment) => string | null;
}

type Done = Pages['security']['done'];

const PATH = '/account/security';
const DONE = ['set-up', 'codes', 'removed', 'turned-off', 'default', 'revoked'] as const;

export function addSecurityRoutes(router: Router, needs: SecurityDeps): void {
  const { requireSession, selfService, recovery, trustedBrowsers, forms, render } = needs;
  const restateSession = createRestateSession(needs);

  router.get('/security', (ctx) => show(ctx, requireSession.visitIn(ctx), { done: doneOf(ctx) }));
  addFactorEnrolmentRoutes(router, needs, {
    path: PATH,
    pageContext,
    show: (ctx, visit, refusal) => show(ctx, visit, { refusal }),
  });
  router.post('/security/factors/:id/remove', remove);
  router.post('/security/factors/:id/default', makeDefault);
  router.post('/security/no-default', makeDefault);
  router.post('/security/browsers/:id/revoke', revoke);
  router.post('/security/turn-off', turnOff);

  async function remove(ctx: Context): Promise<void> {
    const visit = requireSession.visitIn(ctx);
    // The form's token belongs to this factor and session. The factor may be gone meanwhile.
    await forms.read(ctx, visit.record.sessionUid);
    const factor = String(ctx.params.id);
    const outcome = await selfService.remove(visit.policyResult, factor, ctx.ip);
    await finish(ctx, visit, outcome, { done: 'removed', removed: [factor] });
  }

  async function turnOff(ctx: Context): Promise<void> {
    const visit = requireSession.visitIn(ctx);
    await forms.read(ctx, visit.record.sessionUid);
    const outcome = await selfService.turnOff(visit.policyResult, ctx.ip);
    const removed = visit.policyResult.enrolments.map(({ id }) => id);
    await finish(ctx, visit, outcome, { done: 'turned-off', removed });
  }

  /** A removed factor ends the sessions that used it. This one continues without it. */
  async function finish(
    ctx: Context,
    visit: Visit,
    outcome: Outcome<null>,
    { done, removed }: { done: Done; removed: readonly string[] },
  ): Promise<void> {
    if (!outcome.ok) return show(ctx, visit, { refusal: outcome.refusal });
    const { record, policyResult } = visit;
    const { enrolments } = policyResult;
    await restateSession(ctx, record, withoutRemoved(record.authentications, enrolments, removed));
    tell(ctx, done);
  }

  async function makeDefault(ctx: Context): Promise<void> {
    const visit = requireSession.visitIn(ctx);
    await forms.read(ctx, visit.record.sessionUid);
    const { id = null } = ctx.params as { id?: string };
    const outcome = await selfService.makeDefault(visit.policyResult, id, ctx.ip);
    if (!outcome.ok) return show(ctx, visit, { refusal: outcome.refusal });
    tell(ctx, 'default');
  }

  async function revoke(ctx: Context): Promise<void> {
    const visit = requireSession.visitIn(ctx);
    await forms.read(ctx, visit.record.sessionUid);
    await trustedBrowsers.revoke(visit.policyResult, String(ctx.params.id), ctx.ip);
    tell(ctx, 'revoked');
  }

  async function show(
    ctx: Context,
    visit: Visit,
    { refusal = null, done = null }: { refusal?: Refusal | null; done?: Done },
  ): Promise<void> {
    const { record, policyResult } = visit;
    const { account, enrolments } = policyResult;
    const form = (path: string) => forms.form(`${PATH}${path}`, record.sessionUid);
    const mayChange = account.frozenAt === null;
    const [left, browsers] = await Promise.all([recovery.left(policyResult), trustedBrowsers.list(account)]);
    const factors = enrolments.filter(isFactor);
    const model: Pages['security'] = {
      factors: factors.map((each) => factorView(policyResult, each, form)),
      recovery: hasFactor(enrolments)
        ? { left, areFew: left <= FEW_LEFT, renew: mayChange ? form('/recovery-codes') : null }
        : null,
      browsers: browsers.map((browser): TrustedBrowserView => {
        const { createdAt, expiresAt, lastUsedAt, lastUsedFor } = browser;
        const revokeForm = form(`/browsers/${browser.id}/revoke`);
        const name = browserName(browser.browser);
        return { name, createdAt, expiresAt, lastUsedAt, lastUsedFor, revoke: revokeForm };
      }),
      noDefault: mayChange && factors.some(({ isDefault }) => isDefault) ? form('/no-default') : null,
      frozenAt: account.frozenAt,
      offered: mayChange ? selfService.offered(policyResult) : [],
      enrolmentForm: form('/set-up'),
      turnOff: form('/turn-off'),
      enforcement: policyResult.enforcement,
      canTurnOff: selfService.mayTurnOff(policyResult),
      passkeySignals: needs.passkeys.signals(policyResult),
      done,
      doneMethod: factors.find(({ method }) => method === ctx.query.method)?.method ?? null,
    };
    render(ctx, 'security', model, pageContext(visit, refusal));
  }

  function factorView(
    policyResult: PolicyResult,
    enrolment: Enrolment,
    form: (path: string) => Form,
  ): FactorView {
    const { id, method, label, app, createdAt, isDefault } = enrolment;
    const others = policyResult.enrolments.filter((each) => isFactor(each) && each.method !== method);
    const mayChoose = !isDefault && others.length > 0 && policyResult.account.frozenAt === null;
    return {
      method,
      label,
      app,
      destination: needs.maskedDestination(policyResult, enrolment),
      createdAt,
      isDefault,
      remove: form(`/factors/${id}/remove`),
      makeDefault: mayChoose ? form(`/factors/${id}/default`) : null,
    };
  }
}

function pageContext({ policyResult: { account, tenant } }: Visit, refusal: Refusal | null): PageContext {
  return { refusal, tenantId: tenant.id, locale: account.locale, signedInAs: shownEmail(account.email) };
}

/** Whether a request only shows the result of the last change. */
export function onlyTells(ctx: Context): boolean {
  return ctx.method === 'GET' && ctx.path === PATH && doneOf(ctx) !== null;
}

function doneOf(ctx: Context): Done {
  return DONE.find((done) => done === ctx.query.done) ?? null;
}

/** Redirects to the page, which shows once what was done. */
function tell(ctx: Context, done: Done): void {
  ctx.status = 303;
  ctx.redirect(`${PATH}?done=${done}`);
}

/** The model of the security page, and the message about the change that was just made. */
import type { Context } from 'koa';
import { type Enrolment, hasFactor, isFactor } from '../../../domain/enrolment/enrolment.ts';
import type { MethodName } from '../../../domain/methods/method.ts';
import { FEW_LEFT } from '../../../domain/methods/recovery-code.ts';
import type { PolicyResult } from '../../../domain/policy/policy.ts';
import type { Refusal } from '../../../domain/refusal.ts';
import type { TrustedBrowser } from '../../../domain/sign-in/trusted-browser.ts';
import { browserName } from '../../../presentation/browser-name.ts';
import type { FactorChanges } from '../../../use-cases/account/factor-changes.ts';
import type { FindLastUses, LastUse } from '../../../use-cases/account/last-uses.ts';
import type { SelfService } from '../../../use-cases/account/self-service.ts';
import type { Visit } from '../../../use-cases/account/visit.ts';
import type { Recovery } from '../../../use-cases/enrolment/recovery-codes.ts';
import type { Passkeys } from '../../../use-cases/second-factor/passkeys.ts';
import type { TrustedBrowsers } from '../../../use-cases/second-factor/trusted-browsers.ts';
import type { FormTokens } from '../../guards/forms.ts';
import { SECURITY_DONE, type SecurityDone } from '../../pages/models/security-pages.ts';
import type { Pages, Render } from '../../pages/page-contract.ts';
import type { FactorView, Form, TrustedBrowserView } from '../../pages/page-parts.ts';
import { redirect } from '../account-page.ts';
import { accountContext } from '../page-context.ts';

export interface SecurityPageDeps {
  readonly selfService: SelfService;
  readonly factorChanges: FactorChanges;
  readonly findLastUses: FindLastUses;
  readonly recovery: Recovery;
  readonly passkeys: Passkeys;
  readonly trustedBrowsers: TrustedBrowsers;
  /** The masked address or number that codes of a factor go to. Null for a method that sends none. */
  readonly maskedDestination: (policyResult: PolicyResult, enrolment: Enrolment) => string | null;
  readonly forms: FormTokens;
  readonly render: Render;
}

export const SECURITY_PATH = '/account/security';

/** The changes that can be taken back for a minute. */
const UNDOABLE: readonly (SecurityDone | null)[] = ['default', 'renamed'];

/** Shows the page: with a refusal, or with what the last change was. */
export type ShowSecurity = (
  ctx: Context,
  visit: Visit,
  told?: { readonly refusal?: Refusal | null; readonly done?: SecurityDone | null },
) => Promise<void>;

export function createSecurityPage(deps: SecurityPageDeps): ShowSecurity {
  const { selfService, factorChanges, findLastUses, recovery, trustedBrowsers, forms, render } = deps;

  return async (ctx, visit, { refusal = null, done = null } = {}) => {
    const { record, policyResult } = visit;
    const { account, enrolments } = policyResult;
    const form = (path: string) => forms.form(`${SECURITY_PATH}${path}`, record.sessionUid);
    const mayChange = account.frozenAt === null;
    const factors = enrolments.filter(isFactor);
    const [left, browsers, uses, change] = await Promise.all([
      recovery.left(policyResult),
      trustedBrowsers.list(account),
      findLastUses(account.id, factors),
      UNDOABLE.includes(done) ? factorChanges.undoable(visit) : null,
    ]);
    const model: Pages['security'] = {
      factors: factors.map((each) => factorView(policyResult, each, uses.get(each.id) ?? null, form)),
      recovery: hasFactor(enrolments)
        ? { left, areFew: left <= FEW_LEFT, renew: mayChange ? form('/recovery-codes') : null }
        : null,
      browsers: browsers.map((each) => browserView(each, form)),
      noDefault: mayChange && factors.some(({ isDefault }) => isDefault) ? form('/no-default') : null,
      frozenAt: account.frozenAt,
      offered: mayChange ? selfService.offered(policyResult) : [],
      enrolmentForm: form('/set-up'),
      turnOff: form('/turn-off'),
      enforcement: policyResult.enforcement,
      canTurnOff: selfService.mayTurnOff(policyResult),
      passkeySignals: deps.passkeys.signals(policyResult),
      done,
      doneMethod: factors.find(({ method }) => method === ctx.query.method)?.method ?? null,
      undo: change && mayChange ? form(`/undo/${change.id}`) : null,
    };
    render(ctx, 'security', model, accountContext(visit, refusal));
  };

  function factorView(
    policyResult: PolicyResult,
    enrolment: Enrolment,
    lastUse: LastUse | null,
    form: (path: string) => Form,
  ): FactorView {
    const { id, method, label, app, createdAt, isDefault } = enrolment;
    const others = policyResult.enrolments.filter((each) => isFactor(each) && each.method !== method);
    const mayChange = policyResult.account.frozenAt === null;
    const mayChoose = mayChange && !isDefault && others.length > 0;
    return {
      id,
      method,
      label,
      app,
      destination: deps.maskedDestination(policyResult, enrolment),
      createdAt,
      lastUse: lastUse && { ...lastUse, browser: browserName(lastUse.browser) },
      isDefault,
      rename: mayChange ? form(`/factors/${id}/rename`) : null,
      replace:
        mayChange && selfService.offered(policyResult, id).length > 0 ? form(`/factors/${id}/replace`) : null,
      remove: form(`/factors/${id}/remove`),
      makeDefault: mayChoose ? form(`/factors/${id}/default`) : null,
    };
  }
}

function browserView(browser: TrustedBrowser, form: (path: string) => Form): TrustedBrowserView {
  const { id, createdAt, expiresAt, lastUsedAt, lastUsedFor } = browser;
  const name = browserName(browser.browser);
  return { name, createdAt, expiresAt, lastUsedAt, lastUsedFor, remove: form(`/browsers/${id}/remove`) };
}

/** Whether a request only shows the result of the last change. */
export function onlyTells(ctx: Context): boolean {
  return ctx.method === 'GET' && ctx.path === SECURITY_PATH && doneOf(ctx) !== null;
}

export function doneOf(ctx: Context): SecurityDone | null {
  return SECURITY_DONE.find((done) => done === ctx.query.done) ?? null;
}

/** Redirects to the page, which shows once what was done. */
export function tell(ctx: Context, done: SecurityDone, method: MethodName | null = null): void {
  redirect(ctx, `${SECURITY_PATH}?done=${done}${method === null ? '' : `&method=${method}`}`);
}

/** The page of the account: name and language, telephone number, and e-mail addresses. */

import type Router from '@koa/router';
import type { Context } from 'koa';
import { type Locale, shownEmail } from '../../domain/account.ts';
import { shownPhone } from '../../domain/contact.ts';
import { hasFactor } from '../../domain/enrolment/enrolment.ts';
import { sentTo } from '../../domain/methods/index.ts';
import type { Refusal } from '../../domain/refusal.ts';
import { removesPhone } from '../../domain/self-service/details.ts';
import { isLocale } from '../../presentation/locale.ts';
import type { EmailChange } from '../../use-cases/account/email/email-change.ts';
import type { OwnDetails } from '../../use-cases/account/own-details.ts';
import type { SelfService } from '../../use-cases/account/self-service.ts';
import type { Visit } from '../../use-cases/account/visit.ts';
import type { Fields, FormTokens } from '../guards/forms.ts';
import type { RequireSession } from '../guards/require-session.ts';
import type { PageLocale } from '../pages/locale.ts';
import { ACCOUNT_DONE, type AccountDone } from '../pages/models/account-pages.ts';
import type { Pages, Render } from '../pages/page-contract.ts';
import { ACCOUNT_PATH, FRESH_SECONDS, redirect, senderOf } from './account-page.ts';
import type { BeginProof } from './change-email-code.ts';
import { accountContext } from './page-context.ts';
import { createContinueWithout, type RestateSessionDeps } from './security/restate-session.ts';

export interface DetailsDeps extends RestateSessionDeps {
  readonly requireSession: RequireSession;
  readonly ownDetails: OwnDetails;
  readonly emailChange: EmailChange;
  readonly selfService: SelfService;
  /** Keeps the language of pages in this browser. Null: the browser decides again. */
  readonly keepPageLocale: (ctx: Context, locale: Locale | null) => void;
  readonly forms: FormTokens;
  readonly render: Render;
  readonly pageLocale: PageLocale;
}

interface Showing {
  readonly refusal?: Refusal | null;
  readonly typed?: Fields;
  readonly done?: AccountDone | null;
}

interface Sent {
  readonly visit: Visit;
  readonly fields: Fields;
}

const PATH = {
  details: `${ACCOUNT_PATH}/details`,
  phone: `${ACCOUNT_PATH}/phone`,
  email: `${ACCOUNT_PATH}/email`,
  stop: `${ACCOUNT_PATH}/email/stop`,
} as const;

export function addDetailsRoutes(router: Router, needs: DetailsDeps, beginProof: BeginProof): void {
  const { requireSession, ownDetails, emailChange, selfService, forms, render, pageLocale } = needs;
  const continueWithout = createContinueWithout(needs);

  router.get('/', overview);
  router.post('/details', save);
  router.post('/phone', changePhone);
  router.post('/email', changeEmail);
  router.post('/email/stop', stop);

  async function overview(ctx: Context): Promise<void> {
    const visit = await requireSession.demand(ctx, null, ACCOUNT_PATH);
    if (!visit) return;
    show(ctx, visit, { done: ACCOUNT_DONE.find((each) => each === ctx.query.done) ?? null });
  }

  /** The language needs no fresh factor, and a name does. */
  async function save(ctx: Context): Promise<void> {
    const sent = await sentIn(ctx);
    if (!sent) return;
    const { visit, fields } = sent;
    const { account } = visit.policyResult;
    const { name = account.name, locale: chosen } = fields;
    if (name !== account.name) {
      if (requireSession.isLate(ctx)) return askForFresh(ctx, sent);
      const renamed = await ownDetails.rename(account, name, ctx.ip);
      if (!renamed.ok) return show(ctx, visit, { refusal: renamed.refusal, typed: fields });
    }
    if (chosen !== undefined) {
      const locale = isLocale(chosen) ? chosen : null;
      await ownDetails.chooseLanguage(account, locale, ctx.ip);
      needs.keepPageLocale(ctx, locale);
    }
    tell(ctx, 'saved');
  }

  async function changePhone(ctx: Context): Promise<void> {
    const sent = await sentIn(ctx);
    if (!sent) return;
    if (requireSession.isLate(ctx)) return askForFresh(ctx, sent);
    const { visit, fields } = sent;
    const { phone = '' } = fields;
    const from = senderOf(ctx, visit, pageLocale);
    const outcome = await selfService.changePhone(visit.policyResult, phone, from);
    if (!outcome.ok) return show(ctx, visit, { refusal: outcome.refusal, typed: fields });
    const removed = outcome.value;
    await continueWithout(ctx, visit, removed);
    if (removesPhone(phone)) return tell(ctx, 'phone-removed');
    tell(ctx, removed.length > 0 ? 'phone-unbound' : 'phone');
  }

  /** Both addresses stand in one form. One that was not changed stays as it is. */
  async function changeEmail(ctx: Context): Promise<void> {
    const sent = await sentIn(ctx);
    if (!sent) return;
    if (requireSession.isLate(ctx)) return askForFresh(ctx, sent);
    const { visit, fields } = sent;
    const { policyResult } = visit;
    const { account } = policyResult;
    const { email = account.email, notification_email: second = account.notificationEmail ?? '' } = fields;
    const from = senderOf(ctx, visit, pageLocale);
    const refuse = (refusal: Refusal) => show(ctx, visit, { refusal, typed: fields });
    const notices = await ownDetails.changeSecondAddress(policyResult, second, from);
    if (!notices.ok) return refuse(notices.refusal);
    const asked = await emailChange.ask(policyResult, email, from);
    if (!asked.ok) return refuse(asked.refusal);
    if (asked.value === 'proof') {
      const begun = await beginProof(ctx, visit, email);
      return begun.ok ? undefined : refuse(begun.refusal);
    }
    if (asked.value === 'mailed' || notices.value === 'mailed') return tell(ctx, 'mailed');
    tell(ctx, notices.value === 'removed' ? 'notices-removed' : 'unchanged');
  }

  /** Needs no fresh factor: the owner may be about to lose the account. */
  async function stop(ctx: Context): Promise<void> {
    const sent = await sentIn(ctx);
    if (!sent) return;
    const { account } = sent.visit.policyResult;
    if (sent.fields['stop-change'] === 'notices') await ownDetails.stopSecondAddress(account, ctx.ip);
    else await emailChange.stop(account, ctx.ip);
    tell(ctx, 'stopped');
  }

  /** The factor of the visit may be late. Null: the browser is on its way to a sign-in. */
  async function sentIn(ctx: Context): Promise<Sent | null> {
    const visit = await requireSession.demandLate(ctx, FRESH_SECONDS, ACCOUNT_PATH);
    return visit && { visit, fields: await forms.read(ctx, visit.record.sessionUid) };
  }

  function askForFresh(ctx: Context, { visit }: Sent): Promise<void> {
    const { sessionUid: uid } = visit.record;
    return requireSession.askAgain(ctx, { uid }, FRESH_SECONDS, ACCOUNT_PATH);
  }

  function show(ctx: Context, visit: Visit, showing: Showing): void {
    const { refusal = null, typed = {}, done = null } = showing;
    const { record, policyResult } = visit;
    const { account, tenant, enrolments } = policyResult;
    const form = (path: string) => forms.form(path, record.sessionUid);
    const pendingEmail = emailChange.underWay(account);
    const pendingNotices = emailChange.secondUnderWay(account);
    const locale = typed.locale ?? account.locale;
    const model: Pages['account'] = {
      details: form(PATH.details),
      name: typed.name ?? account.name,
      locale: isLocale(locale) ? locale : null,
      phoneForm: form(PATH.phone),
      phone: typed.phone ?? (account.phone === null ? '' : shownPhone(account.phone)),
      isPhoneFactor: enrolments.some(({ method }) => sentTo(method) === 'number'),
      emailForm: form(PATH.email),
      email: typed.email ?? shownEmail(account.email),
      notificationEmail: typed.notification_email ?? shownEmail(account.notificationEmail ?? ''),
      pendingEmail: pendingEmail && shownEmail(pendingEmail.email),
      pendingNotificationEmail: pendingNotices && shownEmail(pendingNotices.email),
      stop: form(PATH.stop),
      asksForCode: !hasFactor(enrolments),
      tenantName: tenant.name,
      frozenAt: account.frozenAt,
      done,
    };
    render(ctx, 'account', model, accountContext(visit, refusal));
  }
}

/** Redirects to the page, which shows once what was done. */
function tell(ctx: Context, done: AccountDone): void {
  redirect(ctx, `${ACCOUNT_PATH}?done=${done}`);
}

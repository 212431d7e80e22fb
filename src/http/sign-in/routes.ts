/** The first pages of an interaction: where it begins, and the password. */
import Router from '@koa/router';
import type { Context } from 'koa';
import { type Account, normaliseEmail, shownEmail } from '../../domain/account.ts';
import type { Refusal } from '../../domain/refusal.ts';
import type { SignInTransaction } from '../../domain/sign-in/transaction.ts';
import { DEMO_ACCOUNT } from '../../oidc/requests/demo-account.ts';
import { ANOTHER_ACCOUNT, SELECT_ACCOUNT } from '../../oidc/requests/select-account.ts';
import {
  addressedKey,
  type InteractionView,
  type ProviderSession,
} from '../../oidc/session/provider-session.ts';
import type { SignIn } from '../../use-cases/sign-in/password.ts';
import type { SignInTransactions } from '../../use-cases/sign-in/transactions.ts';
import type { VisitTickets } from '../../use-cases/sign-in/visit-tickets.ts';
import type { AcceptedFirstFactor, WantedAccount } from '../../use-cases/sign-in/wanted-account.ts';
import type { Fields } from '../guards/forms.ts';
import type { JoinSession } from '../guards/join-session.ts';
import type { KnownBrowser } from '../guards/known-browser.ts';
import type { VisitCookie } from '../guards/visit-cookie.ts';
import type { PageContext } from '../pages/page-contract.ts';
import { referenceOf } from '../pages/reference.ts';
import { createPasskeyPage, type PasskeyPageDeps } from './passkey.ts';
import { addSelectAccount, type SelectAccountDeps, selectAccountAddress } from './select-account.ts';

interface SignInRoutesDeps extends SelectAccountDeps, PasskeyPageDeps {
  readonly tickets: Pick<VisitTickets, 'begin' | 'prove'>;
  readonly visitCookie: Pick<VisitCookie, 'read'>;
  readonly session: ProviderSession;
  readonly signIn: SignIn;
  readonly signInTransactions: Pick<SignInTransactions, 'find'>;
  readonly knownBrowser: KnownBrowser;
  readonly joinSession: JoinSession;
  /** An account of the built-in demo, by its id. Null for any other configuration. */
  readonly demoAccount: (id: unknown) => { readonly email: string; readonly password: string } | null;
  /** Continues the sign-in after an accepted password or passkey. */
  readonly onward: (ctx: Context, view: InteractionView, accepted: AcceptedFirstFactor) => Promise<void>;
}

/** The prompts in which a password may be given. One interaction covers both factors. */
const PROMPTS = ['login', 'second_factor'];

export function createSignInRoutes(needs: SignInRoutesDeps): Router {
  const { session, forms, render, clientName, clientTenant } = needs;
  const passkeyPage = createPasskeyPage(needs);
  const router = new Router({ prefix: '/interaction/:uid' });

  router.get('/', begin);
  router.get('/sign-in', signInPage);
  router.post('/sign-in', submit);
  addSelectAccount(router, needs);
  return router;

  /** Leads to the current step of this interaction. Most interactions are at the sign-in page, which is shown at once. */
  async function begin(ctx: Context): Promise<void> {
    const [view, transaction] = await Promise.all([
      session.interaction(ctx, [...PROMPTS, SELECT_ACCOUNT, 'consent']),
      transactionAt(ctx),
    ]);
    if (view.prompt === 'consent') return redirect(ctx, `/interaction/${view.uid}/consent`);
    if (view.prompt === SELECT_ACCOUNT) return redirect(ctx, selectAccountAddress(view.uid));
    const begun = transaction === null ? await beginByTicket(ctx, view) : null;
    if (begun) return needs.onward(ctx, view, begun);
    if (await isJoined(ctx, view, ({ id }) => transaction === null || transaction.accountId === id)) return;
    if (view.session !== null || transaction !== null)
      return redirect(ctx, `/interaction/${view.uid}/second-factor`);

    return ask(ctx, view);
  }

  /**
   * The sign-in of a person who has set their first factor by an invitation a moment ago. The form of the invitation leads
   * here by redirects, so this GET begins what that POST has proven. Null for everybody else.
   */
  async function beginByTicket(ctx: Context, view: InteractionView): Promise<AcceptedFirstFactor | null> {
    const ticket = needs.visitCookie.read(ctx);
    if (ticket === null) return null;
    const { key: uid, clientId, expiresAt } = view;
    return needs.tickets.begin(ticket, { uid, clientId, expiresAt, ip: ctx.ip, ...wantedBy(view) });
  }

  function transactionAt(ctx: Context): Promise<SignInTransaction | null> {
    return needs.signInTransactions.find(addressedKey(ctx));
  }

  async function signInPage(ctx: Context): Promise<void> {
    const view = await session.interaction(ctx, PROMPTS);
    if (!(await isJoined(ctx, view, () => true))) await ask(ctx, view);
  }

  /** Whether the person has signed in in another tab meanwhile. Then this interaction ends as well. */
  async function isJoined(
    ctx: Context,
    view: InteractionView,
    isWanted: (account: Account) => boolean,
  ): Promise<boolean> {
    const tenantId = clientTenant(view.clientId);
    const isMember = (account: Account) => tenantId === null || tenantId === account.tenantId;
    const url = await needs.joinSession(ctx, view, (account) => isMember(account) && isWanted(account));
    if (url !== null) redirect(ctx, url);
    return url !== null;
  }

  async function ask(ctx: Context, view: InteractionView): Promise<void> {
    const { login_hint: hint, [DEMO_ACCOUNT]: demo } = view.params;
    const chosen = needs.demoAccount(demo);
    if (chosen) return show(ctx, view, chosen.email, { password: chosen.password });
    const suggested = view.reasons.includes(ANOTHER_ACCOUNT) ? null : view.session;
    const known = suggested && (await needs.signIn.suggestedEmail(suggested.accountId, wantedBy(view)));
    if (known) return show(ctx, view, shownEmail(known));
    show(ctx, view, typeof hint === 'string' ? hint : (rememberedEmail(ctx, view) ?? ''));
  }

  /** The address of the last sign-in in this browser. Null in a live session, which names its own account. */
  function rememberedEmail(ctx: Context, view: InteractionView): string | null {
    if (view.session !== null || view.reasons.includes(ANOTHER_ACCOUNT)) return null;
    const last = needs.knownBrowser.lastEmail(ctx, wantedBy(view));
    return last && shownEmail(last);
  }

  /** Whether "Not you?" would lead to an empty field. */
  function isRemembered(ctx: Context, view: InteractionView, email: string): boolean {
    const { login_hint: hint, [DEMO_ACCOUNT]: demo } = view.params;
    return demo === undefined && email !== hint && email === rememberedEmail(ctx, view);
  }

  function wantedBy({ clientId, wantedAccountId }: InteractionView): WantedAccount {
    return { tenantId: clientTenant(clientId), accountId: wantedAccountId };
  }

  /** The page has three forms at one address: for passkeys with `response`, and for "Not you?" with `not_me`. */
  async function submit(ctx: Context): Promise<void> {
    const [view, before] = await Promise.all([session.interaction(ctx, PROMPTS), transactionAt(ctx)]);
    const fields = await forms.read(ctx, view.uid);
    const { response } = fields;
    if ('not_me' in fields) {
      needs.knownBrowser.forgetEmail(ctx);
      return redirect(ctx, `/interaction/${view.uid}/sign-in`);
    }
    if (response === undefined) return submitPassword(ctx, view, before, fields);
    const outcome = await passkeyPage.submit(ctx, view, before, response, wantedBy(view));
    if (!outcome.ok) return refuse(ctx, view, '', outcome.refusal);
    return goOn(ctx, view, outcome.value);
  }

  async function submitPassword(
    ctx: Context,
    view: InteractionView,
    before: SignInTransaction | null,
    { email = '', password = '' }: Fields,
  ): Promise<void> {
    // For another account the password is checked: the person wants to change.
    if (await isJoined(ctx, view, (account) => account.email === normaliseEmail(email))) return;
    const outcome = await needs.signIn.submitPassword({
      uid: view.key,
      before,
      email,
      password,
      ip: ctx.ip,
      knownBrowser: needs.knownBrowser.idFor(ctx, email),
      ...wantedBy(view),
      clientId: view.clientId,
      expiresAt: view.expiresAt,
    });
    if (!outcome.ok) return refuse(ctx, view, email, outcome.refusal);
    return goOn(ctx, view, outcome.value);
  }

  /** A link in a mail may have proven to this browser whose account it is. */
  async function goOn(ctx: Context, view: InteractionView, accepted: AcceptedFirstFactor): Promise<void> {
    const ticket = needs.visitCookie.read(ctx);
    const proven = ticket === null ? accepted : await needs.tickets.prove(ticket, accepted);
    return needs.onward(ctx, view, proven);
  }

  function refuse(ctx: Context, view: InteractionView, email: string, refusal: Refusal): void {
    const isTyping = refusal.code === 'credentials_invalid' || refusal.code === 'field_invalid';
    if (isTyping || passkeyPage.isShownAgain(refusal)) {
      show(ctx, view, email, { refusal });
      return;
    }
    const cancel = forms.form(`/interaction/${view.uid}/second-factor/cancel`, view.uid);
    const title = refusal.code === 'too_many_attempts' ? 'locked' : 'refused';
    const reference = referenceOf(ctx);
    // A locked person may have mistyped the address of another account.
    const text = refusal.code === 'forbidden' ? 'try-again' : 'start-again';
    const links = [{ href: `/interaction/${view.uid}/sign-in`, text } as const];
    render(ctx, 'error', { title, protocol: null, links, cancel, reference }, pageContext(view, refusal));
  }

  function show(
    ctx: Context,
    view: InteractionView,
    email: string,
    { refusal, password = '' }: { readonly refusal?: Refusal; readonly password?: string } = {},
  ): void {
    const model = {
      form: forms.form(`/interaction/${view.uid}/sign-in`, view.uid),
      email,
      isRemembered: isRemembered(ctx, view, email),
      password,
      clientName: clientName(view.clientId),
      passkey: passkeyPage.modelOf(view, wantedBy(view), refusal),
      cancel: forms.form(`/interaction/${view.uid}/second-factor/cancel`, view.uid),
    };
    render(ctx, 'sign-in', model, pageContext(view, refusal));
  }

  function pageContext(view: InteractionView, refusal: Refusal | undefined): PageContext {
    const { ui_locales: uiLocales } = view.params;
    return {
      refusal: refusal ?? null,
      // A disabled person asks the administrators of the account, wherever the application belongs.
      tenantId: refusal && 'tenantId' in refusal ? refusal.tenantId : clientTenant(view.clientId),
      ...(typeof uiLocales === 'string' ? { uiLocales } : {}),
    };
  }
}

function redirect(ctx: Context, url: string): void {
  ctx.status = 303;
  ctx.redirect(url);
}

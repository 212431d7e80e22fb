/** The pages of one relying party. */
import type { Context } from 'koa';
import { ACRS } from '../../domain/policy/acr.ts';
import { DEMO_ACCOUNT } from '../../oidc/requests/demo-account.ts';
import { setOwnCookie } from '../../oidc/session/own-cookie.ts';
import type { FormTokens } from '../guards/forms.ts';
import type { Render } from '../pages/page-contract.ts';
import type { DemoApi } from './api.ts';
import { nameOf, shownClaims } from './claims.ts';
import { type Failure, failureOf, NO_REFRESH_TOKEN, UNASKED } from './failure.ts';
import type { Party } from './parties.ts';
import { createRelyingParty } from './relying-party.ts';
import { awaitAnswer, type DemoSession, type DemoSessions, type SignedIn, takeAwaited } from './sessions.ts';

interface PartyPagesDeps {
  readonly issuer: string;
  /** Null: the demo has no API. */
  readonly api: DemoApi | null;
  readonly accounts: readonly { readonly id: string }[];
  readonly sessions: DemoSessions;
  readonly forms: FormTokens;
  readonly render: Render;
  /** The page that lists the parties. */
  readonly home: string;
}

const [, , TWO_FACTORS] = ACRS;

/** `other` is the page that the visitor opens next to see single sign-on. */
export function createPartyPages(
  { issuer, api, accounts, sessions, forms, render, home }: PartyPagesDeps,
  party: Party,
  other: Party,
) {
  const relyingParty = createRelyingParty(issuer, party, api);
  const isHttps = issuer.startsWith('https:');
  const me = `${party.base}/me`;
  const callOfApi = `${party.base}/api-call`;

  const start = (ctx: Context) => begin(ctx, accountIn(ctx));
  const stepUp = (ctx: Context) => begin(ctx, { acr_values: TWO_FACTORS });

  /** Asks for a sign-in with the chosen account, whoever is signed in. Consent is asked for as at any other start. */
  function accountIn({ query }: Context): Record<string, string> {
    const chosen = accounts.find(({ id }) => id === query.account);
    return chosen ? { [DEMO_ACCOUNT]: chosen.id, prompt: party.firstParty ? 'login' : 'login consent' } : {};
  }

  /** Asks for what the API has asked for (RFC 9470, 4). */
  async function stepUpForApi(ctx: Context): Promise<void> {
    const asked = sessionOf(ctx)?.apiAnswer?.stepUp;
    await (asked ? begin(ctx, asked, true) : seeOther(ctx, home));
  }

  async function begin(
    ctx: Context,
    parameters: Readonly<Record<string, string>>,
    isForApi = false,
  ): Promise<void> {
    await attempt(ctx, async () => {
      const { url, pendingEnrolment } = await relyingParty.begin(parameters, isForApi);
      const session = sessionOf(ctx) ?? sessions.open(party.id);
      awaitAnswer(session, pendingEnrolment);
      remember(ctx, session);
      seeOther(ctx, url);
    });
  }

  async function callback(ctx: Context): Promise<void> {
    const query = new URLSearchParams(ctx.querystring);
    const session = sessionOf(ctx);
    const pendingEnrolment = session && takeAwaited(session, query.get('state'));
    if (!pendingEnrolment) return fail(ctx, UNASKED);
    await attempt(ctx, async () => {
      const signedIn = await relyingParty.complete(query, pendingEnrolment);
      const renewed = sessions.renew(session, signedIn);
      remember(ctx, renewed);
      if (!pendingEnrolment.isForApi) return seeOther(ctx, me);
      await call(renewed, signedIn);
      seeOther(ctx, callOfApi);
    });
  }

  async function showMe(ctx: Context): Promise<void> {
    const session = sessionOf(ctx);
    if (!session?.signedIn) return seeOther(ctx, home);
    render(ctx, 'demo-signed-in', {
      name: nameOf(session.signedIn),
      claims: shownClaims(session.signedIn),
      stepUpHref: `${party.base}/step-up`,
      refreshForm: forms.form(`${party.base}/refresh`, session.id),
      apiForm: api && forms.form(callOfApi, session.id),
      signOutHref: `${party.base}/sign-out`,
      otherHref: `${other.base}/start`,
      otherName: other.name,
      homeHref: home,
    });
  }

  async function refresh(ctx: Context): Promise<void> {
    const session = sessionOf(ctx);
    if (!session?.signedIn) return seeOther(ctx, home);
    await forms.read(ctx, session.id);
    const { signedIn } = session;
    if (signedIn.refreshToken === null) return fail(ctx, NO_REFRESH_TOKEN);
    const { refreshToken } = signedIn;
    const failure = await attempt(ctx, async () => {
      session.signedIn = await relyingParty.refresh(signedIn, refreshToken);
      seeOther(ctx, me);
    });
    // The provider has ended the sign-in (RFC 6749, 5.2), so the party ends its session.
    if (failure?.error === 'invalid_grant') sessions.close(session);
  }

  async function callApi(ctx: Context): Promise<void> {
    const session = sessionOf(ctx);
    if (!session?.signedIn || !api) return seeOther(ctx, home);
    await forms.read(ctx, session.id);
    const { signedIn } = session;
    if (signedIn.refreshToken === null) return fail(ctx, NO_REFRESH_TOKEN);
    await attempt(ctx, async () => {
      await call(session, signedIn);
      seeOther(ctx, callOfApi);
    });
  }

  async function call(session: DemoSession, signedIn: SignedIn): Promise<void> {
    if (!api || signedIn.refreshToken === null) return;
    const called = await relyingParty.callApi(signedIn, signedIn.refreshToken, api);
    session.signedIn = called.signedIn;
    session.apiAnswer = called.answer;
  }

  async function showApiCall(ctx: Context): Promise<void> {
    const session = sessionOf(ctx);
    if (!session?.signedIn || !session.apiAnswer || !api) return seeOther(ctx, home);
    const { status, challenge, error, stepUp: asked, body } = session.apiAnswer;
    render(ctx, 'demo-api', {
      url: api.url,
      status,
      error,
      challenge,
      body,
      stepUpHref: asked && `${callOfApi}/step-up`,
      againForm: forms.form(callOfApi, session.id),
      backHref: me,
    });
  }

  /** Ends the session here first, then at the provider (OIDC RP-Initiated Logout 1.0, 2). */
  async function signOut(ctx: Context): Promise<void> {
    const session = sessionOf(ctx);
    if (!session?.signedIn) return seeOther(ctx, home);
    const { signedIn } = session;
    await attempt(ctx, async () => {
      const url = await relyingParty.signOutUrl(signedIn);
      sessions.close(session);
      seeOther(ctx, url);
    });
  }

  async function attempt(ctx: Context, doing: () => Promise<void>): Promise<Failure | null> {
    try {
      await doing();
      return null;
    } catch (error) {
      const failure = failureOf(error);
      fail(ctx, failure);
      return failure;
    }
  }

  function fail(ctx: Context, { error, description, isAway }: Failure): void {
    const status = isAway ? 502 : ctx.method === 'POST' ? 422 : 400;
    render(ctx, 'demo-error', { error, description, homeHref: home }, { status });
  }

  function sessionOf(ctx: Context): DemoSession | null {
    return sessions.find(party.id, ctx.cookies.get(party.cookie, { signed: false }));
  }

  /** An identifier of 256 random bits needs no signature. */
  function remember(ctx: Context, { id }: DemoSession): void {
    setOwnCookie(ctx, party.cookie, id, { isSecure: isHttps, path: party.base });
  }

  return { start, stepUp, callback, showMe, refresh, signOut, callApi, showApiCall, stepUpForApi };
}

function seeOther(ctx: Context, url: string): void {
  ctx.status = 303;
  ctx.redirect(url);
}

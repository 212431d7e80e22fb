/** The pages of one relying party. */
import type { Context } from 'koa';
import { ACRS } from '../../domain/policy/acr.ts';
import type { FormTokens } from '../guards/forms.ts';
import type { Render } from '../pages/page-contract.ts';
import { nameOf, shownClaims } from './claims.ts';
import { type Failure, failureOf, NO_REFRESH_TOKEN, UNASKED } from './failure.ts';
import type { Party } from './parties.ts';
import { createRelyingParty } from './relying-party.ts';
import { awaitAnswer, type DemoSession, type DemoSessions, takeAwaited } from './sessions.ts';

interface PartyPagesDeps {
  readonly issuer: string;
  readonly sessions: DemoSessions;
  readonly forms: FormTokens;
  readonly render: Render;
  /** The page that lists the parties. */
  readonly home: string;
}

const [, , TWO_FACTORS] = ACRS;

/** `other` is the page that the visitor opens next to see single sign-on. */
export function createPartyPages(
  { issuer, sessions, forms, render, home }: PartyPagesDeps,
  party: Party,
  other: Party,
) {
  const relyingParty = createRelyingParty(issuer, party);
  const isHttps = issuer.startsWith('https:');
  const me = `${party.base}/me`;

  const start = (ctx: Context) => begin(ctx, {});
  const stepUp = (ctx: Context) => begin(ctx, { acr_values: TWO_FACTORS });

  async function begin(ctx: Context, parameters: Readonly<Record<string, string>>): Promise<void> {
    await attempt(ctx, async () => {
      const { url, pendingEnrolment } = await relyingParty.begin(parameters);
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
      remember(ctx, sessions.renew(session, signedIn));
      seeOther(ctx, me);
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
    // TLS may end at a load balancer, so the issuer's scheme decides whether the cookie is secure.
    ctx.cookies.secure = isHttps;
    ctx.cookies.set(party.cookie, id, {
      path: party.base,
      httpOnly: true,
      sameSite: 'lax',
      secure: isHttps,
      signed: false,
      overwrite: true,
    });
  }

  return { start, stepUp, callback, showMe, refresh, signOut };
}

function seeOther(ctx: Context, url: string): void {
  ctx.status = 303;
  ctx.redirect(url);
}

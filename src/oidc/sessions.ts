/**
 * The quarantine for oidc-provider's state: the only file that reads its sessions and interactions, and the only one
 * that ends an interaction. The library looks at the cookie alone; here the cookie has to fit the address.
 */
import { hash } from 'node:crypto';
import type { Context } from 'koa';
import type { InteractionResults, Provider } from 'oidc-provider';
import { errors } from 'oidc-provider';
import type { AuthenticationEvent } from '../domain/policy/assurance.ts';
import { isGiven } from './binding-cookies.ts';
import { accountOfIdTokenHint } from './id-token-hint.ts';

/** An interaction as our pages need it. */
export interface InteractionView {
  readonly uid: string;
  /** What our stores know it by: the uid is what the browser's cookie says, and is written down nowhere. */
  readonly key: string;
  readonly prompt: string;
  /** Why the prompt was raised: names of Checks. */
  readonly reasons: readonly string[];
  readonly details: Readonly<Record<string, unknown>>;
  readonly params: Readonly<Record<string, unknown>>;
  readonly clientId: string;
  /** The only account that the request wants an answer for; null: any. */
  readonly wantedAccountId: string | null;
  /** The live session that the browser came with. */
  readonly session: { readonly uid: string; readonly accountId: string } | null;
  readonly grantId: string | null;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

/** The whole result of a sign-in: the library overwrites account, acr, amr and time together. */
export interface SignInResult {
  readonly accountId: string;
  readonly acr: string;
  readonly amr: readonly string[];
  /** Seconds since the epoch: becomes `auth_time`. */
  readonly ts: number;
  /** Whether it adds to the live session: then that session lasts as long as it would have. */
  readonly isStepUp: boolean;
  readonly authentications: readonly AuthenticationEvent[];
  /** The browser on whose account no second factor was asked for; null: none was needed. */
  readonly trustedBrowserId: string | null;
  /** Of the interaction that it ends. */
  readonly key: string;
}

export type InteractionEnding =
  | { readonly signIn: SignInResult }
  | { readonly error: string; readonly description: string };

/** The interaction is gone, belongs to another browser, or is at another step: a 400 page with a way home. */
export class InteractionGone extends Error {
  override name = 'InteractionGone';
  readonly status = 400;
}

/** The session that an interaction was begun in: its uid, and what its cookie was then. */
type BegunIn = { readonly uid: string; readonly cookie: string };

/** The key under which our proofs travel from the interaction to the resume request, beside `login`. */
const PROOFS = 'second_factor';

export function createProviderSession(provider: Provider) {
  async function interaction(ctx: Context, prompts: readonly string[]): Promise<InteractionView> {
    const details = await orGone(provider.interactionDetails(ctx.req, ctx.res));
    if (details.uid !== ctx.params.uid || !prompts.includes(details.prompt.name)) {
      throw new InteractionGone('the interaction is not the one of this address');
    }
    const { session } = details;
    if (session && !(await isOwn(ctx, session)))
      throw new InteractionGone('the interaction was begun in another session');
    return {
      uid: details.uid,
      key: keyOf(details.uid),
      prompt: details.prompt.name,
      reasons: details.prompt.reasons,
      details: details.prompt.details,
      params: details.params,
      clientId: String(details.params.client_id),
      wantedAccountId: accountOfIdTokenHint(details.params),
      session: session ? { uid: session.uid, accountId: session.accountId } : null,
      grantId: details.grantId ?? null,
      expiresAt: details.exp * 1000,
    };
  }

  /**
   * The library ties an interaction to its session when it resumes it, and not before: whoever began one and had its
   * cookies planted in somebody else's browser would have what that person answers in it. A session that has another
   * name by now, after a step-up in another window, is looked up.
   */
  async function isOwn(ctx: Context, begunIn: BegunIn): Promise<boolean> {
    if (isGiven(ctx, provider.cookieName('session'), begunIn.cookie)) return true;
    return (await current(ctx))?.uid === begunIn.uid;
  }

  /** Ends the interaction and gives the address at which the provider goes on. */
  async function end(ctx: Context, ending: InteractionEnding): Promise<string> {
    return orGone(provider.interactionResult(ctx.req, ctx.res, resultOf(ending)));
  }

  function resultOf(ending: InteractionEnding) {
    if ('error' in ending) return { error: ending.error, error_description: ending.description };
    const { accountId, acr, amr, ts, authentications, isStepUp, trustedBrowserId, key } = ending.signIn;
    const login = { accountId, acr, amr: [...amr], ts, remember: isStepUp };
    return { login, [PROOFS]: { accountId, ts, authentications, trustedBrowserId, key } };
  }

  /** Ends a consent interaction with a grant of all that it asked for. */
  async function allow(ctx: Context, view: InteractionView): Promise<string> {
    const accountId = view.session?.accountId;
    if (!accountId) throw new InteractionGone('nobody is signed in');
    const before = view.grantId ? await provider.Grant.find(view.grantId) : undefined;
    const grant =
      before?.accountId === accountId ? before : new provider.Grant({ accountId, clientId: view.clientId });
    grant.addOIDCScope(String(view.params.scope ?? ''));
    if (Array.isArray(view.details.missingOIDCClaims))
      grant.addOIDCClaims(view.details.missingOIDCClaims.map(String));
    const grantId = await grant.save();
    return orGone(provider.interactionResult(ctx.req, ctx.res, { consent: { grantId } }));
  }

  /** The browser's live session; null when it has none or nobody is signed in. */
  async function current(ctx: Context): Promise<{ readonly uid: string; readonly accountId: string } | null> {
    const session = await provider.Session.get(ctx as Parameters<typeof provider.Session.get>[0]);
    return session.accountId ? { uid: session.uid, accountId: session.accountId } : null;
  }

  /**
   * What the session stands for changed on a page of the account: what is issued from now on says so. Nothing is, where
   * the session has ended meanwhile.
   */
  async function restate(
    ctx: Context,
    { acr, amr }: { readonly acr: string; readonly amr: readonly string[] },
  ): Promise<void> {
    const session = await provider.Session.get(ctx as Parameters<typeof provider.Session.get>[0]);
    if (!session.accountId) return;
    session.acr = acr;
    session.amr = [...amr];
    try {
      await session.persist();
    } catch (error) {
      if (!(error instanceof errors.LoginRequired)) throw error;
    }
  }

  return { interaction, end, allow, current, restate };
}

export type ProviderSession = ReturnType<typeof createProviderSession>;

/** A uid has more randomness than could be searched through, so that its digest needs no key. */
function keyOf(uid: string): string {
  return hash('sha256', uid, 'base64url');
}

/** The key of the address's interaction; whether this browser belongs to that is for `interaction` to say. */
export function addressedKey(ctx: Context): string {
  return keyOf(String(ctx.params.uid));
}

/** What people call an application: what it was registered with. */
export function clientNameOf(provider: Provider): (clientId: string) => Promise<string> {
  return async (clientId) => (await provider.Client.find(clientId))?.clientName ?? clientId;
}

/** The proofs that an ended interaction carries; null: a host's own login page ended it. */
export function signInOfResult(result: InteractionResults): SignInFacts | null {
  const { authentications, trustedBrowserId = null } = carriedBy(result) ?? {};
  return Array.isArray(authentications) ? { authentications, trustedBrowserId } : null;
}

/** Who ended which interaction with such proofs; null: nobody. */
export function finisherOf(result: InteractionResults): Pick<Carried, 'key' | 'accountId'> | null {
  const { key, accountId } = carriedBy(result) ?? {};
  return key === undefined || accountId === undefined ? null : { key, accountId };
}

/**
 * Results of one interaction are carried into the next: those of an earlier sign-in are not taken for the newest one's.
 */
function carriedBy(result: InteractionResults): Partial<Carried> | null {
  const { login, [PROOFS]: carried } = result as InteractionResults & { [PROOFS]?: Partial<Carried> };
  const belongs = carried?.accountId === login?.accountId && carried?.ts === login?.ts;
  return carried && belongs ? carried : null;
}

/** What a sign-in record is made of. */
export type SignInFacts = Pick<SignInResult, 'authentications' | 'trustedBrowserId'>;

interface Carried {
  readonly accountId: string;
  readonly ts: number;
  readonly authentications: readonly AuthenticationEvent[];
  readonly trustedBrowserId: string | null;
  readonly key: string;
}

async function orGone<T>(asked: Promise<T>): Promise<T> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof errors.SessionNotFound) throw new InteractionGone(error.message);
    throw error;
  }
}

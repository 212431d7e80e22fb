/**
 * The only file that reads interactions of oidc-provider, and the only one that ends an interaction. The library looks at
 * the cookie alone. Here the cookie must also fit the address.
 */
import { hash } from 'node:crypto';
import type { Context } from 'koa';
import type { InteractionResults, Provider } from 'oidc-provider';
import { errors } from 'oidc-provider';
import { OIDC_SCOPES } from '../../domain/claims.ts';
import type { AuthenticationEvent } from '../../domain/policy/assurance.ts';
import {
  fromStoredAuthentications,
  type StoredAuthentication,
  toStoredAuthentication,
} from '../../domain/sign-in/stored-authentication.ts';
import { accountOfIdTokenHint } from '../requests/id-token-hint.ts';
import { allowApis } from '../requests/scopes.ts';
import { SELECT_ACCOUNT, type Selection } from '../requests/select-account.ts';
import { startAgainPath } from '../requests/start-again.ts';
import { isSent } from './binding-cookies.ts';

/** An interaction as our pages need it. */
export interface InteractionView {
  readonly uid: string;
  /** The key in our stores. The uid is the secret of the browser's cookie, so no store holds it. */
  readonly key: string;
  readonly prompt: string;
  /** The names of the Checks that raised the prompt. */
  readonly reasons: readonly string[];
  readonly details: Readonly<Record<string, unknown>>;
  readonly params: Readonly<Record<string, unknown>>;
  readonly clientId: string;
  /** The only account that the request accepts. Null: any. */
  readonly wantedAccountId: string | null;
  /** The browser's live session. Unchanged: it still has the cookie with which the interaction began. */
  readonly session: {
    readonly uid: string;
    readonly accountId: string;
    readonly isUnchanged: boolean;
  } | null;
  readonly grantId: string | null;
  /** Milliseconds since the epoch, in whole seconds. */
  readonly beganAt: number;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
  /** The path that repeats the request with a new sign-in. Null: the application alone can repeat it. */
  readonly startAgainPath: string | null;
}

/** The live session of a browser. */
export interface LiveSession {
  readonly uid: string;
  readonly accountId: string;
  /** The time of its sign-in: milliseconds since the epoch, in whole seconds. */
  readonly signedInAt: number;
}

/** The whole result of a sign-in, because the library overwrites account, acr, amr and time together. */
export interface SignInResult {
  readonly accountId: string;
  readonly acr: string;
  readonly amr: readonly string[];
  /** Seconds since the epoch: becomes `auth_time`. */
  readonly ts: number;
  /** Whether it adds to the live session, which then keeps its expiry. */
  readonly isStepUp: boolean;
  readonly authentications: readonly AuthenticationEvent[];
  /** The trusted browser that replaced the second factor. Null when none did. */
  readonly trustedBrowserId: string | null;
  /** The key of the interaction that it ends. */
  readonly key: string;
}

export type InteractionEnding =
  | { readonly signIn: SignInResult }
  | { readonly selection: Selection }
  | { readonly error: string; readonly description: string };

/** The interaction is gone, belongs to another browser, or is at another step. The answer is a 400 page. */
export class InteractionGone extends Error {
  override name = 'InteractionGone';
  readonly status = 400;
}

/** The name of our part of an interaction's result. It stands beside `login`, and the resume request reads it. */
const RESULT_PART = 'second_factor';

export function createProviderSession(provider: Provider) {
  /**
   * The library compares an interaction with its session at the resume only. An attacker could plant the cookies of his
   * own interaction in another browser before that, and have its person answer it.
   */
  async function interaction(ctx: Context, prompts: readonly string[]): Promise<InteractionView> {
    const details = await orGone(provider.interactionDetails(ctx.req, ctx.res));
    if (details.uid !== ctx.params.uid || !prompts.includes(details.prompt.name)) {
      throw new InteractionGone('the interaction is not the one of this address');
    }
    const { session } = details;
    const isUnchanged = session !== undefined && isSent(ctx, provider.cookieName('session'), session.cookie);
    if (session && !isUnchanged && !(await isCurrent(ctx, session.uid)))
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
      session: session ? { uid: session.uid, accountId: session.accountId, isUnchanged } : null,
      grantId: details.grantId ?? null,
      beganAt: details.iat * 1000,
      expiresAt: details.exp * 1000,
      startAgainPath: startAgainPath(details),
    };
  }

  /**
   * After a step-up in another window the session has a new cookie, so it is looked up. The library takes the uid out of
   * an interaction whose answer is of another account: then no browser may answer it again.
   */
  async function isCurrent(ctx: Context, sessionUid: string | undefined): Promise<boolean> {
    return sessionUid !== undefined && (await current(ctx))?.uid === sessionUid;
  }

  /** Ends the interaction, and returns the address at which the provider goes on. */
  async function end(ctx: Context, ending: InteractionEnding): Promise<string> {
    return orGone(provider.interactionResult(ctx.req, ctx.res, resultOf(ending)));
  }

  function resultOf(ending: InteractionEnding) {
    if ('selection' in ending) return { [SELECT_ACCOUNT]: ending.selection };
    if ('error' in ending) return { error: ending.error, error_description: ending.description };
    const { accountId, acr, amr, ts, authentications, isStepUp, trustedBrowserId, key } = ending.signIn;
    const login = { accountId, acr, amr: [...amr], ts, remember: isStepUp };
    const proofs = authentications.map(toStoredAuthentication);
    const carried: Carried = { accountId, ts, proofs, trustedBrowserId, key };
    return { login, [RESULT_PART]: carried };
  }

  /** Ends a consent interaction with a grant of everything that it asked for. */
  async function allow(ctx: Context, view: InteractionView): Promise<string> {
    const accountId = view.session?.accountId;
    if (!accountId) throw new InteractionGone('nobody is signed in');
    const before = view.grantId ? await provider.Grant.find(view.grantId) : undefined;
    const grant =
      before?.accountId === accountId ? before : new provider.Grant({ accountId, clientId: view.clientId });
    const asked = String(view.params.scope ?? '').split(' ');
    grant.addOIDCScope(asked.filter((scope) => OIDC_SCOPES.includes(scope)).join(' '));
    allowApis(grant, view.details);
    if (Array.isArray(view.details.missingOIDCClaims))
      grant.addOIDCClaims(view.details.missingOIDCClaims.map(String));
    const grantId = await orGone(grant.save());
    return orGone(provider.interactionResult(ctx.req, ctx.res, { consent: { grantId } }));
  }

  /** The browser's live session. Null when it has none, or nobody is signed in. */
  async function current(ctx: Context): Promise<LiveSession | null> {
    const session = await provider.Session.get(ctx as Parameters<typeof provider.Session.get>[0]);
    const { uid, accountId, loginTs = 0 } = session;
    return accountId ? { uid, accountId, signedInAt: loginTs * 1000 } : null;
  }

  /**
   * Ends the interaction with the live session, and returns the address at which the provider goes on. The result names no
   * account: the provider evaluates the session that it finds then, which must be this one.
   */
  async function join(ctx: Context, { uid }: LiveSession): Promise<string> {
    return orGone(provider.interactionResult(ctx.req, ctx.res, joinedResult(uid)));
  }

  /**
   * Gives the live session another level, after a change on a page of the account. Tokens carry it from now on. Does
   * nothing when the session has ended meanwhile.
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

  return { interaction, end, join, allow, current, restate };
}

export type ProviderSession = ReturnType<typeof createProviderSession>;

/** The digest needs no key: a uid has too much randomness to be searched for. */
function keyOf(uid: string): string {
  return hash('sha256', uid, 'base64url');
}

/** The key of the interaction in the address. `interaction` checks whether it belongs to this browser. */
export function addressedKey(ctx: Context): string {
  return keyOf(String(ctx.params.uid));
}

/** The registered name of an application. */
export function clientNameOf(provider: Provider): (clientId: string) => Promise<string> {
  return async (clientId) => (await provider.Client.find(clientId))?.clientName ?? clientId;
}

/** The sign-in in the result of an interaction. Null when a host's own login page ended it. */
export function signInOfResult(result: InteractionResults): SignInFacts | null {
  const { proofs, trustedBrowserId = null } = carriedBy(result) ?? {};
  const authentications = fromStoredAuthentications(proofs);
  return authentications && { authentications, trustedBrowserId };
}

/** The interaction and the account of a result of ours. Null for a result of a host's login page. */
export function finisherOf(result: InteractionResults): Pick<Carried, 'key' | 'accountId'> | null {
  const { key, accountId } = carriedBy(result) ?? {};
  return key === undefined || accountId === undefined ? null : { key, accountId };
}

/**
 * A `login` without content counts as the answer to `prompt=login`, and changes nothing of the session. The library's
 * types do not know it.
 */
function joinedResult(sessionUid: string): InteractionResults {
  return { login: null, [RESULT_PART]: { joined: sessionUid } } as unknown as InteractionResults;
}

/** Whether a live session has answered in the place of a sign-in. */
export function isJoined(result: InteractionResults | undefined): boolean {
  return (result as { login?: unknown } | undefined)?.login === null;
}

/** Takes the answer out of a result that another session has given. */
export function withoutForeignSession(
  result: InteractionResults | undefined,
  sessionUid: string | undefined,
): InteractionResults | undefined {
  const {
    login,
    [RESULT_PART]: part,
    ...others
  } = (result ?? {}) as Omit<InteractionResults, 'login'> & {
    login?: unknown;
    [RESULT_PART]?: { joined?: string };
  };
  return isJoined(result) && part?.joined !== sessionUid ? others : result;
}

/** The library carries results into the next interaction. A part that belongs to an earlier sign-in is ignored. */
function carriedBy(result: InteractionResults): Partial<Carried> | null {
  const { login, [RESULT_PART]: carried } = result as InteractionResults & {
    [RESULT_PART]?: Partial<Carried>;
  };
  const belongs = carried?.accountId === login?.accountId && carried?.ts === login?.ts;
  return carried && belongs ? carried : null;
}

/** The content of a sign-in record. */
export type SignInFacts = Pick<SignInResult, 'authentications' | 'trustedBrowserId'>;

/** Stored with the interaction, and read by another release during a rolling update: the field names never change. */
interface Carried {
  readonly accountId: string;
  readonly ts: number;
  readonly proofs: readonly StoredAuthentication[];
  readonly trustedBrowserId: string | null;
  readonly key: string;
}

async function orGone<T>(asked: Promise<T>): Promise<T> {
  try {
    return await asked;
  } catch (error) {
    // A grant that was revoked meanwhile is not stored again.
    const isGone = error instanceof errors.SessionNotFound || error instanceof errors.AccessDenied;
    if (isGone) throw new InteractionGone(error.message);
    throw error;
  }
}

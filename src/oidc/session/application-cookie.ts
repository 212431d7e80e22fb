/**
 * Remembers in a signed cookie which application each of a browser's last sign-ins was for. An interaction that has ended
 * does not tell it any more. The cookie holds digests alone, and only names a registered application.
 */
import { hash } from 'node:crypto';
import type { Context } from 'koa';
import type { Provider } from 'oidc-provider';
import { hostName, setOwnCookie } from './own-cookie.ts';

interface ApplicationCookieDeps {
  readonly clientIds: readonly string[];
  readonly isHttps: boolean;
}

/** A week in milliseconds. People come back to a bookmark or to an open window of the day before. */
const KEPT_MS = 7 * 24 * 60 * 60 * 1000;
/** Sign-ins that a browser has under way at once. */
const MOST = 5;
/** Characters of a digest: enough to tell a handful of interactions, or all clients, apart. */
const DIGEST = 12;

/** The interaction of an address of ours or of the provider's. */
const ADDRESS = /^\/(?:interaction|auth)\/([^/]+)/;

export function createApplicationCookie({ clientIds, isHttps: isSecure }: ApplicationCookieDeps) {
  const name = hostName('applications', { isSecure });
  const byMark = new Map(clientIds.map((id) => [markOf(id), id]));

  /** Pairs of an interaction's and a client's digest, newest first. */
  function read(ctx: Context): string[] {
    return ctx.cookies.get(name, { signed: true })?.split('.') ?? [];
  }

  function remember(ctx: Context, uid: string, clientId: string): void {
    if (!byMark.has(markOf(clientId))) return;
    const entry = markOf(uid) + markOf(clientId);
    const value = [entry, ...read(ctx).filter((other) => other !== entry)].slice(0, MOST).join('.');
    setOwnCookie(ctx, name, value, { isSecure, signed: true, maxAge: KEPT_MS });
  }

  /** Remembers each interaction of the provider as it begins. */
  function install(provider: Provider): void {
    provider.on('interaction.started', (ctx) => {
      const { Interaction: interaction } = ctx.oidc.entities;
      if (interaction && ctx.oidc.client)
        remember(ctx as unknown as Context, interaction.uid, ctx.oidc.client.clientId);
    });
  }

  /** The client that the address of a request names, or whose interaction it was. Null when neither is known. */
  function clientOf(ctx: Context): string | null {
    const { client_id: named } = ctx.query;
    if (typeof named === 'string') return byMark.get(markOf(named)) ?? null;
    const uid = ADDRESS.exec(ctx.path)?.[1];
    const entry = uid && read(ctx).find((each) => each.startsWith(markOf(uid)));
    return entry ? (byMark.get(entry.slice(DIGEST)) ?? null) : null;
  }

  return { install, clientOf };
}

function markOf(text: string): string {
  return hash('sha256', text, 'base64url').slice(0, DIGEST);
}

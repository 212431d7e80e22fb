/** Decides which pages of other origins may call the endpoints for programs. */
import type { Context, Next } from 'koa';
import type { Client, KoaContextWithOIDC } from 'oidc-provider';

/** The origin of a sandboxed frame, of a local file, and of a redirect across origins: any site can have it. */
const NOBODY = 'null';

/** A single-page app is a public client and calls from the origin of its redirect URI. */
export function isOwnOrigin(_ctx: KoaContextWithOIDC, origin: string, client: Client): boolean {
  // The URL standard gives `null` as the origin of a native app's own scheme.
  if (origin === NOBODY) return false;
  return (
    client.clientAuthMethod === 'none' &&
    (client.redirectUris ?? []).some((uri) => URL.parse(uri)?.origin === origin)
  );
}

/** The library repeats every origin where it needs no client, in preflights too. */
export async function refuseOpaqueOrigin(ctx: Context, next: Next): Promise<void> {
  try {
    await next();
  } finally {
    const allowing = Object.keys(ctx.response.headers).filter((name) => name.startsWith('access-control-'));
    if (ctx.get('Origin') === NOBODY) for (const name of allowing) ctx.remove(name);
  }
}

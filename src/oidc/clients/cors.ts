/** Decides which pages of other origins may call the endpoints for programs. */
import type { Client, KoaContextWithOIDC } from 'oidc-provider';

/** A single-page app is a public client and calls from the origin of its redirect URI. */
export function isOwnOrigin(_ctx: KoaContextWithOIDC, origin: string, client: Client): boolean {
  return (
    client.clientAuthMethod === 'none' &&
    (client.redirectUris ?? []).some((uri) => URL.parse(uri)?.origin === origin)
  );
}

/** Decides whether a request must have PKCE (RFC 7636), and refuses a request without it in words that help. */
import { type Client, errors, type KoaContextWithOIDC } from 'oidc-provider';
import type { ClientRules } from './client-rules.ts';

/**
 * For `pkce.required`, which the library asks for requests that have no `code_challenge`. A confidential client may send
 * a nonce instead: either binds the code to the request (RFC 9700, 2.1.1).
 *
 * @throws InvalidRequest naming what the client has to send
 */
export function createPkceRule(rules: Pick<ClientRules, 'of'>) {
  return (ctx: KoaContextWithOIDC, client: Client): boolean => {
    const required = rules.of(client.clientId)?.requirePkce ?? true;
    if (required === false) return false;
    const isPublic = client.clientAuthMethod === 'none';
    if (required === true || isPublic)
      throw new errors.InvalidRequest('PKCE is required: send code_challenge with the method S256');
    const { nonce } = ctx.oidc.params ?? {};
    if (nonce !== undefined) return false;
    throw new errors.InvalidRequest(
      'PKCE or a nonce is required: send code_challenge with the method S256, or nonce',
    );
  };
}

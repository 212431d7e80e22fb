/** `doublelock/resource-server`: an API checks the access tokens that Doublelock has issued for it. */
import { systemClock } from './adapters/system/clock.ts';
import type { ResourceServerOptions } from './resource-server/options.ts';
import { createResourceServer, type ResourceServer } from './resource-server/resource-server.ts';

export type { AccessToken, Requirements } from './resource-server/access-token.ts';
export type { ApiRequest, Check, Verdict } from './resource-server/check.ts';
export type { ExpressRequest, ExpressResponse, KoaContext } from './resource-server/middleware.ts';
export type { Refusal, RefusalCode } from './resource-server/refusal.ts';
export type { ResourceServer, ResourceServerOptions };

/**
 * Verifies signed access tokens (RFC 9068) by the issuer's discovery document and keys: signature, `typ`, `iss`, `aud`,
 * `exp`, and the DPoP proof of a bound token (RFC 9449).
 *
 * | status | `error`                             | the reason                                             |
 * | ------ | ----------------------------------- | ------------------------------------------------------ |
 * | 401    |                                     | no token                                               |
 * | 401    | `invalid_token`                     | expired, for another API, bound to another key (RFC 6750) |
 * | 401    | `invalid_dpop_proof`                | no proof, or one that is old, used or of another request |
 * | 403    | `insufficient_scope`                | the token lacks a scope                                |
 * | 401    | `insufficient_user_authentication`  | ask the user again, with `acr_values` and `max_age` (RFC 9470) |
 * | 400    | `invalid_request`                   | the header has no token                                |
 * | 503    | `temporarily_unavailable`           | the keys of the issuer are not known                   |
 *
 * @throws TypeError for an option that is wrong
 * @example
 * const api = resourceServer({ issuer: 'https://login.example', audience: 'https://api.example' });
 * app.use(api.koa({ scopes: ['read'] }));
 * app.post('/transfer', api.express({ scopes: ['pay'], acr: 'https://refeds.org/profile/mfa', maxAge: 300 }), transfer);
 */
export function resourceServer(options: ResourceServerOptions): ResourceServer {
  return createResourceServer({ ...options, clock: options.clock ?? systemClock });
}

/**
 * Logs why the endpoints for programs, the authorization and the sign-out refused a request. The answer says no more than
 * the RFC allows, so the operator finds the reason by the id of the request.
 */
import type { errors, KoaContextWithOIDC, Provider } from 'oidc-provider';
import type { Log } from '../ports/log.ts';
import type { Clock } from '../ports/system.ts';
import { TooManyStarts } from './requests/counted-starts.ts';
import { reasonOf } from './requests/failure-details.ts';

interface RequestFailureDeps {
  readonly log: Log;
  readonly clock: Clock;
}

const EVENTS = [
  'authorization.error',
  'pushed_authorization_request.error',
  'device_authorization.error',
  'grant.error',
  'introspection.error',
  'revocation.error',
  'end_session.error',
  'end_session_confirm.error',
  'end_session_success.error',
] as const;

/** A device asks until its user has answered: that is no failure. */
const EXPECTED: ReadonlySet<string> = new Set(['authorization_pending']);

export function logRequestFailures(provider: Provider, { log, clock }: RequestFailureDeps): void {
  function refused(ctx: KoaContextWithOIDC, error: errors.OIDCProviderError): void {
    // The limit has a line of its own, at most one a minute.
    if (EXPECTED.has(error.error) || error instanceof TooManyStarts) return;
    const { client, params, route } = ctx.oidc;
    const grantType = params?.grant_type;
    log({
      event: 'request.refused',
      request_id: String(ctx.state.requestId ?? ''),
      endpoint: route,
      client_id: client?.clientId,
      grant_type: typeof grantType === 'string' ? grantType : undefined,
      error_code: error.error,
      reason: reasonOf(ctx, error, clock.now()),
    });
  }

  // The types of the library give each event a signature of its own.
  const emitter: NodeJS.EventEmitter = provider;
  for (const event of EVENTS) emitter.on(event, refused);
}

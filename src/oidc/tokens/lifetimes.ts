/** The lifetimes of everything that the provider issues, in seconds. */
import type { Configuration } from 'oidc-provider';
import type { ClientSettings } from '../../domain/client.ts';
import type { Clock } from '../../ports/system.ts';
import type { ClientRules } from '../clients/client-rules.ts';

const MINUTE = 60;
const AUTHORIZATION_CODE = MINUTE;
const ID_TOKEN = 10 * MINUTE;
const INTERACTION = 15 * MINUTE;
/** As long as the sign-in that it waits for. */
const DEVICE_CODE = INTERACTION;
/** The lifetime of a session in which nobody has signed in yet. */
const ANONYMOUS_SESSION = 60 * MINUTE;

interface LifetimeDeps {
  readonly rules: Pick<ClientRules, 'of'>;
  /** The lifetimes for clients without their own. */
  readonly usual: ClientSettings['tokenLifetimes'];
  readonly sessionHours: number;
  /** Milliseconds for which anything issued from a sign-in may live. */
  readonly issuedMs: number;
  readonly clock: Clock;
}

export function createLifetimes({ rules, usual, sessionHours, issuedMs, clock }: LifetimeDeps) {
  const seconds = () => Math.floor(clock.now() / 1000);
  const lifetimesOf = (clientId: string | undefined) => rules.of(clientId)?.tokenLifetimes ?? usual;

  return {
    AuthorizationCode: AUTHORIZATION_CODE,
    IdToken: ID_TOKEN,
    Interaction: INTERACTION,
    DeviceCode: DEVICE_CODE,
    Grant: issuedMs / 1000,
    AccessToken: (_ctx, token, client) =>
      token.resourceServer?.accessTokenTTL ?? lifetimesOf(client.clientId).access,
    ClientCredentials: (_ctx, token, client) =>
      token.resourceServer?.accessTokenTTL ?? lifetimesOf(client.clientId).access,
    // Counted from the sign-in and not from the last rotation, so that a stolen chain ends.
    RefreshToken: (_ctx, token, client) =>
      Math.max(1, (token.iiat ?? seconds()) + lifetimesOf(client.clientId).refresh - seconds()),
    Session: (_ctx, session) => {
      // Counted from the sign-in, because each save renews the lifetime. The library rejects 0.
      const end = session.loginTs
        ? session.loginTs + sessionHours * 60 * MINUTE
        : seconds() + ANONYMOUS_SESSION;
      return Math.max(1, end - seconds());
    },
  } satisfies Configuration['ttl'];
}

/**
 * Milliseconds from a sign-in to the end of a refresh token that was issued at the end of its session.
 *
 * @param refresh the lifetimes of refresh tokens of all clients, in seconds
 */
export function issuedLifetimeMs(sessionHours: number, refresh: readonly number[]): number {
  return (sessionHours * 60 * MINUTE + Math.max(...refresh)) * 1000;
}

/** Computes `acr` and `amr` from authentication events. No other file does. */

import type { Assurance, Catalogue } from '../methods/contract.ts';
import { CATALOGUE, definitionOf } from '../methods/index.ts';
import type { MethodName } from '../methods/method.ts';
import type { PasskeyUse } from '../methods/webauthn.ts';
import { ACRS, type Acr, rank } from './acr.ts';

/**
 * Stands on the events of a session that an ending has spared (sign-in/ending.ts). From `at` on the session counts as begun
 * again. Its tokens from `from` or later go on as well. Milliseconds since the epoch.
 */
export interface Kept {
  readonly from: number;
  readonly at: number;
}

/** One factor that a person has given. `enrolmentId` is null for the password. */
export interface AuthenticationEvent {
  readonly method: 'pwd' | MethodName;
  readonly enrolmentId: string | null;
  /** Milliseconds since the epoch. */
  readonly atMs: number;
  /** For a passkey: the statements of its authenticator about this use. */
  readonly passkey?: PasskeyUse;
  /** For a session that an ending has spared. */
  readonly kept?: Kept;
}

/** Whether the event is a recovery code that was used: of the methods it alone is no factor by itself. */
export function isOfRecoveryCode({ method }: Pick<AuthenticationEvent, 'method'>): boolean {
  return method !== 'pwd' && definitionOf(method)?.traits.isFactor === false;
}

/** Adds an event and removes an equal older one of the same factor, so that step-ups do not pile up. */
export function withAuthentication(
  authentications: readonly AuthenticationEvent[],
  newest: AuthenticationEvent,
): readonly AuthenticationEvent[] {
  const said = ({ method, enrolmentId, passkey }: AuthenticationEvent) =>
    JSON.stringify([method, enrolmentId, passkey]);
  return [...authentications.filter((authentication) => said(authentication) !== said(newest)), newest];
}

/** A method that is not in the catalogue reaches one factor only. */
const NOTHING: Assurance = { acr: ACRS[0], amr: [] };

function levelOf({ method, passkey }: AuthenticationEvent, catalogue: Catalogue): Assurance {
  if (method === 'pwd') return { acr: ACRS[0], amr: ['pwd'], standsAlone: true };
  const definition = definitionOf(method, catalogue);
  if (!definition) return NOTHING;
  return definition.assuranceOf?.(passkey) ?? definition.traits;
}

/** Whether a sign-in may begin with this event: the password, or a factor that is two by itself. */
export function standsAlone(event: AuthenticationEvent, catalogue: Catalogue = CATALOGUE): boolean {
  return levelOf(event, catalogue).standsAlone === true;
}

/** The event that a sign-in began with. Undefined when no event stands alone. */
export function beginningOf(
  authentications: readonly AuthenticationEvent[],
  catalogue: Catalogue = CATALOGUE,
): AuthenticationEvent | undefined {
  return (
    authentications.find(({ method }) => method === 'pwd') ??
    authentications.find((event) => standsAlone(event, catalogue))
  );
}

/** The highest level that the events reach. A second factor without the password is still one factor. */
export function acrOf(
  authentications: readonly AuthenticationEvent[],
  catalogue: Catalogue = CATALOGUE,
): Acr {
  if (!beginningOf(authentications, catalogue)) return ACRS[0];
  return authentications.reduce<Acr>((highest, authentication) => {
    const { acr } = levelOf(authentication, catalogue);
    return rank(acr) > rank(highest) ? acr : highest;
  }, ACRS[0]);
}

/** The RFC 8176 values of the events, each once. `mfa` stands from the level of two factors on. */
export function amrOf(
  authentications: readonly AuthenticationEvent[],
  catalogue: Catalogue = CATALOGUE,
): string[] {
  const values = authentications.flatMap((authentication) => levelOf(authentication, catalogue).amr);
  const isMfa = rank(acrOf(authentications, catalogue)) >= rank('https://refeds.org/profile/mfa');
  return [...new Set([...values, ...(isMfa ? ['mfa'] : [])])];
}

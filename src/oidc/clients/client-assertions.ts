/** The rules of client assertions (RFC 7523) beyond those of the library, which has verified the signature before. */
import { type Configuration, errors } from 'oidc-provider';
import type { Clock } from '../../ports/system.ts';
import type { ClientRules } from './client-rules.ts';

type AssertClaimsAndHeader = NonNullable<Configuration['assertJwtClientAuthClaimsAndHeader']>;

/** Seconds. Long enough for common libraries, and the time for which a used assertion is remembered. */
const LONGEST_LIFETIME = 60 * 60;
/** Seconds by which the clock of a client may be ahead (FAPI 2.0 Security Profile, 5.3.2.1). */
const CLOCK_OFFSET = 60;
/** FAPI 2.0 Security Profile, 5.4.1. */
const FAPI_ALGORITHMS: readonly unknown[] = ['PS256', 'ES256', 'EdDSA', 'Ed25519'];
/** A JWT with another type was signed for another purpose: a DPoP proof, a request object. */
const TYPES: readonly unknown[] = ['jwt', 'client-authentication+jwt'];

interface ClientAssertionDeps {
  readonly issuer: string;
  readonly rules: Pick<ClientRules, 'of'>;
  readonly clock: Clock;
}

/**
 * For `assertJwtClientAuthClaimsAndHeader`. An audience other than the issuer lets a malicious server collect assertions
 * that are good here (the update of RFC 7523 by draft-ietf-oauth-rfc7523bis; CVE-2025-27370).
 *
 * @throws InvalidClientAuth with the reason as its detail, which the client does not see
 */
export function createAssertionRule({ issuer, rules, clock }: ClientAssertionDeps): AssertClaimsAndHeader {
  return (_ctx, { aud, exp, iat, nbf }, { alg, typ }, { clientId }) => {
    const { assertionAudience = 'issuer', profile = null } = rules.of(clientId) ?? {};
    const now = Math.floor(clock.now() / 1000);
    const isLate = (time: unknown) => time !== undefined && !(Number(time) <= now + CLOCK_OFFSET);

    if (assertionAudience === 'issuer' && aud !== issuer)
      throw refused('the audience (aud) must be the issuer, as one string');
    if (
      typ !== undefined &&
      !TYPES.includes(
        String(typ)
          .toLowerCase()
          .replace(/^application\//, ''),
      )
    )
      throw refused('the type (typ) must be client-authentication+jwt or JWT, or be left out');
    if (profile === 'fapi2' && !FAPI_ALGORITHMS.includes(alg))
      throw refused('the algorithm (alg) must be PS256, ES256 or EdDSA with the profile fapi2');
    if (!(Number(exp) <= now + LONGEST_LIFETIME + CLOCK_OFFSET))
      throw refused('the expiry (exp) must be within an hour');
    if (isLate(iat) || isLate(nbf)) throw refused('the time (iat or nbf) is in the future');
  };
}

function refused(reason: string): errors.InvalidClientAuth {
  return new errors.InvalidClientAuth(`client assertion: ${reason}`);
}

/** Checks the access token of a request: its signature, its claims, its key, and what the API demands of it. */
import { errors, type JWTPayload, jwtVerify } from 'jose';
import { type AccessToken, accessTokenOf, type Requirements } from './access-token.ts';
import { createProofCheck, PROOF_ALGORITHMS } from './dpop.ts';
import { createIssuerKeys } from './issuer-keys.ts';
import { checkRequirements, type Settings } from './options.ts';
import { type Refusal, Refused, refusalOf } from './refusal.ts';

/** The parts of a request that count here. A header that is absent is null or undefined. */
export interface ApiRequest {
  readonly method: string;
  /** Absolute: scheme, host and path as the client sees them. A DPoP proof names it. */
  readonly url: string;
  readonly authorization: string | null | undefined;
  /** The header `DPoP`. */
  readonly dpop: string | null | undefined;
}

export type Verdict =
  | { readonly ok: true; readonly token: AccessToken }
  | { readonly ok: false; readonly refusal: Refusal };

/** Resolves for every request, also one whose token is malformed or whose issuer is away. Rejects for wrong requirements. */
export type Check = (request: ApiRequest, requirements?: Requirements) => Promise<Verdict>;

/** RFC 6750, 2.1 and RFC 9449, 7.1. */
const CREDENTIALS = /^(Bearer|DPoP) +([A-Za-z0-9._~+/-]+=*)$/i;
/** RFC 9068, 2.2. */
const REQUIRED = ['iss', 'exp', 'aud', 'sub', 'client_id', 'iat', 'jti'];

export function createCheck(settings: Settings): Check {
  const { issuer, audience, algorithms, clock, clockTolerance, requireDpop, levels } = settings;
  const keys = createIssuerKeys(settings);
  const checkProof = createProofCheck(settings);

  return async (request, requirements = {}) => {
    checkRequirements(requirements, settings);
    const [, scheme = '', value = ''] = CREDENTIALS.exec(request.authorization ?? '') ?? [];
    const isProven = scheme.toLowerCase() === 'dpop';
    try {
      if (!request.authorization) throw new Refused(null, 'an access token is required', requirements);
      if (value === '') throw new Refused('invalid_request', 'the header Authorization has no token');
      const payload = await verify(value);
      const thumbprint = boundTo(payload);
      if (isProven !== (thumbprint !== null) || (requireDpop && !isProven))
        throw new Refused('invalid_token', misfit(thumbprint, requireDpop));
      if (thumbprint !== null) {
        const { method, url, dpop } = request;
        if (!dpop) throw new Refused('invalid_dpop_proof', 'the header DPoP is missing');
        await checkProof({ method, url, proof: dpop, token: value, thumbprint });
      }
      const token = accessTokenOf(payload as Parameters<typeof accessTokenOf>[0], isProven);
      demand(token, requirements);
      return { ok: true, token };
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      return { ok: false, refusal: refusalOf(error, schemesFor(error, isProven), PROOF_ALGORITHMS) };
    }
  };

  function schemesFor({ code }: Refused, isProven: boolean): ('Bearer' | 'DPoP')[] {
    if (isProven || requireDpop) return ['DPoP'];
    return code === null ? ['Bearer', 'DPoP'] : ['Bearer'];
  }

  async function verify(token: string): Promise<JWTPayload> {
    try {
      const { payload } = await jwtVerify(token, keys, {
        issuer,
        audience,
        algorithms: [...algorithms],
        typ: 'at+jwt',
        requiredClaims: REQUIRED,
        clockTolerance,
        currentDate: new Date(clock.now()),
      });
      return payload;
    } catch (error) {
      if (error instanceof errors.JWTExpired) throw new Refused('invalid_token', 'the token has expired');
      if (error instanceof errors.JOSEError) throw new Refused('invalid_token', faultOf(error));
      throw error;
    }
  }

  function demand(token: AccessToken, { scopes = [], acr, maxAge }: Requirements): void {
    const missing = scopes.filter((scope) => !token.scopes.includes(scope));
    if (missing.length > 0) throw new Refused('insufficient_scope', 'the token lacks a scope', { scopes });
    const isHigh = acr === undefined || levels.indexOf(token.acr ?? '') >= levels.indexOf(acr);
    const age = clock.now() / 1000 - (token.authTime ?? Number.NEGATIVE_INFINITY);
    const isRecent = maxAge === undefined || age <= maxAge + clockTolerance;
    if (isHigh && isRecent) return;
    const words = isHigh ? 'a more recent sign-in is required' : 'a stronger sign-in is required';
    throw new Refused('insufficient_user_authentication', words, {
      ...(acr === undefined ? {} : { acr }),
      ...(maxAge === undefined ? {} : { maxAge }),
    });
  }
}

/** Null: the token is for whoever bears it. */
function boundTo({ cnf }: JWTPayload): string | null {
  if (cnf === undefined) return null;
  const jkt = typeof cnf === 'object' && cnf !== null && 'jkt' in cnf ? cnf.jkt : null;
  if (typeof jkt !== 'string') throw new Refused('invalid_token', 'the token is bound in an unknown way');
  return jkt;
}

function misfit(thumbprint: string | null, requireDpop: boolean): string {
  if (thumbprint !== null) return 'the token is bound to a key: send it with the scheme DPoP and a proof';
  return requireDpop
    ? 'the token is not bound to a key'
    : 'the token is not bound: send it with the scheme Bearer';
}

function faultOf(error: errors.JOSEError): string {
  if (!(error instanceof errors.JWTClaimValidationFailed)) return 'the token is not valid';
  if (error.claim === 'aud') return 'the token is for another API';
  if (error.claim === 'iss') return 'the token is of another issuer';
  return 'the token is no access token of RFC 9068';
}

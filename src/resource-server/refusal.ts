/** Refusals of an API, with the challenges that tell a client what to do next (RFC 6750, 3; RFC 9449, 7.1; RFC 9470, 3). */
import type { Requirements } from './access-token.ts';

/** `null` where the request has no token at all (RFC 6750, 3.1). */
export type RefusalCode =
  | 'invalid_request'
  | 'invalid_token'
  | 'invalid_dpop_proof'
  | 'insufficient_scope'
  | 'insufficient_user_authentication'
  | 'temporarily_unavailable'
  | null;

/** The answer to a request that was refused. It never repeats anything of the token. */
export interface Refusal {
  readonly status: 400 | 401 | 403 | 503;
  readonly error: RefusalCode;
  readonly description: string;
  /** `WWW-Authenticate`, `Cache-Control` and, with 503, `Retry-After`. */
  readonly headers: Readonly<Record<string, string>>;
  /** JSON: `error` and `error_description`. */
  readonly body: string;
}

/** Thrown inside this folder alone; `check` returns the refusal. */
export class Refused extends Error {
  override name = 'Refused';
  readonly code: RefusalCode;
  readonly demanded: Requirements;

  constructor(
    code: RefusalCode,
    description: string,
    demanded: Requirements = {},
    options: ErrorOptions = {},
  ) {
    super(description, options);
    this.code = code;
    this.demanded = demanded;
  }
}

const STATUS = {
  invalid_request: 400,
  invalid_token: 401,
  invalid_dpop_proof: 401,
  insufficient_scope: 403,
  insufficient_user_authentication: 401,
  temporarily_unavailable: 503,
} as const;

/** Seconds after which a client may ask again. */
const RETRY_AFTER = '5';

/** @param schemes the schemes that the client may use next */
export function refusalOf(
  { code, message, demanded }: Refused,
  schemes: readonly ('Bearer' | 'DPoP')[],
  proofAlgorithms: readonly string[],
): Refusal {
  const status = code === null ? 401 : STATUS[code];
  const attributes = {
    ...(code === null ? {} : { error: code, error_description: message }),
    ...(demanded.scopes ? { scope: demanded.scopes.join(' ') } : {}),
    ...(demanded.acr === undefined ? {} : { acr_values: demanded.acr }),
    ...(demanded.maxAge === undefined ? {} : { max_age: String(demanded.maxAge) }),
  };
  const algs = proofAlgorithms.join(' ');
  const challenges = schemes.map((scheme) =>
    challenge(scheme, scheme === 'DPoP' ? { ...attributes, algs } : attributes),
  );
  return {
    status,
    error: code,
    description: message,
    headers: {
      'content-type': 'application/json; charset=utf-8',
      'cache-control': 'no-store',
      ...(status === 503 ? { 'retry-after': RETRY_AFTER } : { 'www-authenticate': challenges.join(', ') }),
    },
    body: JSON.stringify({ error: code ?? 'unauthorized', error_description: message }),
  };
}

/** RFC 9110, 11.2. Values come of options and fixed texts, which have no quotes. */
function challenge(scheme: string, attributes: Readonly<Record<string, string>>): string {
  const written = Object.entries(attributes).map(([name, value]) => `${name}="${value}"`);
  return [scheme, written.join(', ')].filter(Boolean).join(' ');
}

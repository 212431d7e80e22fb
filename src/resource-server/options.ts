/** The options of an API that accepts access tokens, and their check. */

export interface ResourceServerOptions {
  /** The issuer of the tokens, as its discovery document spells it. https, or http on this machine. */
  readonly issuer: string;
  /** The identifier of this API: the `aud` of its tokens (RFC 9068, 2.2), and the `resource` that clients ask for. */
  readonly audience: string;
  /**
   * The origin of this API as its clients see it: `https://api.example`. It is a part of every DPoP proof, so it is needed
   * behind a proxy. Default: that of the request.
   */
  readonly origin?: string;
  /** The accepted signatures of access tokens. Default: RS256 and ES256. */
  readonly algorithms?: readonly string[];
  /** Whether a token must be bound to a key by DPoP (RFC 9449). Default: false. */
  readonly requireDpop?: boolean;
  /** Levels of a sign-in, lowest first: a higher one satisfies a lower. Default: the four of Doublelock. */
  readonly levels?: readonly string[];
  /** Seconds by which two clocks may differ. Default: 5. */
  readonly clockTolerance?: number;
  /** Seconds for which a DPoP proof is accepted. Default: 60. */
  readonly proofLifetime?: number;
  /** The number of used proofs that are remembered. Beyond it further proofs are answered with 503. Default: 100 000. */
  readonly mostProofs?: number;
  /** The time in milliseconds since the epoch. Default: the clock of the machine. */
  readonly clock?: { now(): number };
  /** Requests to the issuer. Default: `fetch`. */
  readonly fetch?: typeof globalThis.fetch;
}

/** Lowest first. */
const LEVELS = [
  'https://refeds.org/profile/sfa',
  'urn:doublelock:acr:two-step',
  'https://refeds.org/profile/mfa',
  'phr',
];

const SIGNATURES = ['RS256', 'ES256'];
/** RFC 9068, 4 and RFC 8725, 3.1: neither `none` nor a shared secret. */
const ACCEPTABLE = /^(RS|PS|ES)(256|384|512)$|^Ed25519$|^EdDSA$/;
/** A text inside quotes of a header (RFC 9110, 5.6.4) needs no escape then. */
const QUOTABLE = /^[\x21\x23-\x5b\x5d-\x7e]+$/;

export type Settings = Required<Omit<ResourceServerOptions, 'origin'>> & { readonly origin: string | null };

/** @throws TypeError naming the option that is wrong */
export function settingsOf(options: ResourceServerOptions & { readonly clock: { now(): number } }): Settings {
  const settings = {
    origin: null,
    algorithms: SIGNATURES,
    requireDpop: false,
    levels: LEVELS,
    clockTolerance: 5,
    proofLifetime: 60,
    mostProofs: 100_000,
    fetch: globalThis.fetch,
    ...given(options),
  };
  const wrong = faultOf(settings);
  if (wrong !== null) throw new TypeError(`resourceServer: ${wrong}`);
  return settings;
}

/** Callers in JavaScript may name an option and leave it undefined. */
function given<T extends object>(options: T): T {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as T;
}

function faultOf(settings: Settings): string | null {
  const { issuer, audience, origin, algorithms, levels, clockTolerance, proofLifetime, mostProofs } =
    settings;
  if (!isSafe(issuer)) return 'issuer must be an https URL, or http on this machine';
  if (typeof audience !== 'string' || audience === '') return 'audience is missing';
  if (origin !== null && URL.parse(origin)?.origin !== origin)
    return 'origin must be scheme, host and port alone';
  if (algorithms.length === 0 || !algorithms.every((each) => ACCEPTABLE.test(each)))
    return 'algorithms must be asymmetric ones';
  if (!levels.every((each) => QUOTABLE.test(each))) return 'levels must be printable ASCII without spaces';
  const numbers = { clockTolerance, proofLifetime, mostProofs };
  const odd = Object.entries(numbers).find(([, value]) => !Number.isSafeInteger(value) || value < 0);
  return odd ? `${odd[0]} must be a whole number` : null;
}

/** Keys that come without TLS could be anybody's. */
export function isSafe(url: string): boolean {
  const { protocol, hostname } = URL.parse(url) ?? {};
  const isHere = ['localhost', '127.0.0.1', '[::1]'].includes(hostname ?? '');
  return protocol === 'https:' || (protocol === 'http:' && isHere);
}

/** @throws TypeError for demands that no token could meet */
export function checkRequirements(
  { scopes = [], acr, maxAge }: { scopes?: readonly string[]; acr?: string; maxAge?: number },
  { levels }: Pick<Settings, 'levels'>,
): void {
  if (!scopes.every((scope) => QUOTABLE.test(scope)))
    throw new TypeError('scopes: not a scope (RFC 6749, 3.3)');
  if (acr !== undefined && !levels.includes(acr)) throw new TypeError(`acr: ${acr} is none of the levels`);
  if (maxAge !== undefined && !(Number.isSafeInteger(maxAge) && maxAge >= 0))
    throw new TypeError('maxAge must be a whole number of seconds');
}

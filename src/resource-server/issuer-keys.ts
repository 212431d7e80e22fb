/** The keys of the issuer, by its discovery document (OpenID Connect Discovery 1.0, 4; RFC 7517, 5). */
import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey, type LocalJWKSet } from 'jose';
import { isSafe, type Settings } from './options.ts';
import { Refused } from './refusal.ts';

/** Milliseconds after which the keys are fetched again. */
const FRESH_MS = 10 * 60 * 1000;
/** While the issuer is away, keys are used for this long. */
const USABLE_MS = 60 * 60 * 1000;
/** A token with an unknown key fetches the keys again, and not more often: anybody may send such tokens. */
const PAUSE_MS = 30_000;
const PATIENCE_MS = 5_000;

interface Known {
  readonly find: LocalJWKSet;
  readonly fetchedAt: number;
}

/** Resolves the key of a token. Throws jose's errors for a key that is not there, and `Refused` while no key is known. */
export function createIssuerKeys({ issuer, fetch, clock }: Pick<Settings, 'issuer' | 'fetch' | 'clock'>) {
  let known: Known | null = null;
  let triedAt = Number.NEGATIVE_INFINITY;
  let fetching: Promise<Known> | null = null;

  const find: JWTVerifyGetKey = async (header, token) => {
    const keys = await current();
    try {
      return await keys.find(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      if (clock.now() - triedAt >= PAUSE_MS) return (await renewed().catch(refuse)).find(header, token);
      // The last fetch failed, so that the key may be a new one.
      if (keys.fetchedAt !== triedAt) return refuse(error);
      throw error;
    }
  };
  return find;

  async function current(): Promise<Known> {
    const age = known ? clock.now() - known.fetchedAt : Number.POSITIVE_INFINITY;
    if (known && age < FRESH_MS) return known;
    if (known && age < USABLE_MS && clock.now() - triedAt < PAUSE_MS) return known;
    return renewed().catch((error: unknown) => (known && age < USABLE_MS ? known : refuse(error)));
  }

  /** Requests at the same time wait for one fetch. */
  function renewed(): Promise<Known> {
    fetching ??= load().finally(() => {
      fetching = null;
    });
    return fetching;
  }

  async function load(): Promise<Known> {
    triedAt = clock.now();
    const discovered = await json(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`);
    if (discovered.issuer !== issuer) throw new Error('the discovery document is of another issuer');
    const address = String(discovered.jwks_uri);
    if (!isSafe(address)) throw new Error('jwks_uri is neither https nor on this machine');
    known = {
      find: createLocalJWKSet((await json(address)) as unknown as JSONWebKeySet),
      fetchedAt: triedAt,
    };
    return known;
  }

  async function json(url: string): Promise<Record<string, unknown>> {
    const signal = AbortSignal.timeout(PATIENCE_MS);
    const response = await fetch(url, { redirect: 'error', signal, headers: { accept: 'application/json' } });
    if (!response.ok) throw new Error(`the issuer answered ${response.status}`);
    return (await response.json()) as Record<string, unknown>;
  }
}

function refuse(cause: unknown): never {
  throw new Refused('temporarily_unavailable', 'the keys of the issuer are not known', {}, { cause });
}

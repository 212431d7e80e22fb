/** DPoP (RFC 9449): tokens that only the holder of a key can use. */
import type { Configuration } from 'oidc-provider';

type Features = NonNullable<Configuration['features']>;

/** The purpose of the digest that the secret of nonces is. */
export const NONCE_PURPOSE = 'dpop-nonce';

/**
 * A nonce is offered with each answer and not demanded: a client with a wrong clock uses it instead of the time (RFC 9449, 8).
 *
 * @param nonceSecret 32 bytes, the same on all instances
 */
export function createDpop(nonceSecret: Buffer) {
  return {
    enabled: true,
    nonceSecret,
    requireNonce: () => false,
    allowReplay: false,
  } satisfies Features['dPoP'];
}

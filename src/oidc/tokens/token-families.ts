/**
 * Families of tokens. All tokens that stem from one authorization belong to one family, if the client's refresh tokens
 * rotate: a replayed refresh token ends its family and nothing else. The grant is no family, because each sign-in of the
 * same client in a session has the same grant.
 *
 * The value of each such token begins with the name of its family. The name is no secret.
 */
import { type KoaContextWithOIDC, Provider } from 'oidc-provider';
import type { Cipher } from '../../ports/system.ts';
import type { ClientRules } from '../clients/client-rules.ts';

/** Characters: 132 bits. */
const NAME_LENGTH = 22;
/** Characters: 256 bits, as the library generates them and as a digest has them. */
const SECRET_LENGTH = 43;

/** The family in the value of a token. Null: it names none. */
export function familyOf(value: string): string | null {
  return value.length === NAME_LENGTH + SECRET_LENGTH ? value.slice(0, NAME_LENGTH) : null;
}

interface TokenFamiliesDeps {
  readonly rules: Pick<ClientRules, 'of'>;
  readonly cipher: Pick<Cipher, 'digest'>;
}

export function createTokenFamilies({ rules, cipher }: TokenFamiliesDeps) {
  /** The family that begins with this code, or with a refresh token that names none. */
  const begunBy = (value: string) => cipher.digest(value, 'token-family').slice(0, NAME_LENGTH);

  /** A client's refresh tokens may begin to rotate when they have been issued already. */
  const ofRefreshToken = (value: string) => familyOf(value) ?? begunBy(value);

  function ofIssued({ oidc }: KoaContextWithOIDC): string | null {
    const { client, entities } = oidc;
    const refreshToken = entities.RefreshToken?.jti;
    const known = refreshToken === undefined ? null : familyOf(refreshToken);
    if (known !== null || !rules.of(client?.clientId)?.rotateRefreshTokens) return known;
    const origin = refreshToken ?? entities.AuthorizationCode?.jti ?? entities.DeviceCode?.jti;
    return origin === undefined ? null : begunBy(origin);
  }

  /**
   * The value that follows a refresh token. Everybody who computes it gets the same, so parallel requests agree on one
   * successor, and none has to be stored. It takes the key of digests and the grant, which no client knows.
   */
  function successorOf(value: string, grantId: string): string {
    return ofRefreshToken(value) + cipher.digest(JSON.stringify([value, grantId]), 'refresh-token-successor');
  }

  /** Puts the name of the family before the values that the library generates. The library has no setting for this. */
  function nameIn(provider: Provider): void {
    for (const model of [provider.AccessToken, provider.RefreshToken]) {
      const generating = model.prototype as unknown as { generateTokenId(): string };
      const generate = generating.generateTokenId;
      generating.generateTokenId = function () {
        const { ctx } = Provider;
        return ((ctx && ofIssued(ctx)) ?? '') + generate.call(this);
      };
    }
  }

  return { ofRefreshToken, successorOf, nameIn };
}

export type TokenFamilies = ReturnType<typeof createTokenFamilies>;

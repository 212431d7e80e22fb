/** An application that signs its user in at a running server. Its redirect URI need not be listened to. */
import * as client from 'openid-client';

export interface RelyingPartyOptions {
  readonly issuer: string;
  readonly clientId: string;
  /** Null for a public client. */
  readonly clientSecret: string | null;
  readonly redirectUri: string;
}

export type Tokens = Awaited<ReturnType<typeof client.authorizationCodeGrant>>;

export interface RelyingParty {
  /** For what else openid-client does: refresh, userinfo, introspection, revocation, the address of logout. */
  readonly configuration: client.Configuration;
  /** Scope `openid` unless told otherwise; state, nonce and PKCE (S256) are made and remembered. */
  authorizationUrl(parameters?: Readonly<Record<string, string>>): Promise<string>;
  /**
   * Checks the answer against what was remembered, then fetches and verifies the tokens. Rejects on an error answer.
   * `parameters`: more of the token request. `dpop`: binds the tokens to its key.
   */
  exchange(
    callbackUrl: string,
    parameters?: Readonly<Record<string, string>>,
    dpop?: client.DPoPHandle,
  ): Promise<Tokens>;
}

export async function createRelyingParty(options: RelyingPartyOptions): Promise<RelyingParty> {
  const configuration = await client.discovery(
    new URL(options.issuer),
    options.clientId,
    options.clientSecret ?? undefined,
    options.clientSecret === null ? client.None() : client.ClientSecretBasic(options.clientSecret),
    { execute: [client.allowInsecureRequests] },
  );
  const asked = new Map<string, client.AuthorizationCodeGrantChecks>();

  return {
    configuration,

    async authorizationUrl(parameters = {}) {
      const state = parameters.state ?? client.randomState();
      const nonce = parameters.nonce ?? client.randomNonce();
      const pkceCodeVerifier = client.randomPKCECodeVerifier();
      const maxAge = parameters.max_age === undefined ? {} : { maxAge: Number(parameters.max_age) };
      asked.set(state, { expectedState: state, expectedNonce: nonce, pkceCodeVerifier, ...maxAge });
      const url = client.buildAuthorizationUrl(configuration, {
        redirect_uri: options.redirectUri,
        scope: 'openid',
        code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
        code_challenge_method: 'S256',
        ...parameters,
        state,
        nonce,
      });
      return url.href;
    },

    async exchange(callbackUrl, parameters = {}, dpop) {
      const url = new URL(callbackUrl);
      const checks = asked.get(url.searchParams.get('state') ?? '');
      if (checks === undefined)
        throw new Error(`This relying party did not ask for ${url.origin}${url.pathname}`);
      return client.authorizationCodeGrant(
        configuration,
        url,
        { ...checks, idTokenExpected: true },
        parameters,
        dpop && { DPoP: dpop },
      );
    },
  };
}

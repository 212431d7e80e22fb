/** A plain OpenID Connect relying party: its requests to the provider, and its checks of the answers. */
import * as openid from 'openid-client';
import type { DemoApi } from './api.ts';
import type { Party } from './parties.ts';
import type { ApiAnswer, Claims, PendingSignIn, SignedIn } from './sessions.ts';

const SCOPE = 'openid email profile phone offline_access';
/** Seconds. The provider runs in this process, or next to it. */
const PATIENCE = 10;

export interface RelyingParty {
  /** Makes the authorization request, and the values that its answer is checked against. */
  begin(
    parameters: Readonly<Record<string, string>>,
    isForApi?: boolean,
  ): Promise<{ url: string; pendingEnrolment: PendingSignIn }>;
  /** `query` is the query of the callback. Rejects with openid-client's errors. */
  complete(query: URLSearchParams, pendingEnrolment: PendingSignIn): Promise<SignedIn>;
  refresh(signedIn: SignedIn, refreshToken: string): Promise<SignedIn>;
  signOutUrl(signedIn: SignedIn): Promise<string>;
  /** Gets a token for the API by a refresh, and calls the API with it. */
  callApi(
    signedIn: SignedIn,
    refreshToken: string,
    api: DemoApi,
  ): Promise<{ readonly signedIn: SignedIn; readonly answer: ApiAnswer }>;
}

export function createRelyingParty(issuer: string, party: Party, api: DemoApi | null): RelyingParty {
  const configuration = lazily(() => discover(issuer, party));

  async function begin(parameters: Readonly<Record<string, string>>, isForApi = false) {
    const pendingEnrolment = {
      state: openid.randomState(),
      nonce: openid.randomNonce(),
      codeVerifier: openid.randomPKCECodeVerifier(),
      isForApi,
    };
    const url = openid.buildAuthorizationUrl(await configuration(), {
      redirect_uri: party.redirectUri,
      scope: api ? `${SCOPE} ${api.scope}` : SCOPE,
      ...(api ? { resource: api.identifier } : {}),
      // OIDC Core 11: the provider ignores offline_access without it. A first-party client has no consent page.
      ...(party.firstParty ? {} : { prompt: 'consent' }),
      code_challenge: await openid.calculatePKCECodeChallenge(pendingEnrolment.codeVerifier),
      code_challenge_method: 'S256',
      state: pendingEnrolment.state,
      nonce: pendingEnrolment.nonce,
      ...parameters,
    });
    return { url: url.href, pendingEnrolment };
  }

  async function complete(query: URLSearchParams, pendingEnrolment: PendingSignIn): Promise<SignedIn> {
    const url = new URL(party.redirectUri);
    url.search = query.toString();
    const tokens = await openid.authorizationCodeGrant(await configuration(), url, {
      expectedState: pendingEnrolment.state,
      expectedNonce: pendingEnrolment.nonce,
      pkceCodeVerifier: pendingEnrolment.codeVerifier,
      idTokenExpected: true,
    });
    return signedInBy(tokens, null);
  }

  async function refresh(signedIn: SignedIn, refreshToken: string): Promise<SignedIn> {
    const tokens = await openid.refreshTokenGrant(await configuration(), refreshToken);
    return signedInBy(tokens, signedIn);
  }

  async function callApi(signedIn: SignedIn, refreshToken: string, { identifier, url }: DemoApi) {
    const tokens = await openid.refreshTokenGrant(await configuration(), refreshToken, {
      resource: identifier,
    });
    const answer = await answerOf(tokens.access_token, new URL(url));
    return { signedIn: { ...signedIn, refreshToken: tokens.refresh_token ?? refreshToken }, answer };
  }

  async function answerOf(accessToken: string, url: URL): Promise<ApiAnswer> {
    try {
      const response = await openid.fetchProtectedResource(await configuration(), accessToken, url, 'GET');
      const body = await response.text();
      return { status: response.status, challenge: null, error: null, stepUp: null, body };
    } catch (error) {
      if (error instanceof openid.WWWAuthenticateChallengeError) return refusedBy(error);
      throw error;
    }
  }

  /** OIDC Core 12.2: a refresh may omit unchanged values. */
  async function signedInBy(tokens: Tokens, before: SignedIn | null): Promise<SignedIn> {
    const idTokenClaims = tokens.claims() ?? before?.idTokenClaims;
    const idToken = tokens.id_token ?? before?.idToken;
    if (!idTokenClaims || !idToken) throw new openid.ClientError('the provider sent no ID token');
    return {
      idToken,
      idTokenClaims,
      refreshToken: tokens.refresh_token ?? before?.refreshToken ?? null,
      userInfo: await userInfo(tokens.access_token, idTokenClaims.sub),
    };
  }

  async function userInfo(accessToken: string, subject: string): Promise<Claims> {
    return openid.fetchUserInfo(await configuration(), accessToken, subject);
  }

  async function signOutUrl({ idToken }: SignedIn): Promise<string> {
    const url = openid.buildEndSessionUrl(await configuration(), {
      id_token_hint: idToken,
      ...(party.afterSignOut && { post_logout_redirect_uri: party.afterSignOut }),
    });
    return url.href;
  }

  return { begin, complete, refresh, signOutUrl, callApi };
}

/** RFC 9470, 4: an application passes on what the API asks for. */
async function refusedBy({ cause, response }: openid.WWWAuthenticateChallengeError): Promise<ApiAnswer> {
  const { error = null, acr_values, max_age } = cause[0]?.parameters ?? {};
  const isForStepUp = error === 'insufficient_user_authentication';
  const asked = { ...(acr_values && { acr_values }), ...(max_age && { max_age }) };
  return {
    status: response.status,
    challenge: response.headers.get('www-authenticate'),
    error,
    stepUp: isForStepUp ? asked : null,
    body: await response.text(),
  };
}

type Tokens = Awaited<ReturnType<typeof openid.refreshTokenGrant>>;

function discover(issuer: string, party: Party): Promise<openid.Configuration> {
  const metadata = {
    ...(party.secret !== null && { client_secret: party.secret }),
    ...(party.idTokenAlgorithm && { id_token_signed_response_alg: party.idTokenAlgorithm }),
  };
  // Without TLS only the signature of the ID token shows that the provider issued it.
  const execute = [openid.enableNonRepudiationChecks];
  if (issuer.startsWith('http:')) execute.push(openid.allowInsecureRequests);
  return openid.discovery(new URL(issuer), party.id, metadata, authenticationOf(party), {
    execute,
    timeout: PATIENCE,
  });
}

function authenticationOf({ authMethod, secret }: Party): openid.ClientAuth {
  if (secret === null) return openid.None();
  switch (authMethod) {
    case 'client_secret_post':
      return openid.ClientSecretPost(secret);
    case 'client_secret_jwt':
      return openid.ClientSecretJwt(secret);
    default:
      return openid.ClientSecretBasic(secret);
  }
}

/** Called at the first visit, when the provider listens. A failure is not cached. */
function lazily<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | null = null;
  return () => {
    made ??= make().catch((error: unknown) => {
      made = null;
      throw error;
    });
    return made;
  };
}

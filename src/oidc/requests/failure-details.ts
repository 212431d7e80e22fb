/** Says what was wrong with a request, for the operator's log. Nothing secret of the request stands in it. */
import type { errors, KoaContextWithOIDC } from 'oidc-provider';

/** Configured secrets are longer, so a secret that was sent as a `client_id` is never written. */
const LONGEST_UNKNOWN_ID = 31;
const MOST_ADDRESSES = 5;

/** Words of a protocol parameter, such as `code id_token`. Any other value is left out. */
const WORDS = /^[a-z_.: -]{1,60}$/i;

type Details = (ctx: KoaContextWithOIDC, nowMs: number) => string;

/** By the library's own detail or description of an error. */
const BY_TEXT: Readonly<Record<string, Details>> = {
  'client not found': (ctx) => `client_id: ${unknownId(givenClientId(ctx))}`,
  "redirect_uri did not match any of the client's registered redirect_uris": ({ oidc }) =>
    `received: ${address(oidc.params?.redirect_uri)}; registered: ${registered(oidc.client?.redirectUris)}`,
  'authorization code redirect_uri mismatch': ({ oidc }) =>
    `received: ${address(oidc.params?.redirect_uri)}; send the redirect_uri of the authorization request`,
  'post_logout_redirect_uri not registered': ({ oidc }) =>
    `received: ${address(oidc.params?.post_logout_redirect_uri)}; ` +
    `registered: ${registered(oidc.client?.postLogoutRedirectUris)}`,
  'the provided authentication mechanism does not match the registered client authentication method': (ctx) =>
    `registered: ${ctx.oidc.client?.clientAuthMethod}; received: ${givenMethod(ctx)}`,
  'authorization code not found': () => 'it is unknown, has expired, or was revoked after a second use',
  'refresh token not found': () => 'it is unknown, has expired, or was revoked',
  'client mismatch': () => 'it was issued to another client',
  'unsupported response_type requested': ({ oidc }) => `received: ${words(oidc.params?.response_type)}`,
  'unsupported response_mode requested': ({ query }) => `received: ${words(query.response_mode)}`,
  'resource indicator is missing, or unknown': receivedResources,
  'the resource is unknown to this server': receivedResources,
};

/** The detailed reason of an error: its description, the library's detail, and the values that differ. */
export function reasonOf(ctx: KoaContextWithOIDC, error: errors.OIDCProviderError, nowMs: number): string {
  const { error_description: description, error_detail: detail, cause } = error;
  // A parser quotes the text that it cannot read, which may be a part of a token.
  const told = cause instanceof SyntaxError ? 'it is malformed' : detail;
  const more = [told, description].flatMap((text) => (text === undefined ? [] : (BY_TEXT[text] ?? [])));
  const scope = 'scope' in error && typeof error.scope === 'string' ? `scope: ${error.scope}` : undefined;
  const parts = [
    description,
    told,
    ...more.map((say) => say(ctx, nowMs)),
    scope,
    assertionTimes(ctx, error, nowMs),
  ];
  return [...new Set(parts.filter((part) => part !== undefined))].join('; ');
}

/** For a refused client assertion: how its times differ from the clock of this server. */
function assertionTimes({ oidc }: KoaContextWithOIDC, error: Error, nowMs: number): string | undefined {
  const assertion = oidc.params?.client_assertion;
  if (error.name !== 'InvalidClientAuth' || typeof assertion !== 'string') return undefined;
  const claims = payloadOf(assertion);
  const times = ['iat', 'nbf', 'exp'].flatMap((name) => {
    const seconds = claims[name];
    if (typeof seconds !== 'number') return [];
    const away = Math.round(seconds - nowMs / 1000);
    return [`${name} is ${Math.abs(away)} s ${away < 0 ? 'before' : 'after'} the time of this server`];
  });
  return times.length > 0 ? times.join(', ') : undefined;
}

function payloadOf(token: string): Readonly<Record<string, unknown>> {
  try {
    const payload: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
    return typeof payload === 'object' && payload !== null ? { ...payload } : {};
  } catch {
    return {};
  }
}

/** The `client_id` of a request whose client is not registered. */
function givenClientId({ oidc, headers }: KoaContextWithOIDC): unknown {
  const [scheme, credentials = ''] = (headers.authorization ?? '').split(' ');
  if (scheme?.toLowerCase() !== 'basic') return oidc.params?.client_id;
  return Buffer.from(credentials, 'base64').toString().split(':', 1)[0];
}

function unknownId(id: unknown): string {
  if (typeof id !== 'string' || id === '') return 'none';
  return id.length <= LONGEST_UNKNOWN_ID ? `"${id}"` : `a value of ${id.length} characters`;
}

function givenMethod({ oidc, headers }: KoaContextWithOIDC): string {
  if (headers.authorization !== undefined) return 'client_secret_basic';
  if (oidc.params?.client_secret) return 'client_secret_post';
  if (oidc.params?.client_assertion !== undefined) return 'a client_assertion';
  return 'none';
}

function registered(uris: readonly string[] | undefined): string {
  if (!uris || uris.length === 0) return 'none';
  const more = uris.length > MOST_ADDRESSES ? ` and ${uris.length - MOST_ADDRESSES} more` : '';
  return uris.slice(0, MOST_ADDRESSES).map(address).join(', ') + more;
}

/** An address without its credentials, query and fragment, which may hold anything. */
function address(value: unknown): string {
  if (typeof value !== 'string' || value === '') return 'none';
  const url = URL.parse(value);
  if (!url) return 'a value that is no URL';
  const plain = `${url.protocol}${url.host ? `//${url.host}` : ''}${url.pathname}`;
  return `${plain}${url.search ? '?…' : ''}${url.hash ? '#…' : ''}`;
}

function receivedResources({ oidc }: KoaContextWithOIDC): string {
  return `received: ${[oidc.params?.resource].flat().slice(0, MOST_ADDRESSES).map(address).join(', ')}`;
}

function words(value: unknown): string {
  return typeof value === 'string' && WORDS.test(value) ? `"${value}"` : 'another value';
}

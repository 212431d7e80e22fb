/** The address at which a person goes on in an application: pages without a way on link to it. */

/** Client metadata by its standard names. */
interface LinkedClient {
  readonly initiate_login_uri?: unknown;
  readonly client_uri?: unknown;
}

/**
 * The address that starts a sign-in at the application (OpenID Connect Core 1.0, section 4), else its home page.
 *
 * @returns null when the application has neither.
 */
export function applicationLink(client: LinkedClient | undefined, issuer: string): string | null {
  const login = webAddress(client?.initiate_login_uri);
  if (!login) return webAddress(client?.client_uri)?.href ?? null;
  login.searchParams.set('iss', issuer);
  return login.href;
}

/** Null for what a page must not link to, such as `javascript:`. */
function webAddress(value: unknown): URL | null {
  const url = typeof value === 'string' ? URL.parse(value) : null;
  return url && ['https:', 'http:'].includes(url.protocol) ? url : null;
}

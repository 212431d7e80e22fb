/** The address at which a person goes on in an application: pages without a way on link to it. */

/**
 * The address that starts a sign-in at the application (OpenID Connect Core 1.0, section 4), else its home page.
 *
 * @param client client metadata by its standard names
 * @returns null when the application has neither.
 */
export function applicationLink(
  client: Readonly<Record<string, unknown>> | undefined,
  issuer: string,
): string | null {
  const login = webAddress(client?.initiate_login_uri);
  if (!login) return webAddress(client?.client_uri)?.href ?? null;
  login.searchParams.set('iss', issuer);
  return login.href;
}

/** The library uses no `initiate_login_uri`, and would refuse every request of a client whose address is http. */
export function withoutLoginUri(
  metadata: Readonly<Record<string, unknown>> & { readonly client_id: string },
) {
  const { client_id, initiate_login_uri: _ours, ...others } = metadata;
  return { ...others, client_id };
}

/** Null for what a page must not link to, such as `javascript:`. */
function webAddress(value: unknown): URL | null {
  const url = typeof value === 'string' ? URL.parse(value) : null;
  return url && ['https:', 'http:'].includes(url.protocol) ? url : null;
}

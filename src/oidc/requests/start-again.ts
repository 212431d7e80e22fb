/** The address at which a person repeats the authorization request of an interaction, with a new sign-in. */

/** The parts of an interaction of oidc-provider that tell how it began. */
export interface Beginning {
  /** The address at which the library resumes the interaction: the endpoint, and the uid below it. */
  readonly returnTo: string;
  readonly params: Readonly<Record<string, unknown>>;
  /** The parameters that a signed request object gave (RFC 9101). */
  readonly trusted?: readonly string[] | undefined;
  readonly deviceCode?: string | undefined;
  /** The pushed authorization request (RFC 9126). */
  readonly parJti?: string | undefined;
}

/**
 * A path of this server. The parameters of a plain request were in an address before. Null for a pushed or signed request,
 * which the application alone can repeat. The sign-in of a device begins at the page for its code.
 */
export function startAgainPath({ returnTo, params, trusted, deviceCode, parJti }: Beginning): string | null {
  const endpoint = new URL('.', returnTo).pathname.replace(/\/$/, '');
  if (deviceCode !== undefined) return endpoint;
  if (parJti !== undefined || (trusted ?? []).length > 0) return null;
  const query = new URLSearchParams();
  for (const [name, given] of Object.entries(params))
    for (const value of [given].flat())
      if (value !== undefined && value !== null) query.append(name, String(value));
  return `${endpoint}?${query}`;
}

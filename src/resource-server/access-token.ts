/** The content of a verified access token, and the demands of an API on it. */

/** A verified access token (RFC 9068, 2.2). */
export interface AccessToken {
  /** `sub`: the user, or the client where it got the token for itself. */
  readonly subject: string;
  readonly clientId: string;
  readonly scopes: readonly string[];
  /** The level of the sign-in. Null: the token has no user, or its issuer says none. */
  readonly acr: string | null;
  /** The methods of the sign-in (RFC 8176). */
  readonly amr: readonly string[];
  /** Seconds since the epoch: the last full sign-in. */
  readonly authTime: number | null;
  /** The groups of the user. Empty unless the client was granted the scope `groups`. */
  readonly groups: readonly string[];
  readonly roles: readonly string[];
  /** Seconds since the epoch. */
  readonly expiresAt: number;
  /** Whether the token is bound to a key, and the request has proven it (RFC 9449). */
  readonly isBound: boolean;
  /** Every claim of the token. */
  readonly claims: Readonly<Record<string, unknown>>;
}

/** The demands on the token of one request. An absent one demands nothing. */
export interface Requirements {
  /** All of these scopes, else 403 with `insufficient_scope` (RFC 6750, 3.1). */
  readonly scopes?: readonly string[];
  /** This level or a higher one, else 401 with `insufficient_user_authentication` (RFC 9470, 3). One of `levels`. */
  readonly acr?: string;
  /** Seconds since the last full sign-in, else the same. */
  readonly maxAge?: number;
}

export function accessTokenOf(
  claims: Readonly<Record<string, unknown>> & { readonly sub: string; readonly exp: number },
  isBound: boolean,
): AccessToken {
  const { acr, auth_time: authTime, scope } = claims;
  return {
    subject: claims.sub,
    clientId: String(claims.client_id),
    scopes: typeof scope === 'string' && scope !== '' ? scope.split(' ') : [],
    acr: typeof acr === 'string' ? acr : null,
    amr: textsOf(claims.amr),
    authTime: typeof authTime === 'number' ? authTime : null,
    groups: textsOf(claims.groups),
    roles: textsOf(claims.roles),
    expiresAt: claims.exp,
    isBound,
    claims,
  };
}

function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
}

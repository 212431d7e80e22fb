/** The product's own client: the account pages ask for a fresh factor through the provider, as every application does. */
export const OWN_CLIENT = 'doublelock';
const OWN_RETURN_PATH = '/account/return';

/** Its metadata. It gets no token. */
export function ownClient(issuer: string) {
  return {
    client_id: OWN_CLIENT,
    client_name: 'Doublelock',
    redirect_uris: [`${issuer}${OWN_RETURN_PATH}`],
    response_types: ['none' as const],
    grant_types: [],
    token_endpoint_auth_method: 'none' as const,
  };
}

/** A request of our own client, below the issuer. `more`: parameters of OpenID Connect Core 1.0, 3.1.2.1. */
export function ownAuthorizationPath(issuer: string, more: Readonly<Record<string, string>>): string {
  const query = new URLSearchParams({
    client_id: OWN_CLIENT,
    response_type: 'none',
    scope: 'openid',
    redirect_uri: `${issuer}${OWN_RETURN_PATH}`,
    ...more,
  });
  return `/auth?${query}`;
}

/** The product's own client: the account pages ask for a fresh factor through the provider, as every application does. */
export const OWN_CLIENT = 'doublelock';
export const OWN_RETURN_PATH = '/account/return';

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

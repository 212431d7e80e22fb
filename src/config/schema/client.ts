/** A relying party: OpenID Connect client metadata by its standard names, and settings of our own. */
import { z } from 'zod';
import { ACRS } from '../../domain/policy/acr.ts';
import { fileOf, listOf, redirectAddress, secret, text, VISIBLE_ASCII, webAddress } from './field.ts';

/** Our own keys. They are no metadata, and oidc-provider does not get them. */
export const ownClientShape = {
  first_party: z
    .boolean()
    .default(false)
    .describe('Your own application: no consent page, for any scope and any kind of client.'),
  require_pkce: z
    .boolean()
    .default(true)
    .describe('Requires PKCE with S256 (RFC 7636). `false` is allowed for a confidential client only.'),
  second_factor: z
    .enum(['tenant', 'always'])
    .default('tenant')
    .describe('`tenant`: the policy of the tenant decides. `always`: every sign-in needs a second factor.'),
  tenant: z
    .string()
    .nullable()
    .default(null)
    .describe('Only members of this tenant sign in, and its brand is on the sign-in page.'),
};

const SCOPES = ['openid', 'profile', 'email', 'phone', 'offline_access'];
/** Algorithms of the tokens of this server. */
const SIGNATURES = ['ES256', 'RS256'] as const;
/** Algorithms of client assertions. */
const CLIENT_SIGNATURES = ['HS256', 'ES256', 'RS256', 'PS256', 'Ed25519', 'EdDSA'] as const;

/** RFC 7591, OpenID Connect Dynamic Client Registration and the logout specifications name these. */
const clientMetadataShape = {
  client_id: z
    .string()
    .max(255, 'is longer than 255 characters')
    .regex(VISIBLE_ASCII, 'must be printable ASCII without spaces')
    .describe('The identifier of the relying party. `doublelock` is reserved.'),
  client_secret: secret
    .regex(VISIBLE_ASCII, 'must be printable ASCII without spaces')
    .optional()
    .describe('The secret of a confidential client. A client without one is public.'),
  client_secret_file: fileOf('client_secret'),
  client_name: text.optional().describe('The name of the application on pages.'),
  client_uri: webAddress.optional().describe('The home page.'),
  logo_uri: webAddress.optional().describe('The logo.'),
  policy_uri: webAddress.optional().describe('The privacy policy.'),
  tos_uri: webAddress.optional().describe('The terms of service.'),
  contacts: z
    .array(z.email({ pattern: z.regexes.html5Email, error: 'is not an e-mail address' }))
    .optional()
    .describe('E-mail addresses of the makers.'),
  application_type: z
    .enum(['web', 'native'])
    .default('web')
    .describe('A web site, or an application on a device.'),
  redirect_uris: listOf(redirectAddress)
    .min(1, 'is empty')
    .describe('Addresses for the answer to an authorization request. Compared character by character.'),
  post_logout_redirect_uris: listOf(redirectAddress)
    .default([])
    .describe('Addresses for the redirect after a sign-out.'),
  backchannel_logout_uri: webAddress
    .optional()
    .describe('Gets a logout token when a session ends (OpenID Connect Back-Channel Logout).'),
  backchannel_logout_session_required: z
    .boolean()
    .default(false)
    .describe('Whether the logout token must name the session.'),
  initiate_login_uri: z
    .string()
    .regex(/^https:\/\//, 'must begin with https://')
    .optional()
    .describe('The address that starts a sign-in on behalf of this server.'),
  grant_types: listOf(z.enum(['authorization_code', 'refresh_token']))
    .refine((values) => values.includes('authorization_code'), { error: 'must have authorization_code' })
    .default(['authorization_code', 'refresh_token'])
    .describe('The grants that the client uses.'),
  response_types: listOf(z.enum(['code', 'none']))
    .min(1, 'is empty')
    .default(['code'])
    .describe(
      'The response types that the client uses. The authorization code is the only flow with tokens.',
    ),
  token_endpoint_auth_method: z
    .enum(['client_secret_basic', 'client_secret_post', 'client_secret_jwt', 'private_key_jwt', 'none'])
    .optional()
    .describe(
      'The method of client authentication. Default: `client_secret_basic` with a secret, `none` without.',
    ),
  token_endpoint_auth_signing_alg: z
    .enum(CLIENT_SIGNATURES)
    .optional()
    .describe('With a `…_jwt` method: the only accepted algorithm.'),
  id_token_signed_response_alg: z
    .enum(SIGNATURES)
    .default('ES256')
    .describe('The algorithm of ID tokens. `secrets.signing` must have such a key.'),
  jwks: z
    .strictObject({
      keys: z
        .array(
          z
            .looseObject({
              kty: z
                .string()
                .describe('The type of the key. The other members of the public key stand beside it.'),
            })
            // RFC 7518, 6: d is the private part of a key pair, k a symmetric key.
            .refine((key) => !('d' in key || 'k' in key), {
              error: 'is a private key: public keys belong here',
            }),
        )
        .min(1, 'is empty')
        .describe('The keys.'),
    })
    .optional()
    .describe('Public keys of the client (RFC 7517).'),
  jwks_uri: webAddress.optional().describe('The address of the public keys. Not together with `jwks`.'),
  scope: z
    .string()
    .refine((value) => value.split(' ').every((one) => SCOPES.includes(one)), {
      error: `must be some of ${SCOPES.join(', ')}, separated by one space`,
    })
    .optional()
    .describe('The scopes that the client may ask for, separated by spaces. Default: all.'),
  subject_type: z
    .literal('public')
    .default('public')
    .describe('Every client gets the same `sub` for a person.'),
  default_max_age: z.int().min(0).optional().describe('Seconds after which a sign-in has to be repeated.'),
  default_acr_values: listOf(z.enum(ACRS))
    .optional()
    .describe('The requested levels of a request that names none.'),
  require_auth_time: z
    .boolean()
    .default(false)
    .describe('Whether the ID token must have `auth_time`. It always has.'),
  require_pushed_authorization_requests: z
    .boolean()
    .default(false)
    .describe('Whether every authorization request must be pushed (RFC 9126).'),
};

export const clientShape = { ...clientMetadataShape, ...ownClientShape };

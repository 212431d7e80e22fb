/** A relying party: OpenID Connect client metadata by its standard names, and settings of our own. */
import { z } from 'zod';
import { ACRS } from '../../domain/policy/acr.ts';
import { fileOf, listOf, redirectAddress, secret, text, VISIBLE_ASCII, webAddress } from './field.ts';
import { accessMinutes, refreshDays, TOKEN_ALGORITHMS } from './server.ts';

/** RFC 6749, 4 and RFC 8628, 3.4. */
export const DEVICE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code';
const GRANT_TYPES = ['authorization_code', 'refresh_token', 'client_credentials', DEVICE_GRANT] as const;

/** Our own keys. They are no metadata, and oidc-provider does not get them. */
export const ownClientShape = {
  first_party: z
    .boolean()
    .default(false)
    .describe('Your own application: no consent page, for any scope and any kind of client.'),
  require_pkce: z
    .union([z.literal('auto'), z.boolean()], { error: 'must be one of auto, true, false' })
    .default('auto')
    .describe(
      '`auto`: a public client sends PKCE with S256 (RFC 7636), a confidential one PKCE or a nonce. `true`: every ' +
        'request has PKCE. `false`: neither is required, for a confidential client only.',
    ),
  claims_in_id_token: z
    .boolean()
    .default(false)
    .describe('`true`: the claims of granted scopes stand in the ID token too, and not at `/me` alone.'),
  rotate_refresh_tokens: z
    .union([z.literal('auto'), z.boolean()], { error: 'must be one of auto, true, false' })
    .default('auto')
    .describe(
      'Whether each use of a refresh token gives a new one. `auto`: for public clients only, because a confidential ' +
        'client authenticates itself (RFC 9700, 2.2.2).',
    ),
  refresh_tokens: z
    .enum(['auto', 'session', 'offline'])
    .default('auto')
    .describe(
      '`session`: issued with or without `offline_access`, and ends with the session. `offline`: issued with ' +
        '`offline_access` only, and outlives the session. `auto`: `session` for `first_party`, `offline` for others.',
    ),
  token_lifetimes: z
    .strictObject({
      access_minutes: accessMinutes.optional().describe('Minutes. Default: `tokens.access_minutes`.'),
      refresh_days: refreshDays.optional().describe('Days. Default: `tokens.refresh_days`.'),
    })
    .prefault({})
    .describe('Lifetimes of the tokens of this client.'),
  profile: z
    .literal('fapi2')
    .nullable()
    .default(null)
    .describe(
      '`fapi2`: the FAPI 2.0 security profile. Requires PAR, `private_key_jwt` and DPoP, and short-lived codes.',
    ),
  client_assertion_audience: z
    .enum(['issuer', 'lenient'])
    .default('issuer')
    .describe(
      'The `aud` of client assertions. `issuer`: the issuer, as one string. `lenient`: a list or an endpoint is ' +
        'accepted too, for an old client.',
    ),
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
    .default([])
    .describe(
      'Addresses for the answer to an authorization request. Compared character by character. Required with ' +
        '`authorization_code`.',
    ),
  post_logout_redirect_uris: listOf(redirectAddress)
    .default([])
    .describe('Addresses for the redirect after a sign-out.'),
  backchannel_logout_uri: webAddress
    .optional()
    .describe('Gets a logout token when a session ends (OpenID Connect Back-Channel Logout).'),
  backchannel_logout_session_required: z
    .boolean()
    .default(true)
    .describe('Whether the logout token names the session (`sid`).'),
  initiate_login_uri: webAddress
    .optional()
    .describe(
      'The address that starts a sign-in on behalf of this server. In production it begins with https://.',
    ),
  grant_types: listOf(z.enum(GRANT_TYPES))
    .min(1, 'is empty')
    .default(['authorization_code', 'refresh_token'])
    .describe('The grants that the client uses.'),
  response_types: listOf(z.enum(['code', 'none']))
    .optional()
    .describe(
      'The response types that the client uses. Default: `code` with the grant `authorization_code`, else none.',
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
    .enum(TOKEN_ALGORITHMS)
    .optional()
    .describe(
      'The algorithm of ID tokens. `secrets.signing` must have such a key. Default: that of `tokens`.',
    ),
  dpop_bound_access_tokens: z
    .boolean()
    .default(false)
    .describe('Whether every token of the client is bound to a key by DPoP (RFC 9449).'),
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
    .regex(
      /^[\x21\x23-\x5b\x5d-\x7e]+( [\x21\x23-\x5b\x5d-\x7e]+)*$/,
      'must be scopes, separated by one space',
    )
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

/** A relying party: OpenID Connect client metadata by its standard names, and what is ours beside it. */
import { z } from 'zod';
import { ACRS } from '../../domain/policy/acr.ts';
import { fileOf, listOf, redirectAddress, secret, text, VISIBLE_ASCII, webAddress } from './field.ts';

/** Our own keys: not metadata, and not handed to the provider. */
export const ownClientShape = {
  first_party: z
    .boolean()
    .default(false)
    .describe('Ours: no consent page, whatever the scope or the kind of client.'),
  require_pkce: z
    .boolean()
    .default(true)
    .describe('PKCE with S256 (RFC 7636). `false` is for a confidential client alone.'),
  second_factor: z
    .enum(['tenant', 'always'])
    .default('tenant')
    .describe("Whether the tenant's policy decides, or a second factor is always asked."),
  tenant: z
    .string()
    .nullable()
    .default(null)
    .describe("Only this tenant's members sign in, and its brand is on the sign-in page."),
};

const SCOPES = ['openid', 'profile', 'email', 'phone', 'offline_access'];
/** What the tokens of this server are signed with. */
const SIGNATURES = ['ES256', 'RS256'] as const;
/** What a client may sign with, to prove itself. */
const CLIENT_SIGNATURES = ['HS256', 'ES256', 'RS256', 'PS256', 'Ed25519', 'EdDSA'] as const;

/** RFC 7591, OpenID Connect Dynamic Client Registration and the logout specifications name these. */
const clientMetadataShape = {
  client_id: z
    .string()
    .max(255, 'is longer than 255 characters')
    .regex(VISIBLE_ASCII, 'must be printable ASCII without spaces')
    .describe('The name of the relying party. `doublelock` is our own.'),
  client_secret: secret
    .regex(VISIBLE_ASCII, 'must be printable ASCII without spaces')
    .optional()
    .describe('Makes the client confidential; none makes it public.'),
  client_secret_file: fileOf('client_secret'),
  client_name: text.optional().describe('What people are told they sign in to.'),
  client_uri: webAddress.optional().describe('Its home page.'),
  logo_uri: webAddress.optional().describe('Its logo.'),
  policy_uri: webAddress.optional().describe('Its privacy policy.'),
  tos_uri: webAddress.optional().describe('Its terms of service.'),
  contacts: z
    .array(z.email({ pattern: z.regexes.html5Email, error: 'is not an e-mail address' }))
    .optional()
    .describe('The addresses of its makers.'),
  application_type: z.enum(['web', 'native']).default('web').describe('A web site, or an app on a device.'),
  redirect_uris: listOf(redirectAddress)
    .min(1, 'is empty')
    .describe('Where people may be sent back to; compared character by character.'),
  post_logout_redirect_uris: listOf(redirectAddress)
    .default([])
    .describe('Where people may be sent after they sign out.'),
  backchannel_logout_uri: webAddress
    .optional()
    .describe('Told when a session ends (OpenID Connect Back-Channel Logout).'),
  backchannel_logout_session_required: z
    .boolean()
    .default(false)
    .describe('Whether it must be told which session.'),
  initiate_login_uri: z
    .string()
    .regex(/^https:\/\//, 'must begin with https://')
    .optional()
    .describe('Where a sign-in begins when we start it.'),
  grant_types: listOf(z.enum(['authorization_code', 'refresh_token']))
    .refine((values) => values.includes('authorization_code'), { error: 'must have authorization_code' })
    .default(['authorization_code', 'refresh_token'])
    .describe('The grants that it uses.'),
  response_types: listOf(z.enum(['code', 'none']))
    .min(1, 'is empty')
    .default(['code'])
    .describe('The flows that it uses: the authorization code alone is here.'),
  token_endpoint_auth_method: z
    .enum(['client_secret_basic', 'client_secret_post', 'client_secret_jwt', 'private_key_jwt', 'none'])
    .optional()
    .describe('How it proves itself: `client_secret_basic` with a secret, `none` without, by default.'),
  token_endpoint_auth_signing_alg: z
    .enum(CLIENT_SIGNATURES)
    .optional()
    .describe('With a `…_jwt` method: the only algorithm accepted.'),
  id_token_signed_response_alg: z
    .enum(SIGNATURES)
    .default('ES256')
    .describe('How its ID tokens are signed; `secrets.signing` must have such a key.'),
  jwks: z
    .strictObject({
      keys: z
        .array(
          z
            .looseObject({
              kty: z.string().describe('The kind of key, and beside it the members of such a public key.'),
            })
            // RFC 7518, 6: d is the private part of a key pair, k a symmetric key.
            .refine((key) => !('d' in key || 'k' in key), {
              error: 'is a private key: public keys belong here',
            }),
        )
        .min(1, 'is empty')
        .describe('Public keys.'),
    })
    .optional()
    .describe('Its public keys (RFC 7517).'),
  jwks_uri: webAddress.optional().describe('Where its public keys are; not together with `jwks`.'),
  scope: z
    .string()
    .refine((value) => value.split(' ').every((one) => SCOPES.includes(one)), {
      error: `must be some of ${SCOPES.join(', ')}, separated by one space`,
    })
    .optional()
    .describe('The only scopes it may ask for, separated by spaces; all by default.'),
  subject_type: z
    .literal('public')
    .default('public')
    .describe('Every client is told the same `sub` for a person.'),
  default_max_age: z
    .int()
    .min(0)
    .optional()
    .describe('A sign-in older than this many seconds is asked for again.'),
  default_acr_values: listOf(z.enum(ACRS))
    .optional()
    .describe('The level asked for when a request names none.'),
  require_auth_time: z
    .boolean()
    .default(false)
    .describe('Whether the ID token must have `auth_time`; ours always has.'),
  require_pushed_authorization_requests: z
    .boolean()
    .default(false)
    .describe('Whether every request must be pushed first (RFC 9126).'),
};

export const clientShape = { ...clientMetadataShape, ...ownClientShape };

/** Claims of the operator's own, and the APIs that accept our access tokens. */
import { z } from 'zod';
import { OIDC_SCOPES } from '../../domain/claims.ts';
import { listOf } from './field.ts';
import { accessMinutes } from './server.ts';

/** One scope (RFC 6749, 3.3). */
const SCOPE = /^[\x21\x23-\x5b\x5d-\x7e]+$/;

/** The name of an attribute of an account. */
export const ATTRIBUTE = /^[A-Za-z_][\w-]{0,62}$/;

export const ownClaim = z.strictObject({
  claim: z
    .string()
    .regex(
      /^[\x21\x23-\x5b\x5d-\x7e]{1,200}$/,
      'must be printable ASCII without spaces, 200 characters at most',
    )
    // oidc-provider leaves these two out of every token without a word.
    .refine((name) => name !== '__proto__' && name !== 'constructor', {
      error: 'is no name that a token can carry',
    })
    .describe('The name of the claim. The names that the product gives itself are refused.'),
  from: z
    .string()
    .regex(/^attributes\.[A-Za-z_][\w-]{0,62}$/, 'must be attributes. and the name of an attribute')
    .describe('The attribute of the account, as in `attributes.department`. Without it the claim is absent.'),
  scope: z
    .enum(['openid', 'profile', 'email', 'phone', 'groups'])
    .describe('The scope that gives the claim.'),
});

export const resourceServerShape = {
  identifier: z
    .string()
    .refine((value) => URL.canParse(value) && !/[#\s]/.test(value), {
      error: 'must be an absolute URI without a fragment (RFC 8707, 2)',
    })
    .describe('The value of `resource` in requests, and the `aud` of its access tokens.'),
  scopes: listOf(
    z
      .string()
      .regex(SCOPE, 'is not a scope (RFC 6749, 3.3)')
      .refine((value) => !OIDC_SCOPES.includes(value), {
        error: 'is a scope of OpenID Connect',
      }),
  )
    .default([])
    .describe('The scopes of the API.'),
  access_token_format: z
    .enum(['jwt', 'opaque'])
    .default('jwt')
    .describe('`jwt`: signed, read by the API itself (RFC 9068). `opaque`: looked up by introspection.'),
  access_minutes: accessMinutes
    .optional()
    .describe('Minutes that its access tokens are valid, whatever the client. Default: those of the client.'),
};

/** A person of the file: created when absent, never overwritten. */
import { z } from 'zod';
import { email, fileOf, group, listOf, oneOf, phone } from './field.ts';

/** Longer than anyone types, short enough to hash (the sign-in form's own limit). */
const MAX_PASSWORD_CHARACTERS = 128;

const totpFactor = oneOf('secret', {
  method: z.literal('totp').describe('The authenticator app.'),
  secret: z
    .string()
    .regex(/^[A-Z2-7]+=*$/i, 'is not base32 (RFC 4648, 6)')
    // RFC 4226, 4, requires 128 bits; apps in the field go down to 80, which is 16 characters.
    .min(16, 'is shorter than 16 characters of base32')
    .optional()
    .describe('With `totp`, and required there: the shared secret in base32.'),
  secret_file: fileOf('secret'),
});

const factor = z.discriminatedUnion('method', [
  totpFactor,
  z.strictObject({
    method: z.literal('email').describe('The code by e-mail; the address counts as confirmed.'),
  }),
  z.strictObject({ method: z.literal('sms').describe('The code by SMS; the account needs a `phone`.') }),
]);

export const accountShape = {
  email: email.describe('Unique over all tenants; trimmed, and compared without regard to case.'),
  tenant: z.string().describe('The id of its tenant.'),
  name: z
    .string()
    .trim()
    .min(1, 'is empty')
    .max(200, 'is longer than 200 characters')
    .optional()
    .describe('What the person is called; the address by default.'),
  password: z
    .string()
    .min(1, 'is empty')
    .max(MAX_PASSWORD_CHARACTERS, `is longer than ${MAX_PASSWORD_CHARACTERS} characters`)
    .nullable()
    .default(null)
    .describe(
      'In clear text, hashed when the account is created. Without one or a hash the person is to be invited.',
    ),
  password_file: fileOf('password'),
  password_hash: z
    .string()
    .regex(
      /^\$argon2id\$v=19\$m=\d+,t=\d+,p=\d+\$[A-Za-z0-9+/]+\$[A-Za-z0-9+/]+$/,
      'is not an argon2id hash in PHC form ($argon2id$v=19$m=…,t=…,p=…$salt$hash)',
    )
    .nullable()
    .default(null)
    .describe('An argon2id hash in PHC form, instead of `password`.'),
  password_hash_file: fileOf('password_hash'),
  role: z
    .enum(['member', 'manager', 'admin'])
    .default('member')
    .describe('`manager` looks after groups, `admin` after the tenant.'),
  groups: listOf(group).default([]).describe('The groups that it is in.'),
  manages: listOf(group).default([]).describe('The groups that a `manager` looks after.'),
  email_confirmed: z.boolean().default(false).describe('Whether the address is known to reach the person.'),
  phone: phone.nullable().default(null).describe('A telephone number in E.164.'),
  factors: z.array(factor).default([]).describe('Second factors, set up as if the person had done it.'),
};

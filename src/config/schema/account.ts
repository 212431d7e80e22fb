/** An account of the file. It is created when absent, and never overwritten. */
import { z } from 'zod';
import { LOCALES, ROLES } from '../../domain/account.ts';
import { LONGEST_PASSWORD } from '../../domain/password/rules.ts';
import { isTooDear, MOST_HASH_COST, MOST_HASH_MEMORY } from '../../domain/password-hash.ts';
import { email, fileOf, group, listOf, oneOf, phone } from './field.ts';
import { ATTRIBUTE } from './tokens.ts';

const text1000 = z.string().max(1000, 'is longer than 1000 characters');

const personName = z
  .string()
  .trim()
  .min(1, 'is empty')
  .max(200, 'is longer than 200 characters')
  .nullable()
  .default(null);

const totpFactor = oneOf('secret', {
  method: z.literal('totp').describe('An authenticator app.'),
  secret: z
    .string()
    .regex(/^[A-Z2-7]+=*$/i, 'is not base32 (RFC 4648, 6)')
    // RFC 4226, 4, requires 128 bits; apps in the field go down to 80, which is 16 characters.
    .min(16, 'is shorter than 16 characters of base32')
    .optional()
    .describe('With `totp`, where it is required: the shared secret in base32.'),
  secret_file: fileOf('secret'),
});

const factor = z.discriminatedUnion('method', [
  totpFactor,
  z.strictObject({
    method: z.literal('email').describe('A code by e-mail. The address counts as confirmed.'),
  }),
  z.strictObject({ method: z.literal('sms').describe('A code by SMS. The account needs a `phone`.') }),
]);

export const accountShape = {
  email: email.describe(
    'Unique over all tenants. Trimmed, and compared without regard to case and to the spelling of its domain.',
  ),
  tenant: z.string().describe('The id of its tenant.'),
  name: z
    .string()
    .trim()
    .min(1, 'is empty')
    .max(200, 'is longer than 200 characters')
    .optional()
    .describe('The name of the person. Default: the address.'),
  given_name: personName.describe('The given name, for relying parties.'),
  family_name: personName.describe('The family name, for relying parties.'),
  username: personName.describe(
    'The name that relying parties show (`preferred_username`). `null`: the e-mail address.',
  ),
  locale: z
    .enum(LOCALES)
    .nullable()
    .default(null)
    .describe('The language of the person. `null`: that of the browser.'),
  attributes: z
    .record(
      z.string().regex(ATTRIBUTE, 'must begin with a letter, and have letters, digits, _ and - alone'),
      z.union([text1000, z.number(), z.boolean(), z.array(text1000).max(100)], {
        error: 'must be a text, a number, true, false or a list of texts',
      }),
    )
    .default({})
    .describe('Further details, for the claims that `claims` defines.'),
  password: z
    .string()
    .min(1, 'is empty')
    .max(LONGEST_PASSWORD, `is longer than ${LONGEST_PASSWORD} characters`)
    .nullable()
    .default(null)
    .describe(
      'The password in clear text, hashed when the account is created. An account without password and hash cannot sign in.',
    ),
  password_file: fileOf('password'),
  password_hash: z
    .string()
    .regex(
      /^\$argon2id\$v=19\$m=\d+,t=\d+,p=\d+\$[A-Za-z0-9+/]+\$[A-Za-z0-9+/]+$/,
      'is not an argon2id hash in PHC form ($argon2id$v=19$m=…,t=…,p=…$salt$hash)',
    )
    .refine((hash) => !isTooDear(hash), {
      error: `costs too much: memory is ${MOST_HASH_MEMORY} KiB, and times passes ${MOST_HASH_COST} at most`,
    })
    .nullable()
    .default(null)
    .describe('An argon2id hash in PHC form, instead of `password`.'),
  password_hash_file: fileOf('password_hash'),
  role: z
    .enum(ROLES)
    .default('member')
    .describe('`helpdesk` helps all members, a `manager` manages groups, an `admin` the tenant.'),
  groups: listOf(group).default([]).describe('The groups of the person.'),
  manages: listOf(group).default([]).describe('The groups that a `manager` manages.'),
  email_confirmed: z.boolean().default(false).describe('Whether the address is confirmed.'),
  phone: phone.nullable().default(null).describe('A telephone number in E.164.'),
  factors: z.array(factor).default([]).describe('Second factors, enrolled when the account is created.'),
};

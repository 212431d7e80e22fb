/** The schema of `sms`. */
import { z } from 'zod';
import { NUMBER_PREFIX } from '../../domain/contact.ts';
import { fileOf, text, webAddress } from './field.ts';

/** The keys of `sms` that a transport needs, and those that it allows. */
export const SMS_TRANSPORT_KEYS = {
  outbox: { needed: [], allowed: [] },
  twilio: { needed: ['account_sid', 'auth_token'], allowed: ['url'] },
  http: {
    needed: ['url'],
    allowed: ['method', 'headers', 'body', 'content_type', 'success', 'bearer_token', 'password'],
  },
  smpp: {
    needed: ['host', 'port', 'system_id', 'password'],
    allowed: ['tls', 'system_type', 'alphabet'],
  },
} as const;

/** Placeholders of a request, in braces. Each message fills them in. */
const PLACES = ['to', 'to_digits', 'from', 'text', 'password'];
const UNKNOWN_PLACE = `has an unknown place: ${PLACES.map((place) => `{${place}}`).join(', ')} are known`;

/** Headers of the connection (RFC 9110, 7.6.1), and headers that have a key of their own. */
const NOT_OURS_TO_SET =
  /^(connection|content-length|content-type|host|keep-alive|te|trailer|transfer-encoding|upgrade)$/i;

const header = z
  .string()
  .regex(/^[\t\x20-\x7e]*$/, 'must be printable ASCII')
  .refine((value) => hasPlaces(value, ['password']), {
    error: 'has an unknown place: {password} alone is known',
  });

const successShape = {
  status: z
    .array(z.int().min(200).max(299))
    .min(1, 'is empty')
    .optional()
    .describe('With `http`: the statuses of an accepted message. Default: 200 to 299.'),
  body: z
    .string()
    .refine(isPattern, { error: 'is not a regular expression' })
    .optional()
    .describe('With `http`: a regular expression that the first 16 KiB of the answer must match as well.'),
};

const limitsShape = {
  per_block_hour: limit(10).describe(
    'Messages an hour to unproven numbers of one block. A block is a thousand numbers that differ in their last three ' +
      'digits only.',
  ),
  per_tenant_day: limit(5000).describe(
    'Messages a day for each tenant: as many for sign-ins, for set-ups and for notices.',
  ),
  per_day: limit(20_000).describe('Messages a day for all tenants together, counted for each use as well.'),
};

export const smsShape = {
  transport: z
    .enum(['outbox', 'twilio', 'http', 'smpp'])
    .default('outbox')
    .describe('`outbox` delivers nothing, and shows every message at `/dev/outbox`. Development only.'),
  from: z
    .string()
    .regex(
      /^(\+[1-9]\d{6,14}|\d{3,8}|[A-Za-z0-9 ]{1,11})$/,
      'must be a number in E.164, a short code, or a name of 11 letters and digits at most',
    )
    .default('Doublelock')
    .describe('The sender that a phone shows.'),
  allowed_prefixes: z
    .array(z.string().regex(NUMBER_PREFIX, 'must be the beginning of a number in E.164, such as +31'))
    .default([])
    .describe(
      'Beginnings of the numbers that may get SMS. Without a prefix there is no SMS outside development.',
    ),
  limits: z.strictObject(limitsShape).prefault({}).describe('Upper limits of messages.'),
  account_sid: text.optional().describe('With `twilio`: the id of the account.'),
  auth_token: text.optional().describe('With `twilio`: the token of the account.'),
  auth_token_file: fileOf('auth_token'),
  url: webAddress
    .refine((value) => hasPlaces(value, PLACES), { error: UNKNOWN_PLACE })
    .refine(hasOneHost, { error: 'must have no place in its host, and before that {password} at most' })
    .optional()
    .describe(
      'With `http`: the address of the gateway. Each message fills in `{to}` (the number), `{to_digits}` (without its plus ' +
        'sign), `{from}`, `{text}` and `{password}`. With `twilio`: another address of its API.',
    ),
  method: z.enum(['GET', 'POST', 'PUT']).default('POST').describe('With `http`: the method of the request.'),
  headers: z
    .record(
      z
        .string()
        .regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/, 'is not the name of a header')
        .refine((name) => !NOT_OURS_TO_SET.test(name), { error: 'is not to be set here' }),
      header,
    )
    .default({})
    .describe('With `http`: further headers. `{password}` is filled in.'),
  content_type: z
    .enum([
      'application/json',
      'application/x-www-form-urlencoded',
      'application/xml',
      'text/xml',
      'text/plain',
    ])
    .default('application/json')
    .describe('With `http`: the type of the body. It decides how filled-in values are escaped.'),
  body: z
    .string()
    .min(1, 'is empty')
    .max(10_000, 'is longer than 10000 characters')
    .refine((value) => hasPlaces(value, PLACES), { error: UNKNOWN_PLACE })
    .optional()
    .describe(
      'With `http`: the body, with the same placeholders as `url`. Default: `to`, `from` and `text`, as JSON or as a form. ' +
        'A `GET` has no body.',
    ),
  success: z
    .strictObject(successShape)
    .prefault({})
    .describe('With `http`: the signs of an accepted message.'),
  bearer_token: text.optional().describe('With `http`: sent as `Authorization: Bearer`.'),
  bearer_token_file: fileOf('bearer_token'),
  host: text.optional().describe('With `smpp`: the host of the server.'),
  port: z.int().min(1).max(65_535).optional().describe('With `smpp`: the port of the server.'),
  tls: z
    .boolean()
    .default(true)
    .describe(
      'With `smpp`: TLS from the first byte. Without it, the network must keep codes and password secret.',
    ),
  system_id: text.optional().describe('With `smpp`: the name of the account.'),
  password: text
    .optional()
    .describe('With `smpp`: the password of the account. With `http`: the value of `{password}`.'),
  password_file: fileOf('password'),
  system_type: z
    .string()
    .max(12, 'is longer than 12 characters')
    .optional()
    .describe('With `smpp`: the system type, if the provider names one.'),
  alphabet: z
    .enum(['gsm', 'latin1', 'ucs2'])
    .default('gsm')
    .describe(
      "With `smpp`: the server's default alphabet, ISO 8859-1, or UCS-2 with 70 characters a message instead of 160. A text " +
        'that the alphabet cannot express goes out as UCS-2.',
    ),
};

function limit(byDefault: number) {
  return z.int().min(1).default(byDefault);
}

function hasPlaces(value: string, known: readonly string[]): boolean {
  return [...value.matchAll(/\{([a-z_]+)\}/g)].every(([, place = '']) => known.includes(place));
}

/** The text of a message must decide neither its host nor its credentials. */
function hasOneHost(value: string): boolean {
  const [, userinfo = '', host = ''] = /^[a-z]+:\/\/(?:([^/?#]*)@)?([^/?#@]*)/i.exec(value) ?? [];
  return hasPlaces(userinfo, ['password']) && !/[{}]/.test(host);
}

function isPattern(value: string): boolean {
  try {
    new RegExp(value);
    return true;
  } catch {
    return false;
  }
}

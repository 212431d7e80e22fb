/** What concerns SMS: by which gateway, in whose name, to which countries, and how many. */
import { z } from 'zod';
import { NUMBER_PREFIX } from '../../domain/contact.ts';
import { fileOf, text, webAddress } from './field.ts';

/** Which keys of `sms` belong to a transport: the first list it needs, the second it may have. */
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

/** What stands in braces in a request, and what each address, number and text of a message is put in for. */
const PLACES = ['to', 'to_digits', 'from', 'text', 'password'];
const UNKNOWN_PLACE = `has an unknown place: ${PLACES.map((place) => `{${place}}`).join(', ')} are known`;

/** Names of headers that belong to the connection or to a key of their own (RFC 9110, 7.6.1). */
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
    .describe(
      'With `http`: the statuses that say that a message was taken; every one from 200 to 299 by default.',
    ),
  body: z
    .string()
    .refine(isPattern, { error: 'is not a regular expression' })
    .optional()
    .describe('With `http`: a regular expression that the answer, its first 16 KiB, must match as well.'),
};

const limitsShape = {
  per_block_hour: limit(10).describe(
    'Messages an hour to numbers that are not verified yet, for each block: the thousand numbers that differ in their ' +
      'last three digits alone.',
  ),
  per_tenant_day: limit(5000).describe('Messages a day for each tenant.'),
  per_day: limit(20_000).describe('Messages a day for all tenants together.'),
};

export const smsShape = {
  transport: z
    .enum(['outbox', 'twilio', 'http', 'smpp'])
    .default('outbox')
    .describe('`outbox` delivers nothing and shows every message at `/dev/outbox`: development only.'),
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
    .describe('Numbers that begin otherwise get no SMS. No prefix listed: no SMS outside development.'),
  limits: z.strictObject(limitsShape).prefault({}).describe('How many messages are paid for at most.'),
  account_sid: text.optional().describe('With `twilio`: the account.'),
  auth_token: text.optional().describe('With `twilio`: its token.'),
  auth_token_file: fileOf('auth_token'),
  url: webAddress
    .refine((value) => hasPlaces(value, PLACES), { error: UNKNOWN_PLACE })
    .refine(hasOneHost, { error: 'must have no place in its host, and before that {password} at most' })
    .optional()
    .describe(
      'With `http`: the address that each message is sent to. `{to}`, `{to_digits}`, `{from}`, `{text}` and ' +
        '`{password}` in it are put in for each message: the number with and without its plus sign, `from`, the text, ' +
        'and `password`. With `twilio`: the address of its API, where that is another one.',
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
    .describe('With `http`: more headers. `{password}` is put in.'),
  content_type: z
    .enum([
      'application/json',
      'application/x-www-form-urlencoded',
      'application/xml',
      'text/xml',
      'text/plain',
    ])
    .default('application/json')
    .describe('With `http`: what the body is, and so how what is put in is escaped.'),
  body: z
    .string()
    .min(1, 'is empty')
    .max(10_000, 'is longer than 10000 characters')
    .refine((value) => hasPlaces(value, PLACES), { error: UNKNOWN_PLACE })
    .optional()
    .describe(
      'With `http`: the body, with the same places as `url`. By default `to`, `from` and `text`, as JSON or as a form; ' +
        'none with `GET`.',
    ),
  success: z
    .strictObject(successShape)
    .prefault({})
    .describe('With `http`: by what an answer says that the message was taken.'),
  bearer_token: text.optional().describe('With `http`: sent as `Authorization: Bearer`.'),
  bearer_token_file: fileOf('bearer_token'),
  host: text.optional().describe('With `smpp`: the server.'),
  port: z.int().min(1).max(65_535).optional().describe('With `smpp`: its port.'),
  tls: z
    .boolean()
    .default(true)
    .describe(
      'With `smpp`: TLS from the first byte. Without it, the network itself must keep codes and password secret.',
    ),
  system_id: text.optional().describe('With `smpp`: the name to bind with.'),
  password: text
    .optional()
    .describe('With `smpp`: the password to bind with. With `http`: what `{password}` stands for.'),
  password_file: fileOf('password'),
  system_type: z
    .string()
    .max(12, 'is longer than 12 characters')
    .optional()
    .describe('With `smpp`: the kind of system, where the provider names one.'),
  alphabet: z
    .enum(['gsm', 'latin1', 'ucs2'])
    .default('gsm')
    .describe(
      'With `smpp`: the alphabet of the server by default, or ISO 8859-1; what it has no letters for goes out as UCS-2. ' +
        '`ucs2` for everything, at 70 characters a message instead of 160.',
    ),
};

function limit(byDefault: number) {
  return z.int().min(1).default(byDefault);
}

function hasPlaces(value: string, known: readonly string[]): boolean {
  return [...value.matchAll(/\{([a-z_]+)\}/g)].every(([, place = '']) => known.includes(place));
}

/** Where a message goes, and as whom, must not hang on what it says. */
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

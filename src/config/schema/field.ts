/** The kinds of value in a configuration, each with the reasons of its refusals. */
import { z } from 'zod';
import { isEmail, LONGEST_GROUP, normaliseEmail } from '../../domain/account.ts';

/** Characters. A shorter key can be guessed (256 bits are 64 characters of hexadecimal, 43 of base64). */
const MIN_SECRET_CHARACTERS = 32;

/** A key or a password of a machine, not of a person. */
export const secret = z
  .string()
  .min(MIN_SECRET_CHARACTERS, `is a weak secret: ${MIN_SECRET_CHARACTERS} characters at least`);

/** `<key>_file`: the path of a file that holds the secret, as container platforms provide it. */
export function fileOf(key: string) {
  return z
    .string()
    .min(1, 'is empty')
    .optional()
    .describe(`A file that holds \`${key}\` instead, relative to the configuration file.`);
}

/** A map that requires `key` or its `_file` form. */
export function oneOf<S extends z.ZodRawShape>(key: string, shape: S) {
  return z.strictObject(shape).refine((map) => key in map || `${key}_file` in map, {
    path: [key],
    error: 'is required',
  });
}

export const text = z.string().trim().min(1, 'is empty').max(200, 'is longer than 200 characters');

/** One address, without characters that could start a header or a second recipient. */
export const email = z
  .string()
  .max(254, 'is longer than 254 characters (RFC 5321, 4.5.3.1.3)')
  .regex(/^\s*[^\s@,;:<>()[\]"\\]+@[^\s@,;:<>()[\]"\\]+\s*$/, {
    error: 'is not an e-mail address',
    abort: true,
  })
  .refine((typed) => isEmail(normaliseEmail(typed)), {
    error: 'has a domain that cannot exist (RFC 5891): check its letters and dots',
  });

export const phone = z
  .string()
  .regex(/^\+[1-9]\d{6,14}$/, 'is not a telephone number in E.164, such as +31612345678');

export const webAddress = z.string().refine((value) => protocolOf(value, ['https:', 'http:']), {
  error: 'is not an address that begins with https:// or http://',
});

/** An address of a relying party, compared character by character (RFC 9700, 2.1). */
export const redirectAddress = z
  .string()
  .refine((value) => URL.canParse(value), { error: 'is not an absolute address' })
  .refine((value) => !value.includes('#'), { error: 'must have no fragment (RFC 6749, 3.1.2)' })
  .refine((value) => !value.includes('*'), {
    error: 'is compared as it stands: list each address, * is no wildcard',
  });

/** An identifier that people type, and that is part of addresses and records. */
export const identifier = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/,
    'must be letters, digits, dots, hyphens and underscores, 63 at most, the first a letter or digit',
  );

export const group = z
  .string()
  .trim()
  .min(1, 'is empty')
  .max(LONGEST_GROUP, `is longer than ${LONGEST_GROUP} characters`);

/** A list without repeated values. */
export function listOf<T extends z.ZodType<string>>(item: T) {
  return z.array(item).refine((values) => new Set(values).size === values.length, {
    error: 'has a value twice',
  });
}

/** Printable ASCII without spaces: what OAuth allows in an identifier or a secret (RFC 6749, appendix A). */
export const VISIBLE_ASCII = /^[\x21-\x7e]+$/;

function protocolOf(value: string, allowed: readonly string[]): boolean {
  const url = URL.parse(value);
  return url !== null && allowed.includes(url.protocol);
}

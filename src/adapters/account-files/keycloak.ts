/** Accounts in the export of a Keycloak realm (`kc.sh export`): the array `users` of a realm, or of a file of users. */
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream';
import { ScureBase32Plugin } from 'otplib';
import { parser } from 'stream-json';
import { pick } from 'stream-json/filters/pick.js';
import { streamArray } from 'stream-json/streamers/stream-array.js';
import { z } from 'zod';
import type { AccountRow, AccountRows } from '../../domain/account-row.ts';
import { readJson } from '../../domain/json.ts';
import { otpauthUri } from './otpauth.ts';

const base32 = new ScureBase32Plugin();

const user = z.object({
  username: z.string().optional(),
  email: z.string().optional(),
  emailVerified: z.boolean().default(false),
  enabled: z.boolean().default(true),
  firstName: z.string().optional(),
  lastName: z.string().optional(),
  serviceAccountClientId: z.string().optional(),
  attributes: z.record(z.string(), z.array(z.string())).default({}),
  groups: z.array(z.string()).default([]),
  credentials: z
    .array(
      z.object({
        type: z.string(),
        secretData: z.string().default('{}'),
        credentialData: z.string().default('{}'),
      }),
    )
    .default([]),
});

type User = z.infer<typeof user>;

const otpData = z.object({
  subType: z.string(),
  digits: z.number(),
  period: z.number(),
  algorithm: z.string(),
  secretEncoding: z.string().nullish(),
});

const argonData = z.object({
  hashIterations: z.number(),
  algorithm: z.string(),
  additionalParameters: z
    .object({
      memory: z.tuple([z.string()]).rest(z.string()),
      type: z.tuple([z.string()]).rest(z.string()),
      version: z.tuple([z.string()]).rest(z.string()),
      parallelism: z.tuple([z.string()]).rest(z.string()),
    })
    .partial()
    .default({}),
});

/** Throws one line when the file is no such export. */
export async function* readKeycloak(path: string): AccountRows {
  const stages = [parser.asStream(), pick.asStream({ filter: 'users' }), streamArray.asStream()] as const;
  // The last stage passes on every failure to its reader.
  const items = pipeline([createReadStream(path), ...stages], () => {}) as unknown as AsyncIterable<{
    key: number;
    value: unknown;
  }>;
  let count = 0;
  try {
    for await (const { key, value } of items) {
      count += 1;
      const row = rowOf(value, `user ${key + 1}`);
      if (row) yield row;
    }
  } catch (error) {
    if (error instanceof Error && 'code' in error) throw error;
    throw new Error(`${path} is no export of a Keycloak realm: it can't be read as JSON`, { cause: error });
  }
  if (count === 0)
    throw new Error(`${path} has no users: export with --users realm_file, or name a file of users`);
}

/** Null for a service account, which is no person. */
function rowOf(value: unknown, at: string): AccountRow | null {
  const read = user.safeParse(value);
  if (!read.success) return { at, fields: {}, faults: ['is no user of a Keycloak realm'], notes: [] };
  const person = read.data;
  if (person.serviceAccountClientId !== undefined) return null;
  const notes: string[] = [];
  const name = [person.firstName, person.lastName].filter(Boolean).join(' ') || person.username;
  const fields: Record<string, unknown> = {
    email: person.email,
    name,
    given_name: person.firstName,
    family_name: person.lastName,
    username: person.username,
    groups: [...new Set(person.groups.map((group) => group.replace(/^\//, '')))],
    email_confirmed: person.emailVerified,
    disabled: !person.enabled,
    password_hash: passwordOf(person, notes),
    totp: totpOf(person, notes),
  };
  const [locale] = person.attributes.locale ?? [];
  if (locale !== undefined) fields.locale = locale.slice(0, 2);
  const faults =
    person.email === undefined ? [`${person.username ?? 'this user'} has no e-mail address`] : [];
  return { at, fields, faults, notes };
}

function passwordOf({ credentials }: User, notes: string[]): string | undefined {
  const found = credentials.find(({ type }) => type === 'password');
  if (!found) return undefined;
  const data = read(argonData, found.credentialData);
  const secret = read(z.object({ value: z.string(), salt: z.string() }), found.secretData);
  const { type, version, memory, parallelism } = data?.additionalParameters ?? {};
  if (data?.algorithm !== 'argon2' || type?.[0] !== 'id' || version?.[0] !== '1.3' || !secret) {
    notes.push(`its password hash (${data?.algorithm ?? 'unreadable'}) is not taken: invite the person`);
    return undefined;
  }
  const cost = `m=${memory?.[0] ?? ''},t=${data.hashIterations},p=${parallelism?.[0] ?? '1'}`;
  return `$argon2id$v=19$${cost}$${unpadded(secret.salt)}$${unpadded(secret.value)}`;
}

/** Keycloak keeps the bytes of a key as text, unless it names their encoding. */
function totpOf({ credentials }: User, notes: string[]): string | undefined {
  const keys = credentials.filter(({ type }) => type === 'otp');
  const [first] = keys;
  if (!first) return undefined;
  if (keys.length > 1) notes.push('only the first of its authenticator apps is taken');
  const data = read(otpData, first.credentialData);
  const secret = read(z.object({ value: z.string() }), first.secretData);
  if (data?.subType !== 'totp' || !secret) {
    notes.push('its authenticator is not taken: it has no code that changes with time');
    return undefined;
  }
  const isEncoded = data.secretEncoding?.toUpperCase() === 'BASE32';
  const text = isEncoded
    ? secret.value
    : base32.encode(new TextEncoder().encode(secret.value), { padding: false });
  return otpauthUri({ ...data, secret: text });
}

function read<T extends z.ZodType>(shape: T, text: string): z.infer<T> | null {
  return shape.safeParse(readJson(text)).data ?? null;
}

function unpadded(base64: string): string {
  return base64.replace(/=+$/, '');
}

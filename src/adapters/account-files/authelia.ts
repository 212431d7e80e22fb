/**
 * Accounts in Authelia's `users_database.yml`, with the keys of `authelia storage user totp export`. Authelia itself reads
 * both files whole.
 */
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import type { AccountRow, AccountRows } from '../../domain/account-row.ts';
import { otpauthUri } from './otpauth.ts';

const database = z.object({
  users: z.record(
    z.string(),
    z.object({
      displayname: z.string().optional(),
      email: z.string().optional(),
      password: z.string().optional(),
      given_name: z.string().optional(),
      family_name: z.string().optional(),
      disabled: z.boolean().default(false),
      groups: z.array(z.string()).nullish(),
    }),
  ),
});

const totpExport = z.object({
  totp_configurations: z.array(
    z.object({
      username: z.string(),
      algorithm: z.string(),
      digits: z.number(),
      period: z.number(),
      /** base64 of the key in base32. */
      secret: z.string(),
    }),
  ),
});

type AutheliaUser = z.infer<typeof database>['users'][string];

/** Throws one line when a file is not of its kind. `totpPath` null: no authenticator app is taken over. */
export async function* readAuthelia(path: string, totpPath: string | null): AccountRows {
  const { users } = read(path, database, "is no users_database.yml of Authelia: it needs a map 'users'");
  const keys = new Map<string, string>();
  if (totpPath !== null) {
    const { totp_configurations: found } = read(
      totpPath,
      totpExport,
      "is no export of 'authelia storage user totp export'",
    );
    for (const { username, secret, ...totp } of found)
      keys.set(
        username.toLowerCase(),
        otpauthUri({ ...totp, secret: Buffer.from(secret, 'base64').toString('latin1') }),
      );
  }
  for (const [username, user] of Object.entries(users)) yield rowOf(username, user, keys);
}

function rowOf(username: string, user: AutheliaUser, keys: ReadonlyMap<string, string>): AccountRow {
  const notes: string[] = [];
  const isArgon2id = user.password?.startsWith('$argon2id$') ?? false;
  if (user.password !== undefined && !isArgon2id)
    notes.push('its password hash is no argon2id and is not taken: invite the person');
  return {
    at: `user ${username}`,
    fields: {
      email: user.email,
      name: user.displayname || username,
      given_name: user.given_name,
      family_name: user.family_name,
      username,
      groups: [...new Set(user.groups ?? [])],
      email_confirmed: false,
      disabled: user.disabled,
      password_hash: isArgon2id ? user.password : undefined,
      totp: keys.get(username.toLowerCase()),
    },
    faults: user.email ? [] : ['has no e-mail address'],
    notes,
  };
}

function read<T extends z.ZodType>(path: string, shape: T, reason: string): z.infer<T> {
  const text = readFileSync(path, 'utf8');
  let data: unknown;
  try {
    data = parse(text);
  } catch (cause) {
    throw new Error(`${path} ${reason}`, { cause });
  }
  const result = shape.safeParse(data);
  if (!result.success) throw new Error(`${path} ${reason}`);
  return result.data;
}

/** Sign-in transactions in Redis: a hash for each, with the writer of each version. The keys are called `progress`. */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { readJson } from '../../domain/json.ts';
import { isMethodName, type MethodName } from '../../domain/methods/method.ts';
import type { AuthenticationEvent } from '../../domain/policy/assurance.ts';
import { PURPOSES } from '../../domain/sign-in/challenge.ts';
import {
  fromStoredAuthentications,
  toStoredAuthentication,
} from '../../domain/sign-in/stored-authentication.ts';
import { EMPTY_TRANSACTION, type SignInTransaction } from '../../domain/sign-in/transaction.ts';
import { readUndo } from '../../domain/sign-in/undo.ts';
import type { TransactionStore } from '../../ports/stores.ts';
import type { Clock } from '../../ports/system.ts';
import type { Connection } from './connection.ts';
import { type KeyOf, lifetimeOf } from './keys.ts';
import { createScript } from './script.ts';

/**
 * A method that this release does not know makes it unreadable: proofs that cannot be judged must not count. Other
 * additions of a newer release are passed on.
 */
const STORED = z.looseObject({
  uid: z.string(),
  version: z.number(),
  accountId: z.string(),
  proofs: z
    .array(z.unknown())
    .transform(fromStoredAuthentications)
    .pipe(z.array(z.custom<AuthenticationEvent>())),
  pending: z
    .looseObject({
      enrolmentId: z.string(),
      method: z.custom<MethodName>(isMethodName),
      secret: z.string().nullable(),
      replaces: z
        .looseObject({ enrolmentId: z.string(), method: z.custom<MethodName>(isMethodName) })
        .optional(),
    })
    .nullable(),
  // These are absent from what an older release has written.
  challenges: z
    .array(
      z.looseObject({
        id: z.string(),
        method: z.custom<MethodName>(isMethodName),
        purpose: z.enum(PURPOSES),
        digest: z.string(),
        sentAt: z.number(),
        expiresAt: z.number(),
      }),
    )
    .default([...EMPTY_TRANSACTION.challenges]),
  isSetUpProven: z.boolean().default(EMPTY_TRANSACTION.isSetUpProven),
  newCodes: z.string().nullable().default(EMPTY_TRANSACTION.newCodes),
  trustBrowser: z.boolean().default(EMPTY_TRANSACTION.trustBrowser),
  canUsePasskeys: z.boolean().default(EMPTY_TRANSACTION.canUsePasskeys),
  later: z.boolean(),
  undo: z.unknown().transform(readUndo),
  keepsAuthTime: z.number().nullable(),
  expiresAt: z.number(),
});

/** The stored field names are part of the schema and never change. */
function fromStored({ proofs, pending, ...stored }: z.output<typeof STORED>): SignInTransaction {
  return { ...stored, authentications: proofs, pendingEnrolment: pending };
}

function toStored({ authentications, pendingEnrolment, ...transaction }: SignInTransaction) {
  return { ...transaction, proofs: authentications.map(toStoredAuthentication), pending: pendingEnrolment };
}

/**
 * Given: the key; the version that was read, the new value, its lifetime, and the call's own id. By that id a call that
 * is sent twice finds that it won.
 */
const SAVE = createScript(
  'refusable',
  `
  local author = 'author:' .. ARGV[1]
  if redis.call('HGET', KEYS[1], author) == ARGV[4] then return 1 end
  if (redis.call('HGET', KEYS[1], 'version') or '0') ~= ARGV[1] then return 0 end
  redis.call('HSET', KEYS[1], 'version', ARGV[1] + 1, 'value', ARGV[2], author, ARGV[4])
  redis.call('PEXPIRE', KEYS[1], ARGV[3])
  return 1`,
);

/** Given: the key; what was read there. */
const FORGET = createScript(
  'always',
  `
  if redis.call('HGET', KEYS[1], 'value') == ARGV[1] then redis.call('DEL', KEYS[1]) end
  return 1`,
);

export function createTransactionStore(connection: Connection, keyOf: KeyOf, clock: Clock): TransactionStore {
  const key = (uid: string) => keyOf('progress', uid);

  return {
    async find(uid, now) {
      const text = await connection.send('hget', key(uid), 'value');
      if (typeof text !== 'string') return null;
      const stored = STORED.safeParse(readJson(text)).data;
      if (stored && stored.expiresAt > now) return fromStored(stored);
      // An expired or unreadable value must not block a new one, which begins at version 0.
      await connection.run(FORGET, [key(uid)], [text]);
      return null;
    },
    async save(transaction) {
      const { uid, version, expiresAt } = transaction;
      const next = { ...transaction, version: version + 1 };
      const args = [version, JSON.stringify(toStored(next)), lifetimeOf(expiresAt, clock), randomUUID()];
      return (await connection.run(SAVE, [key(uid)], args)) === 1 ? next : null;
    },
    async remove(uid) {
      await connection.send('del', key(uid));
    },
  };
}

/**
 * Durable failure counters and locks in MongoDB. Each is an insert of its own: servers that read before they write
 * would lose failures that come at once, and of two locks the longer.
 */
import { trusted } from 'mongoose';
import type { Lockout, LockoutStore } from '../../ports/stores.ts';
import type { Connection } from './connection.ts';
import { isFirst } from './faults.ts';
import type { LockoutDocument, Models } from './schema/collections.ts';
import { findBy, idOf } from './stored-values.ts';
import { createLine } from './writes/line.ts';

/** Every so many failures those that no longer matter are deleted. */
const FOLD_EVERY = 16;
/** In milliseconds: nobody is still about to insert the successor of one that is so old. */
const FOLD_AFTER_MS = 3_600_000;

export function toLockout(snapshot: readonly LockoutDocument[]): Lockout {
  const failures: Record<string, number> = {};
  let lockedUntil = 0;
  let level = 0;
  for (const { kind, bucket, value, at } of snapshot) {
    if (kind === 'failure' && bucket !== null) failures[bucket] = Math.max(failures[bucket] ?? 0, value);
    if (kind === 'lock') lockedUntil = Math.max(lockedUntil, at.getTime());
    if (kind === 'level') level = Math.max(level, value);
  }
  return { lockedUntil, level, failures };
}

export function createLockoutStore({ act }: Connection, { lockouts }: Models): LockoutStore {
  const inLine = createLine();

  /** Takes the next number that nobody has. One that comes while the bucket is cleared may count on: never too few. */
  async function addFailure(subject: string, bucket: string, now: number): Promise<number> {
    const of = { subject, kind: 'failure', bucket } as const;
    const newest = await lockouts.findOne(of).sort({ value: -1 }).lean();
    const at = new Date(now);
    let value = (newest?.value ?? 0) + 1;
    while (
      !(await isFirst(lockouts.insertOne({ ...of, _id: idOf(subject, 'failure', bucket, value), value, at })))
    )
      value += 1;
    if (value % FOLD_EVERY === 0) {
      const old = trusted({ $lt: new Date(now - FOLD_AFTER_MS) });
      await lockouts.deleteMany({ ...of, value: trusted({ $lt: value }), at: old });
    }
    return value;
  }

  async function clear(subject: string, bucket: string): Promise<void> {
    const snapshot = await lockouts.find({ subject }).lean();
    const others = snapshot.some((fact) => fact.kind === 'failure' && fact.bucket !== bucket);
    const levels = snapshot.flatMap(({ kind, _id }) => (kind === 'level' ? [_id] : []));
    await Promise.all([
      lockouts.deleteMany({ subject, kind: 'failure', bucket }),
      // Those that were there: a lock made meanwhile keeps its level.
      others || levels.length === 0 ? null : lockouts.deleteMany({ _id: trusted({ $in: levels }) }),
    ]);
  }

  return {
    read: (subject) => act(async () => toLockout(await findBy<LockoutDocument>(lockouts, { subject }))),
    addFailure: (subject, bucket, now) =>
      act(() => inLine(idOf(subject, bucket), () => addFailure(subject, bucket, now))),
    lock: (subject, lockedUntil, level, accountId) =>
      act(async () => {
        const of = { subject, bucket: null, at: new Date(lockedUntil) };
        const _id = idOf(subject, 'lock', lockedUntil);
        const lock = { ...of, _id, kind: 'lock', value: 0, accountId } as const;
        const reached = { ...of, _id: idOf(subject, 'level', level), kind: 'level', value: level } as const;
        await Promise.all([isFirst(lockouts.insertOne(lock)), isFirst(lockouts.insertOne(reached))]);
      }),
    clear: (subject, bucket) => act(() => clear(subject, bucket)),
    reset: (subject) => act(async () => void (await lockouts.deleteMany({ subject }))),
  };
}

/**
 * Seals the lines of the audit trail that are not sealed yet, in batches. A line is sealed a minute after its time, so that
 * lines of one moment are sealed together. A line that comes later, from an instance whose clock lags, is in the next seal:
 * a seal lists its lines one by one. No writer of lines waits.
 */
import { type AuditSeal, isWhole, sealOf } from '../../../domain/audit/seal.ts';
import type { AuditSealStore } from '../../../ports/administration/audit-seals.ts';
import type { Clock } from '../../../ports/system.ts';

interface SealingDeps {
  readonly seals: Pick<AuditSealStore, 'last' | 'insert' | 'complete' | 'unsealed' | 'dropLists'>;
  readonly clock: Clock;
  /** For how long lines are kept, in milliseconds. */
  readonly retentionMs: number;
}

export interface Sealing {
  /**
   * Gives the number of lines that it has sealed. Rejects when the newest seal is damaged: nothing may be sealed over that.
   * An aborted signal ends it between two batches.
   */
  sealNew(signal?: AbortSignal): Promise<number>;
  /** The newest seal, to be kept elsewhere. Null: there is none. */
  newest(): Promise<AuditSeal | null>;
}

/** Milliseconds between the time of a line and its sealing. */
const SETTLE_MS = 60_000;
/** Lines of a seal: some milliseconds of the store. */
const BATCH = 250;
/** Batches of one call. A store of an older release has many lines at first. */
const MOST_BATCHES = 400;

export function createSealing({ seals, clock, retentionMs }: SealingDeps): Sealing {
  async function sealNew(signal?: AbortSignal): Promise<number> {
    let total = 0;
    for (let batch = 0; batch < MOST_BATCHES && !signal?.aborted; batch += 1) {
      const previous = await seals.last();
      if (previous && !isWhole(previous))
        throw new Error(`seal ${previous.number} is damaged: run "doublelock audit verify"`);
      // A process that died after its seal has left the lines of it unmarked.
      if (previous) await seals.complete(previous);
      const now = clock.now();
      const lines = await seals.unsealed(now - SETTLE_MS, BATCH);
      if (lines.length === 0) break;
      const seal = sealOf({ previous, lines, sealedAt: now, removedBefore: now - retentionMs });
      // Another instance has made a seal of this number, and goes on.
      if (!(await seals.insert(seal))) break;
      await seals.complete(seal);
      total += lines.length;
      if (lines.length < BATCH) break;
    }
    const last = await seals.last();
    if (last) await seals.dropLists(last.removedBefore);
    return total;
  }

  async function newest(): Promise<AuditSeal | null> {
    const last = await seals.last();
    if (last === null) return null;
    const { lines: _, ...seal } = last;
    return seal;
  }

  return { sealNew, newest };
}

/**
 * Verifies the chain of seals, and each line of the audit trail against the seal that lists it. One batch of lines is held
 * at a time. The first fault ends it.
 */
import {
  type AuditSeal,
  digestOf,
  isWhole,
  type SealedLine,
  type StoredSeal,
} from '../../../domain/audit/seal.ts';
import type { AuditPlace } from '../../../domain/audit/search.ts';
import type { AuditEvent } from '../../../domain/events.ts';
import type { AuditSealStore } from '../../../ports/administration/audit-seals.ts';
import type { Clock } from '../../../ports/system.ts';

interface VerificationDeps {
  readonly seals: Pick<AuditSealStore, 'page' | 'marked' | 'find' | 'findBeyond' | 'unsealed'>;
  readonly clock: Clock;
  /** For how long lines are kept, in milliseconds. */
  readonly retentionMs: number;
}

export type FaultKind =
  | 'line_altered'
  | 'line_missing'
  /** It names a seal that does not list it. */
  | 'line_inserted'
  /** It came much later than its own time: from a lagging clock, or it was inserted. */
  | 'line_late'
  | 'seal_altered'
  | 'seal_missing'
  /** The seal that was kept elsewhere is another one. */
  | 'seal_replaced';

export interface AuditFault {
  readonly kind: FaultKind;
  readonly seal: number | null;
  /** The line, with the time that its seal states. */
  readonly line: AuditPlace | null;
}

export interface Verified {
  /** Null: everything is as it was sealed. */
  readonly fault: AuditFault | null;
  /** Those that were verified. */
  readonly seals: number;
  readonly lines: number;
  /** Lines before this time may be gone, in milliseconds since the epoch. Null: none is gone. */
  readonly removedBefore: number | null;
  readonly removed: number;
  /** Late lines that were accepted, of which only some are named. */
  readonly late: readonly AuditPlace[];
  readonly last: AuditSeal | null;
}

export interface VerificationOptions {
  /** A seal that was kept elsewhere. */
  readonly kept: AuditSeal | null;
  readonly acceptLate: boolean;
}

export type VerifyAudit = (options: VerificationOptions) => Promise<Verified>;

/** Milliseconds. A clock that lags by more can check no code either. */
const LATE_MS = 10 * 60_000;
const SEALS_AT_ONCE = 20;
const LINES_AT_ONCE = 500;
/** Late lines that are named. */
const MOST_LATE = 100;

/** A chain without a fault. */
interface Walked {
  readonly fault: null;
  readonly last: StoredSeal | null;
  /** As the seals tell it. */
  readonly removedBefore: number;
}

type Chain = Walked | { readonly fault: AuditFault };

interface Count {
  seals: number;
  lines: number;
  removed: number;
  readonly late: AuditPlace[];
}

export function createAuditVerification({ seals, clock, retentionMs }: VerificationDeps): VerifyAudit {
  /** The seals after the one of this number. */
  async function* after(number: number): AsyncGenerator<StoredSeal> {
    let place = number;
    for (;;) {
      const page = await seals.page(place, SEALS_AT_ONCE);
      yield* page;
      place = page.at(-1)?.number ?? place;
      if (page.length < SEALS_AT_ONCE) return;
    }
  }

  /** The seals by themselves. Gives the newest one, and the time up to which retention has removed lines. */
  async function chain(kept: AuditSeal | null): Promise<Chain> {
    const walked: { last: StoredSeal | null; removedBefore: number } = { last: null, removedBefore: 0 };
    for (;;) {
      for await (const seal of after(walked.last?.number ?? 0)) {
        const number = (walked.last?.number ?? 0) + 1;
        if (seal.number !== number) return { fault: faultOf('seal_missing', number) };
        if (!isWhole(seal) || seal.previous !== (walked.last?.hash ?? ''))
          return { fault: faultOf('seal_altered', number) };
        if (kept?.number === number && kept.hash !== seal.hash)
          return { fault: faultOf('seal_replaced', number) };
        walked.removedBefore = Math.max(walked.removedBefore, seal.removedBefore);
        walked.last = seal;
      }
      const newest = walked.last?.number ?? 0;
      const beyond = await seals.findBeyond(newest);
      // A server may have sealed more meanwhile.
      if (beyond && (await seals.page(newest, 1)).length > 0) continue;
      if (beyond || (kept && kept.number > newest))
        return { fault: faultOf('seal_missing', newest + 1, beyond?.line) };
      return { fault: null, ...walked };
    }
  }

  /** The lines that name a seal, beside the list of the seal. */
  async function linesOf(seal: StoredSeal, { last, removedBefore }: Walked, count: Count) {
    const { number, lines } = seal;
    const removed = () => Math.max(removedBefore, clock.now() - retentionMs);
    if (lines === null) {
      count.removed += seal.count;
      return seal.last.atMs <= removed() ? null : faultOf('seal_altered', number);
    }
    const left = new Map<string, SealedLine>(lines.map((line) => [line.id, line]));
    for await (const line of marked(number)) {
      const sealed = left.get(line.id);
      if (!sealed) return faultOf('line_inserted', number, line);
      if (digestOf(line) !== sealed.digest) return faultOf('line_altered', number, sealed);
      left.delete(line.id);
      count.lines += 1;
    }
    for (const sealed of left.values()) {
      const found = await seals.find(sealed.id);
      // A process that died after its seal has left the lines of it unmarked, until the next seal.
      const isUnmarked = number === last?.number && found?.seal === null;
      if (found && !(isUnmarked && digestOf(found.line) === sealed.digest))
        return faultOf('line_altered', number, sealed);
      if (!found && sealed.atMs > removed()) return faultOf('line_missing', number, sealed);
      count[found ? 'lines' : 'removed'] += 1;
    }
    return null;
  }

  async function* marked(seal: number): AsyncGenerator<AuditEvent> {
    let place = '';
    for (;;) {
      const page = await seals.marked(seal, place, LINES_AT_ONCE);
      yield* page;
      place = page.at(-1)?.id ?? place;
      if (page.length < LINES_AT_ONCE) return;
    }
  }

  /** A line without a seal that is much older than what is sealed. */
  async function unsealedLate(last: StoredSeal | null, reached: number): Promise<AuditEvent | null> {
    if (last === null) return null;
    const listed = new Set(last.lines?.map(({ id }) => id));
    const old = await seals.unsealed(reached - LATE_MS - 1, listed.size + 1);
    return old.find(({ id }) => !listed.has(id)) ?? null;
  }

  return async ({ kept, acceptLate }) => {
    const count: Count = { seals: 0, lines: 0, removed: 0, late: [] };
    const walked = await chain(kept);
    if (walked.fault) return { ...count, fault: walked.fault, removedBefore: null, last: null };
    const { last } = walked;

    function result(fault: AuditFault | null): Verified {
      const removedBefore = Math.max(walked.fault ? 0 : walked.removedBefore, clock.now() - retentionMs);
      const newest = last && withoutLines(last);
      return { ...count, fault, removedBefore: count.removed > 0 ? removedBefore : null, last: newest };
    }

    /** The latest time that earlier seals have reached. */
    let reached = Number.NEGATIVE_INFINITY;
    for await (const seal of after(0)) {
      if (seal.number > (last?.number ?? 0)) break;
      const fault = await linesOf(seal, walked, count);
      if (fault) return result(fault);
      const late = seal.lines?.filter(({ atMs }) => atMs < reached - LATE_MS) ?? [];
      const [first] = late;
      if (first && !acceptLate) return result(faultOf('line_late', seal.number, first));
      for (const { atMs, id } of late.slice(0, MOST_LATE - count.late.length)) count.late.push({ atMs, id });
      reached = Math.max(reached, seal.last.atMs);
      count.seals += 1;
    }
    const late = acceptLate ? null : await unsealedLate(last, reached);
    return result(late && faultOf('line_late', null, late));
  };
}

function withoutLines({ lines: _, ...seal }: StoredSeal): AuditSeal {
  return seal;
}

function faultOf(kind: FaultKind, seal: number | null, line?: AuditPlace): AuditFault {
  return { kind, seal, line: line ? { atMs: line.atMs, id: line.id } : null };
}

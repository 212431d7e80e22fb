/** Translates the result codes of SQLite (https://sqlite.org/rescode.html) for the callers of the stores. */
import { StoreUnavailable } from '../../../ports/faults.ts';

/** Somebody else holds the lock: worth asking again. BUSY, LOCKED, and PROTOCOL (a race for the WAL's index). */
const LOCKED: ReadonlySet<number> = new Set([5, 6, 15]);
/** The file cannot be used now: READONLY, IOERR, CORRUPT, FULL, CANTOPEN, NOTADB. */
const UNUSABLE: ReadonlySet<number> = new Set([8, 10, 11, 13, 14, 26]);
/** No room left: FULL, and the extended code IOERR_WRITE, which is what a quota or a file size limit gives. */
const NO_ROOM: ReadonlySet<number> = new Set([13, 778]);

/** The extended result code; null when it was not SQLite that failed. */
function resultCode(error: unknown): number | null {
  if (!(error instanceof Error) || !('errcode' in error)) return null;
  return typeof error.errcode === 'number' ? error.errcode : null;
}

/** The primary code is the low byte of the extended one. */
function hasCode(error: unknown, codes: ReadonlySet<number>): boolean {
  const code = resultCode(error);
  return code !== null && (codes.has(code) || codes.has(code & 0xff));
}

function isClosed(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_INVALID_STATE';
}

export function isLocked(error: unknown): boolean {
  return hasCode(error, LOCKED);
}

export function isFull(error: unknown): boolean {
  return hasCode(error, NO_ROOM);
}

/** `StoreUnavailable` for what ends by itself or by an operator's hand; a fault of ours stays what it is. */
export function asStoreFault(name: string, error: unknown): unknown {
  if (!(isLocked(error) || hasCode(error, UNUSABLE) || isClosed(error))) return error;
  const reason = error instanceof Error ? error.message : 'unusable';
  return new StoreUnavailable(`${name}: ${reason}`, { cause: error });
}

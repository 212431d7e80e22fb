/** The conditions of a list of audit lines, and the place of a line in it. */
import type { AuditEvent } from '../events.ts';

/** Every condition that is stated must hold. */
export interface AuditConditions {
  /** The account that a line is about. */
  readonly accountId?: string | undefined;
  /** As a line names it: the id of an account, `operator` or `host`. */
  readonly actor?: string | undefined;
  /** The name of an event. It may be of a newer release. */
  readonly event?: string | undefined;
  readonly reference?: string | undefined;
  /** Milliseconds since the epoch: at this time or later. */
  readonly since?: number | undefined;
  /** Milliseconds since the epoch: before this time. */
  readonly until?: number | undefined;
}

/** The place of a line in a list that begins with the newest. */
export type AuditPlace = Pick<AuditEvent, 'atMs' | 'id'>;

/** Characters. An id is a time, the name of an event, and a key of its use case. */
const LONGEST_ID = 400;
const SHAPE = /^(\d{1,15})\.(.+)$/s;

/** The place as an address carries it. */
export function placeText({ atMs, id }: AuditPlace): string {
  return `${atMs}.${id}`;
}

/** Null for a text that names no place. */
export function readPlace(text: string): AuditPlace | null {
  const [, atMs, id] = SHAPE.exec(text) ?? [];
  if (atMs === undefined || id === undefined || id.length > LONGEST_ID) return null;
  return { atMs: Number(atMs), id };
}

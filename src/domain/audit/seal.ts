/**
 * The chain of seals over the audit trail. A seal lists the digests of a batch of lines, and names the hash of the seal
 * before it. So an altered, inserted or removed line is found, and a removed seal too.
 */
import { createHash } from 'node:crypto';
import type { AuditEvent } from '../events.ts';
import { isObject, readJson, readObject } from '../json.ts';
import type { AuditPlace } from './search.ts';
import { type Tally, talliesOf } from './tally.ts';

/** A line as its seal lists it. */
export interface SealedLine extends AuditPlace {
  readonly digest: string;
}

export interface AuditSeal {
  /** From 1 on, without a gap. */
  readonly number: number;
  /** The hash of the seal before it; empty for the first one. */
  readonly previous: string;
  /** Milliseconds since the epoch. */
  readonly sealedAt: number;
  /** Retention had removed the lines before this time, in milliseconds since the epoch. */
  readonly removedBefore: number;
  readonly count: number;
  readonly first: AuditPlace;
  readonly last: AuditPlace;
  /** Over the list of lines, so that the chain can be verified without the lists. */
  readonly linesDigest: string;
  readonly tallies: readonly Tally[];
  /** Over all of the above. */
  readonly hash: string;
}

export interface StoredSeal extends AuditSeal {
  /** In the order of their times. Null once retention has removed the lines. */
  readonly lines: readonly SealedLine[] | null;
}

interface Sealing {
  readonly previous: AuditSeal | null;
  /** At least one. */
  readonly lines: readonly AuditEvent[];
  readonly sealedAt: number;
  readonly removedBefore: number;
}

export function sealOf({ previous, lines, sealedAt, removedBefore }: Sealing): StoredSeal {
  const listed = lines
    .map((line) => ({ id: line.id, atMs: line.atMs, digest: digestOf(line) }))
    .sort((a, b) => a.atMs - b.atMs || (a.id < b.id ? -1 : 1));
  const [first, last] = [listed.at(0), listed.at(-1)];
  if (!first || !last) throw new Error('a seal needs a line');
  const content = {
    number: (previous?.number ?? 0) + 1,
    previous: previous?.hash ?? '',
    sealedAt,
    removedBefore: Math.max(removedBefore, previous?.removedBefore ?? 0),
    count: listed.length,
    first: { atMs: first.atMs, id: first.id },
    last: { atMs: last.atMs, id: last.id },
    linesDigest: digestOfList(listed),
    tallies: talliesOf(lines),
  };
  return { ...content, hash: hashOf(content), lines: listed };
}

/** The digest of what a line says. A missing detail and null are the same. */
export function digestOf(line: AuditEvent): string {
  const { id, atMs, event, accountId, tenantId, clientId, method, reason, ip, actor, reference } = line;
  return sha256([id, atMs, event, accountId, tenantId, clientId, method, reason, ip, actor, reference]);
}

/** Whether the seal says what was sealed: its own hash, and the digest of its list. */
export function isWhole(seal: StoredSeal): boolean {
  if (hashOf(seal) !== seal.hash) return false;
  return seal.lines === null || digestOfList(seal.lines) === seal.linesDigest;
}

function hashOf(seal: Omit<AuditSeal, 'hash'>): string {
  const { number, previous, sealedAt, removedBefore, count, first, last, linesDigest, tallies } = seal;
  return sha256([
    'doublelock audit seal 1',
    number,
    previous,
    sealedAt,
    removedBefore,
    count,
    [first.atMs, first.id],
    [last.atMs, last.id],
    linesDigest,
    tallies.map(({ tenantId, fromMs, event, method, count: times }) => [
      tenantId,
      fromMs,
      event,
      method,
      times,
    ]),
  ]);
}

function digestOfList(lines: readonly SealedLine[]): string {
  return sha256(lines.map(({ id, atMs, digest }) => [atMs, id, digest]));
}

function sha256(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('base64url');
}

/** The seal without its list, as a store and an export write it. */
export function sealText({ lines: _, ...seal }: StoredSeal): string {
  return JSON.stringify(seal);
}

export function linesText(lines: readonly SealedLine[]): string {
  return JSON.stringify(lines.map(({ atMs, id, digest }) => [atMs, id, digest]));
}

/** A stored seal. One that cannot be read is no whole seal, and keeps its number. */
export function readSeal(number: number, text: string, lines: string | null): StoredSeal {
  const seal = readSealText(text);
  const read = lines === null ? null : readLines(lines);
  if (seal === null || read === undefined) return { ...UNREADABLE, number };
  return { ...seal, number, lines: read };
}

const NO_PLACE: AuditPlace = { atMs: 0, id: '' };
const UNREADABLE: Omit<StoredSeal, 'number'> = {
  previous: '',
  sealedAt: 0,
  removedBefore: 0,
  count: 0,
  first: NO_PLACE,
  last: NO_PLACE,
  linesDigest: '',
  tallies: [],
  hash: '',
  lines: null,
};

/** Null for a text that is no seal. */
export function readSealText(text: string): AuditSeal | null {
  const read = readObject(text);
  if (read === null) return null;
  const { number, previous, sealedAt, removedBefore, count, first, last, linesDigest, tallies, hash } = read;
  const numbers = [number, sealedAt, removedBefore, count].every((value) => typeof value === 'number');
  const texts = [previous, linesDigest, hash].every((value) => typeof value === 'string');
  if (!(numbers && texts && isPlace(first) && isPlace(last))) return null;
  if (!Array.isArray(tallies) || !tallies.every(isTally)) return null;
  return read as unknown as AuditSeal;
}

/** Undefined for a text that is no list. */
function readLines(text: string): SealedLine[] | undefined {
  const read = readJson(text);
  if (!Array.isArray(read)) return undefined;
  const lines = read.flatMap((each: unknown): SealedLine[] => {
    if (!Array.isArray(each)) return [];
    const [atMs, id, digest] = each;
    const isLine = typeof atMs === 'number' && typeof id === 'string' && typeof digest === 'string';
    return isLine ? [{ atMs, id, digest }] : [];
  });
  return lines.length === read.length ? lines : undefined;
}

function isPlace(value: unknown): value is AuditPlace {
  return isObject(value) && typeof value.atMs === 'number' && typeof value.id === 'string';
}

function isTally(value: unknown): value is Tally {
  if (!isObject(value)) return false;
  const { tenantId, fromMs, event, method, count } = value;
  const texts = [tenantId, event, method].every((each) => typeof each === 'string');
  return texts && typeof fromMs === 'number' && typeof count === 'number';
}

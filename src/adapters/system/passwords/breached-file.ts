/**
 * Looks a password up in the operator's file of breached SHA-1 hashes. A binary search reads some thirty small blocks,
 * so that a file of 40 GB needs no memory. The file is opened for each look-up: it may be replaced while the server runs.
 */
import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { HASH_LENGTH, hashOfLine, LONGEST_LINE } from '../../../domain/password/breached-hash.ts';
import { StoreUnavailable } from '../../../ports/faults.ts';

/** Bytes that are read at once, and scanned when the search has come down to them. */
const BLOCK = 4096;
/** Bytes that hold the end of one line and the whole of the next. */
const WITH_NEXT_LINE = LONGEST_LINE * 2;
const NEWLINE = 10;

export interface BreachedPasswords {
  has(password: string): Promise<boolean>;
}

export function createBreachedFile(path: string): BreachedPasswords {
  return {
    async has(password) {
      const hash = createHash('sha1').update(password, 'utf8').digest('hex').toUpperCase();
      try {
        const file = await open(path, 'r');
        try {
          return await isIn(file, hash);
        } finally {
          await file.close();
        }
      } catch (error) {
        throw new StoreUnavailable('the file of breached passwords cannot be read', { cause: error });
      }
    },
  };
}

async function isIn(file: FileHandle, wanted: string): Promise<boolean> {
  const { size } = await file.stat();
  // The line of the wanted hash, if there is one, starts at `from` or later, and before `to`.
  let from = 0;
  let to = size;
  while (to - from > BLOCK) {
    const middle = Math.floor((from + to) / 2);
    const block = await blockAt(file, middle, WITH_NEXT_LINE);
    const start = middle + block.indexOf(NEWLINE) + 1;
    const isEnd = block.length < WITH_NEXT_LINE && (start === middle || start >= size);
    const next = block.subarray(start - middle, start - middle + HASH_LENGTH);
    const hash = start === middle ? null : hashOfLine(next.toString('latin1'));
    if (hash === null && !isEnd) throw new Error(`no hash follows byte ${middle}`);
    if (hash === wanted) return true;
    if (hash !== null && hash < wanted) from = start;
    else to = middle + 1;
  }
  const rest = await blockAt(file, from, Math.max(0, to - from) + LONGEST_LINE);
  return rest
    .toString('latin1')
    .split('\n')
    .some((line) => hashOfLine(line) === wanted);
}

async function blockAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position);
  return buffer.subarray(0, bytesRead);
}

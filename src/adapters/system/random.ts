/** The only source of random values: the operating system's, by way of OpenSSL. */
import { randomBytes, randomFillSync } from 'node:crypto';
import type { Random } from '../../ports/system.ts';

/** 128 bits: nobody guesses one, and no two are ever alike. */
const ID_BYTES = 16;

/** Fetched at once: many bytes cost hardly more than a few. */
const pool = Buffer.alloc(256 * ID_BYTES);
let used = pool.length;

function nextId(): string {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += ID_BYTES;
  // Hexadecimal rather than base64url: an id that begins with a dash would be an option on a command line.
  return pool.toString('hex', used - ID_BYTES, used);
}

export const systemRandom: Random = {
  id: nextId,
  bytes: (count) => new Uint8Array(randomBytes(count)),
};

/** The one source of chance: the operating system's, by way of OpenSSL. */
import { randomBytes } from 'node:crypto';
import type { Random } from '../../ports/system.ts';

/** 128 bits: nobody guesses one, and no two are ever alike. */
const ID_BYTES = 16;

export const systemRandom: Random = {
  // Hexadecimal rather than base64url: an id that begins with a dash would be an option on a command line.
  id: () => randomBytes(ID_BYTES).toString('hex'),
  bytes: (count) => new Uint8Array(randomBytes(count)),
};

/** A tenant's logo: a picture by its first bytes, whatever the file is called. SVG can carry script and is none. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** Shown on every page of a sign-in: half a mebibyte is generous. */
const MAX_BYTES = 512 * 1024;

/** Each begins with its own bytes: PNG 5.2, JPEG (ITU-T T.81, B.1.1.3), WebP (RFC 9649, 2.4). */
const SIGNATURES: readonly RegExp[] = [/^\x89PNG\r\n.\n/s, /^\xff\xd8\xff/s, /^RIFF.{4}WEBP/s];

/** Null when the file can be shown. */
export function logoFault(path: string): string | null {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (error) {
    return `cannot be read (${error instanceof Error && 'code' in error ? error.code : 'unknown'})`;
  }
  try {
    const { size } = fstatSync(file);
    if (size > MAX_BYTES) return `is larger than ${MAX_BYTES / 1024} KiB`;
    const head = Buffer.alloc(12);
    const beginning = head.subarray(0, readSync(file, head)).toString('latin1');
    return SIGNATURES.some((signature) => signature.test(beginning))
      ? null
      : 'is not a PNG, JPEG or WebP picture';
  } catch {
    return 'cannot be read as a file';
  } finally {
    closeSync(file);
  }
}

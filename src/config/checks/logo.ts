/** Checks a tenant's logo by its first bytes, not by its name. SVG is refused, since it can carry script. */
import { readSync } from 'node:fs';
import { fileFault } from './file-fault.ts';

/** Bytes. The logo is on every page of a sign-in. */
const MAX_BYTES = 512 * 1024;

/** The first bytes of each format: PNG 5.2, JPEG (ITU-T T.81, B.1.1.3), WebP (RFC 9649, 2.4). */
const SIGNATURES: readonly RegExp[] = [/^\x89PNG\r\n.\n/s, /^\xff\xd8\xff/s, /^RIFF.{4}WEBP/s];

/** The fault of the file; null when it has none. */
export function logoFault(path: string): string | null {
  return fileFault(path, faultOfContent);
}

function faultOfContent(file: number, size: number): string | null {
  if (size > MAX_BYTES) return `is larger than ${MAX_BYTES / 1024} KiB`;
  const head = Buffer.alloc(12);
  const beginning = head.subarray(0, readSync(file, head)).toString('latin1');
  return SIGNATURES.some((signature) => signature.test(beginning))
    ? null
    : 'is not a PNG, JPEG or WebP picture';
}

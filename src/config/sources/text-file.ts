/** Reads UTF-8 files of a configuration, with a reason in words when a file can't be read. */
import { readFileSync } from 'node:fs';

/** The text, or a refusal with the reason and without any of the content. */
export function readText(path: string): { readonly text: string } | { readonly fault: string } {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    return {
      fault: `cannot be read (${error instanceof Error && 'code' in error ? error.code : 'unknown'})`,
    };
  }
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch {
    return { fault: 'is not UTF-8 text' };
  }
}

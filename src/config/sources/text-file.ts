/** Files that a configuration is made of: UTF-8, and a reason in words when they can't be read. */
import { readFileSync } from 'node:fs';

/** The whole text, or a refusal that names the reason and nothing of the content. */
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

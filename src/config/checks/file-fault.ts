/** Opens a file that the configuration names, and tells what is wrong with it. */
import { closeSync, fstatSync, openSync } from 'node:fs';

/** The fault of the file; null when it has none. `faultOf` gets its descriptor and its size in bytes. */
export function fileFault(
  path: string,
  faultOf: (file: number, size: number) => string | null,
): string | null {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (error) {
    return `cannot be read (${error instanceof Error && 'code' in error ? error.code : 'unknown'})`;
  }
  try {
    return faultOf(file, fstatSync(file).size);
  } catch {
    return 'cannot be read as a file';
  } finally {
    closeSync(file);
  }
}

/** The context of the checks, beside the values of the file. */
import type { MethodName } from '../../domain/methods/method.ts';
import type { Path } from '../faults.ts';

export interface CheckContext {
  /** Absolute; logos are relative to this folder. */
  readonly folder: string;
  readonly availableMethods: readonly MethodName[];
  /** The characters of a scalar as the file has them; empty for an absent value. */
  readonly writtenAt: (path: Path) => string | null;
  /** Reads the built-in demo file; only checks of production call it. */
  readonly demo: () => string;
}

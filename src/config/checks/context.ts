/** What the checks must know beside the file's own values. */
import type { MethodName } from '../../domain/methods/method.ts';
import type { Path } from '../faults.ts';

export interface CheckContext {
  /** Absolute: the folder that logos are relative to. */
  readonly folder: string;
  readonly availableMethods: readonly MethodName[];
  /** A scalar's own characters in the file; empty where nothing was written. */
  readonly writtenAt: (path: Path) => string | null;
  /** The text of the built-in demo file, asked for in production alone. */
  readonly demo: () => string;
}

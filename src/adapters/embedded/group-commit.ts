/** Lets the writes of one turn of the event loop share a commit: syncing the disk takes longer than all of them. */
import { isFull, isLocked } from './faults.ts';

interface Engine {
  /** Does it now, and again from the start while the file is locked. */
  act<T>(work: () => T): Promise<T>;
  /** As one transaction. */
  atomically<T>(work: () => T): T;
  /** Within one: what was done is taken back when it throws. Throws, too, when the transaction itself is gone. */
  undoable<T>(work: () => T): T;
  isInTransaction(): boolean;
}

export interface GroupCommit {
  /** Resolves once it is on the disk. Rejects alone when it fails alone. */
  write<T>(work: () => T): Promise<T>;
  /** Commits at once what waits for the end of this turn. */
  flush(): void;
}

interface Waiting {
  /** Does it, and gives what its caller is to be told once it is committed. */
  readonly run: () => () => void;
  readonly fail: (error: unknown) => void;
}

export function createGroupCommit({ act, atomically, undoable, isInTransaction }: Engine): GroupCommit {
  let waiting: Waiting[] = [];

  function write<T>(work: () => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const run = () => {
        const value = work();
        return () => resolve(value);
      };
      waiting.push({ run, fail: reject });
      if (waiting.length === 1) setImmediate(flush);
    });
  }

  function flush(): void {
    const group = waiting;
    waiting = [];
    if (group.length > 0) void commit(group);
  }

  async function commit(group: readonly Waiting[]): Promise<void> {
    try {
      const told = await act(() => atomically(() => outcomes(group)));
      for (const tell of told) tell();
    } catch (error) {
      for (const { fail } of group) fail(error);
    }
  }

  /** One by itself is taken back with its transaction. */
  function outcomes(group: readonly Waiting[]): readonly (() => void)[] {
    const [only, ...others] = group;
    return only && others.length === 0 ? [only.run()] : group.map(outcome);
  }

  /** A fault of one is its own, unless it is the file's: then the others have to begin again as well. */
  function outcome({ run, fail }: Waiting): () => void {
    try {
      return undoable(run);
    } catch (error) {
      if (isFull(error) || isLocked(error) || !isInTransaction()) throw error;
      return () => fail(error);
    }
  }

  return { write, flush };
}

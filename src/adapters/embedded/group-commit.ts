/** Lets the writes of one turn of the event loop share a commit: syncing the disk takes longer than all of them. */
import { StoreUnavailable } from '../../ports/stores.ts';

interface Engine {
  /** Does it now, and again from the start while the file is locked. */
  act<T>(work: () => T): Promise<T>;
  /** As one transaction. */
  atomically<T>(work: () => T): T;
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

export function createGroupCommit({ act, atomically }: Engine): GroupCommit {
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
      const told = await act(() => atomically(() => group.map(({ run }) => run())));
      for (const tell of told) tell();
    } catch (error) {
      const isOfOne = group.length > 1 && !(error instanceof StoreUnavailable);
      // Nothing of the others was wrong: each by itself, so that it fails alone.
      for (const each of group) {
        if (isOfOne) await commit([each]);
        else each.fail(error);
      }
    }
  }

  return { write, flush };
}

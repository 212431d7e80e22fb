/** Lets the writes of one moment share a commit, since a commit takes longer than all of them. It may sync the disk. */
import { StoreUnavailable } from '../../../ports/faults.ts';

/** So many writes wait for no more: by then the commit is a small part of them. */
const ENOUGH = 16;

interface Engine {
  /** Does it now, and again from the start while the file is locked. */
  act<T>(work: () => T): Promise<T>;
  /** As one transaction. */
  atomically<T>(work: () => T): T;
  /** Resolves once what was committed is safe. */
  settle(): Promise<void>;
  /**
   * Turns of the event loop until what waits is committed. A server with nothing else to do passes them in microseconds;
   * in one that is busy they are filled with what other requests write.
   */
  readonly turns: number;
}

export interface GroupCommit {
  /** Resolves once it is committed and safe. Rejects alone when it fails alone. */
  write<T>(work: () => T): Promise<T>;
  /** Commits at once what waits. */
  flush(): void;
}

interface Waiting {
  /** Does it, and gives what its caller is to be told once it is committed. */
  readonly run: () => () => void;
  readonly fail: (error: unknown) => void;
}

export function createGroupCommit({ act, atomically, settle, turns }: Engine): GroupCommit {
  let waiting: Waiting[] = [];

  function write<T>(work: () => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const run = () => {
        const value = work();
        return () => resolve(value);
      };
      waiting.push({ run, fail: reject });
      if (waiting.length === 1) flushAfter(turns, waiting);
    });
  }

  function flushAfter(left: number, group: readonly Waiting[]): void {
    setImmediate(() => {
      // Committed already: those that wait by now have turns of their own.
      if (group !== waiting) return;
      if (left <= 1 || group.length >= ENOUGH) flush();
      else flushAfter(left - 1, group);
    });
  }

  function flush(): void {
    const group = waiting;
    waiting = [];
    if (group.length > 0) void commit(group);
  }

  async function commit(group: readonly Waiting[]): Promise<void> {
    const told = await committed(group);
    if (!told) return;
    try {
      await settle();
      for (const tell of told) tell();
    } catch (error) {
      // It may be done all the same: for the callers to ask again, as after any fault.
      for (const each of group) each.fail(error);
    }
  }

  /** Gives the calls that resolve each of them; null: they were told already. */
  async function committed(group: readonly Waiting[]): Promise<(() => void)[] | null> {
    try {
      return await act(() => atomically(() => group.map(({ run }) => run())));
    } catch (error) {
      const isOfOne = group.length > 1 && !(error instanceof StoreUnavailable);
      // Nothing of the others was wrong: each by itself, so that it fails alone.
      for (const each of group) {
        if (isOfOne) await commit([each]);
        else each.fail(error);
      }
      return null;
    }
  }

  return { write, flush };
}

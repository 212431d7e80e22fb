/** Syncs a file to the disk beside the event loop, so that a slow disk delays no other request. */
import { closeSync, fdatasync, openSync } from 'node:fs';
import { promisify } from 'node:util';

export interface DiskSync {
  /** Resolves once all is on the disk that was in the file when it was called. Rejects when the disk refuses. */
  reach(): Promise<void>;
  /** The file is let go of when the last sync has ended; who calls `reach` after this is served all the same. */
  close(): void;
}

/** Syncs the file at this path. A file that does not exist has nothing to sync. */
export function createDiskSync(path: string): DiskSync {
  const datasync = promisify(fdatasync);
  let file: number | null = null;
  let isClosed = false;

  const reach = shared(async () => {
    file ??= openIfThere(path);
    if (file === null) return;
    try {
      await datasync(file);
    } finally {
      if (isClosed) {
        closeSync(file);
        file = null;
      }
    }
  });

  return {
    reach,
    close: () => {
      isClosed = true;
      // One more: it lets the file go, and can't do so under another one's hands.
      reach().catch(() => {});
    },
  };
}

/** For writing, though nothing is written: some systems sync no other. */
function openIfThere(path: string): number | null {
  try {
    return openSync(path, 'r+');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}

/**
 * `run` for everybody who calls, once at a time: who calls while it runs has come too late for that run, and shares the
 * next one with all others who did.
 */
export function shared(run: () => Promise<void>): () => Promise<void> {
  let current: Promise<void> | null = null;
  let next: Promise<void> | null = null;

  function turn(running: Promise<void>): Promise<void> {
    return running.finally(() => {
      current = next;
      next = null;
    });
  }

  return () => {
    if (current) {
      next ??= turn(current.catch(() => {}).then(run));
      return next;
    }
    current = turn(run());
    return current;
  };
}

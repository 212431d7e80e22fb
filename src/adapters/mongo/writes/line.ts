/** Runs tasks of the same key one after another, so that callers in one process lose no race against each other. */

export type InLine = <T>(key: string, work: () => Promise<T>) => Promise<T>;

export function createLine(): InLine {
  const last = new Map<string, Promise<unknown>>();
  return async (key, work) => {
    const before = last.get(key);
    const mine = before ? before.then(work, work) : work();
    last.set(key, mine);
    try {
      return await mine;
    } finally {
      if (last.get(key) === mine) last.delete(key);
    }
  };
}

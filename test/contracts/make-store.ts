/** Every contract suite gets a fresh store for each test, from any adapter. */

export interface MadeStore<Store> {
  readonly store: Store;
  readonly close: () => Promise<void>;
}

export type MakeStore<Store> = () => Promise<MadeStore<Store>>;

/** Called in a `describe`: opens a store before each test of it and closes it afterwards. */
export function freshStore<Store>(makeStore: MakeStore<Store>): () => Store {
  let made: MadeStore<Store> | null = null;
  beforeEach(async () => {
    made = await makeStore();
  });
  afterEach(async () => {
    await made?.close();
    made = null;
  });
  return () => {
    if (!made) throw new Error('a store exists inside tests only');
    return made.store;
  };
}

/** Calls at once, as often as told. */
export function together<T>(times: number, call: (index: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: times }, (_, index) => call(index)));
}

/** Counts how many of so many simultaneous calls gave true. */
export async function winners(times: number, call: (index: number) => Promise<boolean>): Promise<number> {
  return (await together(times, call)).filter(Boolean).length;
}

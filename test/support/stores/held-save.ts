/** Holds one save of a session back, as a slow network would, so that a test can do something else before it. */
import type { Stores } from '../../../src/compose/parts.ts';

export interface HeldSave {
  /** Resolves when a request is about to save. */
  readonly reached: Promise<void>;
  release(): void;
}

export interface SaveHolder {
  /** For `startApp`: the stores, whose next save waits when one is to be held. */
  around(stores: Stores): Stores;
  /** The next save, of whichever request. */
  holdNext(): HeldSave;
}

export function createSaveHolder(): SaveHolder {
  let toHold: { reach(): void; readonly released: Promise<void> } | null = null;

  return {
    around(stores) {
      const { providerShortLived } = stores;
      const replace: typeof providerShortLived.replace = async (...given) => {
        const held = toHold;
        toHold = null;
        held?.reach();
        await held?.released;
        return providerShortLived.replace(...given);
      };
      return { ...stores, providerShortLived: { ...providerShortLived, replace } };
    },
    holdNext() {
      const { promise: reached, resolve: reach } = Promise.withResolvers<void>();
      const { promise: released, resolve: release } = Promise.withResolvers<void>();
      toHold = { reach, released };
      return { reached, release };
    },
  };
}

/** The state of each encryption key in the accounts store: its number of values, and whether it may be removed. */
import { type Hindrance, hindranceOf, type KeyState } from '../../domain/keys.ts';
import type { KeyStore } from '../../ports/keys.ts';
import type { Clock } from '../../ports/system.ts';

interface KeyStatusDeps {
  readonly keys: Pick<KeyStore, 'list'>;
  readonly count: () => Promise<ReadonlyMap<string, { readonly factors: number; readonly tokens: number }>>;
  readonly clock: Clock;
}

export interface KeyStatus {
  readonly id: string;
  /** `missing`: the key is not listed, and has encrypted a value before. */
  readonly state: KeyState | 'missing';
  /** Secrets of factors that are encrypted under it. */
  readonly factors: number;
  /** The number of grants and refresh tokens that it has encrypted. */
  readonly tokens: number;
  /** The reason why it must stay. Null when it may be removed. */
  readonly hindrance: Hindrance | null;
}

export function createKeyStatus({ keys, count, clock }: KeyStatusDeps) {
  /**
   * `listed` are the ids of the configuration. `lifetimeMs` is that of links in mails and other encrypted values
   * outside the store.
   */
  return async function statusOf(listed: readonly string[], lifetimeMs: number): Promise<KeyStatus[]> {
    const [known, counts] = await Promise.all([keys.list(), count()]);
    const ids = new Set([...listed, ...known.map(({ id }) => id), ...counts.keys()]);
    return [...ids].map((id) => {
      const { factors, tokens } = counts.get(id) ?? { factors: 0, tokens: 0 };
      const isUsed = (known.find((record) => record.id === id)?.usedAt ?? null) !== null;
      const records = factors + tokens;
      const state = listed[0] === id ? 'current' : isUsed || records > 0 ? 'older' : 'next';
      // The key that came into use last has replaced all others.
      const replacedAt = Math.max(
        0,
        ...known.flatMap((record) => (record.id === id ? [] : (record.usedAt ?? []))),
      );
      const hindrance = hindranceOf({ state, records, replacedAt }, lifetimeMs, clock.now());
      return { id, state: listed.includes(id) ? state : 'missing', factors, tokens, hindrance };
    });
  };
}

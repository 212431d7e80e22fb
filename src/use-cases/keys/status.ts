/** What the accounts store says of encryption keys: how much each has sealed, and whether it may go. */
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
  /** `missing`: it is not listed, and has sealed something before. */
  readonly state: KeyState | 'missing';
  /** Secrets of factors sealed under it. */
  readonly factors: number;
  /** Grants and refresh tokens. */
  readonly tokens: number;
  /** Why it must stay; null: it may go. */
  readonly hindrance: Hindrance | null;
}

export function createKeyStatus({ keys, count, clock }: KeyStatusDeps) {
  /** `listed`: the ids as the configuration has them. `lifetimeMs`: of what is sealed and given away. */
  return async function statusOf(listed: readonly string[], lifetimeMs: number): Promise<KeyStatus[]> {
    const [known, counts] = await Promise.all([keys.list(), count()]);
    const ids = new Set([...listed, ...known.map(({ id }) => id), ...counts.keys()]);
    return [...ids].map((id) => {
      const { factors, tokens } = counts.get(id) ?? { factors: 0, tokens: 0 };
      const isUsed = (known.find((record) => record.id === id)?.usedAt ?? null) !== null;
      const records = factors + tokens;
      const state = listed[0] === id ? 'current' : isUsed || records > 0 ? 'older' : 'next';
      // Whichever came into use last has taken the place of all others.
      const replacedAt = Math.max(
        0,
        ...known.flatMap((record) => (record.id === id ? [] : (record.usedAt ?? []))),
      );
      const hindrance = hindranceOf({ state, records, replacedAt }, lifetimeMs, clock.now());
      return { id, state: listed.includes(id) ? state : 'missing', factors, tokens, hindrance };
    });
  };
}

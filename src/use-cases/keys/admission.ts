/**
 * Lets the encryption keys of a configuration in, before anything is read or sealed with them: none may be missing that
 * still has sealed something, and none may be another one under a known id. Gives the key of digests, which stays.
 */
import { digestKeyPurpose } from '../../domain/keys.ts';
import type { KeyRecord, KeyStore } from '../../ports/keys.ts';
import type { Cipher, Clock } from '../../ports/system.ts';

export interface ListedKey {
  readonly id: string;
  /** Of this key alone. */
  readonly cipher: Pick<Cipher, 'encrypt' | 'tryDecrypt'>;
  /** What digests are made with where this is the oldest key, and none is stored yet. */
  readonly digestKey: string;
}

interface KeyAdmissionDeps {
  readonly keys: KeyStore;
  /** The ids of all keys that have sealed something that is stored. */
  readonly inUse: () => Promise<{ has(keyId: string): boolean }>;
  readonly clock: Clock;
}

/** These keys cannot be worked with: one line for who has to put it right. */
export class KeysRefused extends Error {
  override name = 'KeysRefused';
}

export function createKeyAdmission({ keys, inUse, clock }: KeyAdmissionDeps) {
  /** `listed`: the one that seals first. Throws KeysRefused, and has changed nothing then. */
  return async function admit(listed: readonly ListedKey[]): Promise<string> {
    const known = await keys.list();
    const byId = new Map(known.map((record) => [record.id, record]));
    const opened = listed.flatMap((key) => {
      const record = byId.get(key.id);
      return record ? [{ record, digestKey: digestKeyIn(record, key) }] : [];
    });
    await refuseMissing(known, listed, opened.length > 0);

    // Of several, which only a race of two first starts can have made, the one that was there first.
    const oldest = known.find((record) => opened.some((one) => one.record === record));
    const digestKey =
      opened.find(({ record }) => record === oldest)?.digestKey ?? listed.at(-1)?.digestKey ?? '';
    const now = clock.now();
    for (const { id, cipher } of listed) {
      if (byId.has(id)) continue;
      const sealed = cipher.encrypt(digestKey, digestKeyPurpose(id));
      // Of a store that knows no keys yet, any of them may have sealed what is there.
      const usedAt = known.length === 0 ? now : null;
      const isFirst = await keys.insert({ id, digestKey: sealed, addedAt: now, usedAt });
      if (!isFirst) return admit(listed);
    }
    const [current] = listed;
    if (current && (byId.get(current.id)?.usedAt ?? null) === null) await keys.markUsed(current.id, now);
    return digestKey;
  };

  function digestKeyIn({ id, digestKey }: KeyRecord, { cipher }: ListedKey): string {
    const opened = cipher.tryDecrypt(digestKey, digestKeyPurpose(id));
    if (opened !== null) return opened;
    throw new KeysRefused(
      `the encryption key "${id}" is not the one that this store knows by that id: ` +
        'put that one back, and give another key an id of its own',
    );
  }

  async function refuseMissing(
    known: readonly KeyRecord[],
    listed: readonly ListedKey[],
    hasDigestKey: boolean,
  ): Promise<void> {
    const missing = known.filter(({ id, usedAt }) => usedAt !== null && !listed.some((key) => key.id === id));
    if (missing.length === 0) return;
    // Without any key that it knows, the store would also lose every digest that is in it.
    const needed = hasDigestKey ? await inUse() : { has: () => true };
    const names = missing.flatMap(({ id }) => (needed.has(id) ? [`"${id}"`] : []));
    if (names.length === 0) return;
    throw new KeysRefused(
      `what is stored was sealed under encryption keys that are not listed: ${names.join(', ')}. ` +
        'Put back what was taken off, behind the key in use, until "doublelock keys status" says that it may go; ' +
        'what is lost for good is given up with "doublelock keys retire ID --lost"',
    );
  }
}

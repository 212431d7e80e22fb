/**
 * Checks the encryption keys of a configuration before their first use. Every key that still encrypts a stored
 * value must be listed, and a known id must belong to its own key. Returns the key of digests, which never
 * changes.
 */
import { digestKeyPurpose } from '../../domain/keys.ts';
import type { KeyRecord, KeyStore } from '../../ports/keys.ts';
import type { Cipher, Clock } from '../../ports/system.ts';

export interface ListedKey {
  readonly id: string;
  /** The cipher of this key alone. */
  readonly cipher: Pick<Cipher, 'encrypt' | 'tryDecrypt'>;
  /** The key of digests for a store that has none yet. The oldest listed key supplies it. */
  readonly digestKey: string;
}

interface KeyAdmissionDeps {
  readonly keys: KeyStore;
  /** The ids of all keys that encrypt a stored value. */
  readonly inUse: () => Promise<{ has(keyId: string): boolean }>;
  readonly clock: Clock;
}

/** The listed keys cannot be used. The message is one line for the operator. */
export class KeysRefused extends Error {
  override name = 'KeysRefused';
}

export function createKeyAdmission({ keys, inUse, clock }: KeyAdmissionDeps) {
  /** The first key of `listed` is the one that encrypts. Throws KeysRefused before it changes anything. */
  return async function admit(listed: readonly ListedKey[]): Promise<string> {
    const known = await keys.list();
    const byId = new Map(known.map((record) => [record.id, record]));
    const opened = listed.flatMap((key) => {
      const record = byId.get(key.id);
      return record ? [{ record, digestKey: digestKeyIn(record, key) }] : [];
    });
    await refuseMissing(known, listed, opened.length > 0);

    // Two simultaneous first starts can store several. The oldest one is used.
    const oldest = known.find((record) => opened.some((one) => one.record === record));
    const digestKey =
      opened.find(({ record }) => record === oldest)?.digestKey ?? listed.at(-1)?.digestKey ?? '';
    const now = clock.now();
    for (const { id, cipher } of listed) {
      if (byId.has(id)) continue;
      const encrypted = cipher.encrypt(digestKey, digestKeyPurpose(id));
      // In a store without any known key, each of them may have encrypted the stored values.
      const usedAt = known.length === 0 ? now : null;
      const isFirst = await keys.insert({ id, digestKey: encrypted, addedAt: now, usedAt });
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
    // Without any known key, the store would lose all of its digests too.
    const needed = hasDigestKey ? await inUse() : { has: () => true };
    const names = missing.flatMap(({ id }) => (needed.has(id) ? [`"${id}"`] : []));
    if (names.length === 0) return;
    throw new KeysRefused(
      `what is stored was encrypted under encryption keys that are not listed: ${names.join(', ')}. ` +
        'Put back what was taken off, behind the key in use, until "doublelock keys status" says that it may go; ' +
        'what is lost for good is given up with "doublelock keys retire ID --lost"',
    );
  }
}

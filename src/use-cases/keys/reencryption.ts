/**
 * Counts the values under each encryption key, and re-encrypts those under an older key, so that it can be
 * removed.
 */
import { type Enrolment, enrolmentPurpose } from '../../domain/enrolment/enrolment.ts';
import { providerPurpose } from '../../domain/keys.ts';
import type { ReencryptableEnrolments, ReencryptableProviderStore } from '../../ports/keys.ts';
import type { Cipher, Clock } from '../../ports/system.ts';

interface ReencryptionDeps {
  readonly enrolments: Pick<ReencryptableEnrolments, 'pageOfSecrets' | 'replaceSecret'>;
  /** Null when the provider belongs to a host, which keeps its own records. */
  readonly providerDurable: Pick<ReencryptableProviderStore, 'page' | 'replacePayload'> | null;
  readonly cipher: Pick<Cipher, 'keyId' | 'keyIdOf' | 'encrypt' | 'tryDecrypt'>;
  readonly clock: Clock;
}

/** How many there are of each kind. */
export interface Count {
  readonly factors: number;
  readonly tokens: number;
}

interface EncryptedRecord {
  readonly kind: keyof Count;
  readonly encrypted: string;
  readonly purpose: string;
  /** False when the record was changed or removed meanwhile. */
  replace(encrypted: string): Promise<boolean>;
}

export interface Round {
  readonly reencrypted: number;
  /** Values whose key is missing, or that are damaged. They stay as they are. */
  readonly unreadable: number;
}

/** Called between pages with the number of records written since. False ends the round. */
export type Pace = (written: number) => Promise<boolean>;

const PAGE = 200;
/** The provider's records that live longer than a session. All others expire soon enough. */
const MODELS = ['Grant', 'RefreshToken'];

export function createReencryption({ enrolments, providerDurable, cipher, clock }: ReencryptionDeps) {
  /**
   * All encrypted values of the accounts store, a page at a time. Queued mail is not among them: it lives for an
   * hour at most. An older key stays longer, for links in mails.
   */
  async function* pages(): AsyncGenerator<EncryptedRecord[]> {
    yield* through(
      (after) => enrolments.pageOfSecrets(after, PAGE),
      (found): EncryptedRecord => ({
        kind: 'factors',
        encrypted: found.secret,
        purpose: enrolmentPurpose(found),
        replace: (encrypted) => enrolments.replaceSecret(found.id, found.secret, encrypted),
      }),
    );
    if (!providerDurable) return;
    for (const model of MODELS) {
      yield* through(
        (after) => providerDurable.page(model, after, PAGE, clock.now()),
        (found): EncryptedRecord => ({
          kind: 'tokens',
          encrypted: String(found.payload.sealed),
          purpose: providerPurpose(model),
          replace: (encrypted) =>
            providerDurable.replacePayload(model, found, { ...found.payload, sealed: encrypted }),
        }),
      );
    }
  }

  /** Counts by the id of the key. Values that are not encrypted are left out. */
  async function count(): Promise<ReadonlyMap<string, Count>> {
    const counts = new Map<string, Count>();
    for await (const page of pages()) {
      for (const { kind, encrypted } of page) {
        const keyId = cipher.keyIdOf(encrypted);
        if (keyId === null) continue;
        const before = counts.get(keyId) ?? { factors: 0, tokens: 0 };
        counts.set(keyId, { ...before, [kind]: before[kind] + 1 });
      }
    }
    return counts;
  }

  /**
   * One pass over all values. A value that changes meanwhile is skipped, since that change has encrypted it with
   * the current key.
   */
  async function round(pace: Pace): Promise<Round> {
    let reencrypted = 0;
    let unreadable = 0;
    for await (const page of pages()) {
      let written = 0;
      for (const record of page) {
        if (cipher.keyIdOf(record.encrypted) === cipher.keyId) continue;
        const encrypted = anew(record);
        if (encrypted === null) unreadable += 1;
        else if (await record.replace(encrypted)) written += 1;
      }
      reencrypted += written;
      if (!(await pace(written))) break;
    }
    return { reencrypted, unreadable };
  }

  function anew({ encrypted, purpose }: Pick<EncryptedRecord, 'encrypted' | 'purpose'>): string | null {
    const plain = cipher.tryDecrypt(encrypted, purpose);
    return plain === null ? null : cipher.encrypt(plain, purpose);
  }

  /** Re-encrypts an enrolment that is read, when its secret is under an older key. */
  async function onUse(enrolment: Enrolment): Promise<Enrolment> {
    const { secret } = enrolment;
    if (secret === null || cipher.keyIdOf(secret) === cipher.keyId) return enrolment;
    const encrypted = anew({ encrypted: secret, purpose: enrolmentPurpose(enrolment) });
    if (encrypted === null || !(await enrolments.replaceSecret(enrolment.id, secret, encrypted)))
      return enrolment;
    return { ...enrolment, secret: encrypted };
  }

  return { count, round, onUse };
}

async function* through<T extends { readonly id: string }, R>(
  next: (after: string | null) => Promise<readonly T[]>,
  each: (found: T) => R,
): AsyncGenerator<R[]> {
  let page: readonly T[];
  let after: string | null = null;
  do {
    page = await next(after);
    after = page.at(-1)?.id ?? null;
    yield page.map(each);
  } while (page.length === PAGE);
}

/** Composes everything about keys: the cipher, its re-encryption job, and the acts of `doublelock keys`. */
import { createCipher, digestKeyOf } from '../adapters/system/cipher.ts';
import { systemClock } from '../adapters/system/clock.ts';
import { systemRandom } from '../adapters/system/random.ts';
import {
  keysOf,
  removeKept,
  rotateKept,
  type Step,
  writeNewKeys,
} from '../adapters/system/secrets/key-rotation.ts';
import { keptSecrets } from '../adapters/system/secrets/secrets-file.ts';
import type { Config, Secrets } from '../config/shape.ts';
import { type Hindrance, hindranceOf, KEY_USES, type Key, type KeyUse } from '../domain/keys.ts';
import { createReencryptionJob } from '../jobs/reencryption.ts';
import { type StopJobs, startJobs } from '../jobs/runner.ts';
import type { Cipher } from '../ports/system.ts';
import { LONGEST_LINK_MS } from '../use-cases/account/link-tokens.ts';
import { createKeyAdmission } from '../use-cases/keys/admission.ts';
import { createReencryption } from '../use-cases/keys/reencryption.ts';
import { createKeyStatus, type KeyStatus } from '../use-cases/keys/status.ts';
import { type Parts, type Stores, secretsOf } from './parts.ts';

type Keeping = Pick<Parts, 'clock'> & {
  readonly stores: Pick<Stores, 'keys' | 'enrolments' | 'providerDurable'>;
};

/** A key, and the place in which it is kept and changed. */
export interface KeptKey extends Key {
  readonly keptIn: 'configuration' | 'secrets.json';
}

const HOUR_MS = 60 * 60 * 1000;

/** A box of these keys. Throws KeysRefused when the accounts store cannot be read with them. */
export async function cipherOf({ encryption }: Pick<Secrets, 'encryption'>, parts: Keeping): Promise<Cipher> {
  return createCipher(encryption, await admit({ encryption }, parts));
}

function admit({ encryption }: Pick<Secrets, 'encryption'>, parts: Keeping): Promise<string> {
  const { stores, clock } = parts;
  const { count } = reencryptionOf({ encryption }, parts);
  return createKeyAdmission({ keys: stores.keys, inUse: count, clock })(
    encryption.map((key) => ({
      id: key.id,
      cipher: createCipher([key]),
      digestKey: digestKeyOf(key.key),
    })),
  );
}

function reencryptionOf({ encryption }: Pick<Secrets, 'encryption'>, { stores, clock }: Keeping) {
  const { enrolments, providerDurable } = stores;
  return createReencryption({ enrolments, providerDurable, cipher: createCipher(encryption), clock });
}

/** `secrets` are those that requests are answered with. The result stops the job. */
export function startReencryption(
  secrets: Secrets,
  parts: Pick<Parts, 'stores' | 'clock' | 'logger'>,
): StopJobs {
  const { keys } = parts.stores;
  const { round } = reencryptionOf(secrets, parts);
  return startJobs([createReencryptionJob({ keys, round, logger: parts.logger })]);
}

/** The keys that the configuration comes down to. Those of `secrets.json` are made when they are not there. */
export function listKeys({ environment, secrets, storage }: Config): KeptKey[] {
  return KEY_USES.flatMap((use): KeptKey[] => {
    if (secrets[use].length > 0 || environment === 'production') {
      // Which one is newer, a list alone does not say.
      return keysOf(use, secrets[use]).map((key) => ({
        ...key,
        state: key.state === 'current' ? 'current' : 'listed',
        keptIn: 'configuration',
      }));
    }
    const { history, ...kept } = keptSecrets(storage.dataDir, systemRandom);
    return keysOf(use, kept[use], history).map((key) => ({ ...key, keptIn: 'secrets.json' }));
  });
}

export interface Rotation {
  readonly uses: readonly KeyUse[];
  /** New keys are used at once, and not announced before. */
  readonly atOnce: boolean;
  /** The file for new keys that belong in the configuration. */
  readonly out: string | null;
}

/** Throws, with nothing done, when a key has its place in the configuration and no file was named for it. */
export function rotateKeys(
  config: Config,
  { uses, atOnce, out }: Rotation,
): { kept: Step[]; written: Step[] } {
  const keys = listKeys(config);
  const isWritten = (use: KeyUse) => keys.some((key) => key.use === use && key.keptIn === 'configuration');
  const [forOut, forFile] = [uses.filter(isWritten), uses.filter((use) => !isWritten(use))];
  if (forOut.length > 0 && out === null) {
    const names = forOut.map((use) => `secrets.${use}`).join(', ');
    throw new Error(`${names}: stands in the configuration. Name a file for the new keys with --out FILE`);
  }
  if (forOut.length === 0 && out !== null)
    throw new Error('these keys are in secrets.json: leave --out away');
  return {
    written: out === null || forOut.length === 0 ? [] : writeNewKeys(out, systemRandom, forOut),
    kept:
      forFile.length === 0
        ? []
        : rotateKept(config.storage.dataDir, systemRandom, { uses: forFile, atOnce, now: systemClock.now() }),
  };
}

/** The status of the encryption keys in the accounts store. */
export function statusOfKeys(config: Config, parts: Keeping): Promise<KeyStatus[]> {
  const { encryption } = secretsOf(config);
  const { count } = reencryptionOf({ encryption }, parts);
  const statusOf = createKeyStatus({ keys: parts.stores.keys, count, clock: parts.clock });
  return statusOf(
    encryption.map(({ id }) => id),
    // Links in mails are encrypted with a key, and stored nowhere.
    Math.max(sessionMsOf(config), LONGEST_LINK_MS),
  );
}

function sessionMsOf({ session }: Config): number {
  return session.absoluteHours * HOUR_MS;
}

export interface Retirement {
  readonly id: string;
  /** Sessions and links that were made with it may end. */
  readonly now: boolean;
  /** The key is missing: values that it has encrypted stay, and cannot be read. */
  readonly lost: boolean;
}

/** Throws, with nothing done, a line that says why the key must stay. Gives the key that may go, or has gone. */
export async function retireKey(config: Config, parts: Keeping, wanted: Retirement): Promise<KeptKey | null> {
  const key = listKeys(config).find(({ id }) => id === wanted.id);
  if (wanted.lost) {
    if (key) throw new Error(`${key.id} is listed, and so not lost`);
    if (await parts.stores.keys.remove(wanted.id)) return null;
  }
  if (!key) throw new Error(`no key has the id ${wanted.id}`);
  if (key.keptIn === 'configuration' && key.use !== 'encryption') {
    const { absoluteHours } = config.session;
    throw new Error(
      `${key.id} stands in secrets.${key.use}: take it off there, ${absoluteHours} hours or more after another one took its place`,
    );
  }
  const hindrance = await hindranceTo(key, config, parts);
  if (hindrance && !(wanted.now && hindrance.kind === 'issued'))
    throw new Error(`${key.id} must stay: ${reasonOf(hindrance)}`);
  if (key.use === 'encryption') {
    // The digest key must be encrypted with the keys that stay.
    await admit(secretsOf(config), parts);
    await parts.stores.keys.remove(key.id);
  }
  if (key.keptIn === 'secrets.json') removeKept(config.storage.dataDir, systemRandom, key);
  return key;
}

async function hindranceTo(key: KeptKey, config: Config, parts: Keeping): Promise<Hindrance | null> {
  if (key.use === 'encryption') {
    return (await statusOfKeys(config, parts)).find(({ id }) => id === key.id)?.hindrance ?? null;
  }
  const current = listKeys(config).find(({ family, state }) => family === key.family && state === 'current');
  const standing = { state: key.state, records: 0, replacedAt: current?.usedAt ?? null };
  return hindranceOf(standing, sessionMsOf(config), parts.clock.now());
}

/** In words for the operator. */
export function reasonOf(hindrance: Hindrance): string {
  switch (hindrance.kind) {
    case 'current':
      return 'it is in use';
    case 'records':
      return `${hindrance.count} sealed under it, which the running server seals anew`;
    case 'issued':
      return `what was issued with it may live until ${new Date(hindrance.until).toISOString()}`;
  }
}

/** Rotates the keys of `secrets.json`, and makes new keys for a configuration that keeps them elsewhere. */
import { existsSync } from 'node:fs';
import {
  cookieKeyId,
  type Key,
  type KeyHistory,
  type KeyUse,
  nextOf,
  signingFamily,
  signingKeyId,
  withStates,
} from '../../../domain/keys.ts';
import type { Random } from '../../../ports/system.ts';
import { makeEncryptionKey, makeKeyText, makeSigningKey } from './key-making.ts';
import {
  changeSecrets,
  type KeptSecrets,
  type KeyOf,
  type SecretLists,
  writePrivate,
} from './secrets-file.ts';

/** Names a key of each use, and makes another one of its family. */
const KINDS: {
  readonly [Use in KeyUse]: {
    describe(key: KeyOf[Use]): { readonly id: string; readonly family: string };
    make(family: string, random: Random): KeyOf[Use];
    /** The families of an empty list. */
    readonly families: readonly string[];
  };
} = {
  encryption: {
    describe: ({ id }) => ({ id, family: 'encryption' }),
    make: (_, random) => makeEncryptionKey(random),
    families: ['encryption'],
  },
  cookies: {
    describe: (key) => ({ id: cookieKeyId(key), family: 'cookies' }),
    make: (_, random) => makeKeyText(random),
    families: ['cookies'],
  },
  signing: {
    describe: (jwk) => ({ id: signingKeyId(jwk), family: signingFamily(jwk) }),
    make: (family) => makeSigningKey(family),
    families: ['ES256', 'RS256'],
  },
};

/** One change of one key. */
export interface Step {
  readonly use: KeyUse;
  readonly id: string;
  readonly family: string;
  readonly did: 'added' | 'put in use';
}

/** The keys of one list, in its order. */
export function keysOf<Use extends KeyUse>(
  use: Use,
  list: readonly KeyOf[Use][],
  history: Readonly<Record<string, KeyHistory>> = {},
): Key[] {
  return withStates(use, list.map(KINDS[use].describe), history);
}

/**
 * One step of a rotation, for each family of keys: a new one is put on the list, or the one put there before comes into
 * use. `atOnce` does both to a new key. It gives the changes, which are in force once the servers have read the file again.
 */
export function rotateKept(
  dataDir: string,
  random: Random,
  { uses, atOnce, now }: { readonly uses: readonly KeyUse[]; readonly atOnce: boolean; readonly now: number },
): Step[] {
  const steps: Step[] = [];

  function rotated<Use extends KeyUse>(use: Use, kept: KeptSecrets): KeptSecrets {
    const { describe, make } = KINDS[use];
    const lists: SecretLists = kept;
    const list: readonly KeyOf[Use][] = lists[use];
    const history = { ...kept.history };
    const keys = keysOf(use, list, history);
    const first: KeyOf[Use][] = [];
    const last: KeyOf[Use][] = [];
    for (const family of new Set(keys.map((key) => key.family))) {
      const next = atOnce ? undefined : nextOf(keys.filter((key) => key.family === family));
      const entry = list.find((one) => describe(one).id === next?.id) ?? make(family, random);
      const { id } = describe(entry);
      const isUsed = atOnce || next !== undefined;
      (isUsed ? first : last).push(entry);
      history[id] = { made: history[id]?.made ?? now, used: isUsed ? now : null };
      steps.push({ use, id, family, did: isUsed ? 'put in use' : 'added' });
    }
    const others = list.filter((one) => !first.includes(one));
    return { ...kept, [use]: [...first, ...others, ...last], history };
  }

  changeSecrets(dataDir, random, (kept) => uses.reduce((whole, use) => rotated(use, whole), kept));
  return steps;
}

/** Takes a key off its list. */
export function removeKept(dataDir: string, random: Random, { use, id }: Pick<Key, 'use' | 'id'>): void {
  function without<Use extends KeyUse>(of: Use, kept: KeptSecrets): KeptSecrets {
    const lists: SecretLists = kept;
    const list: readonly KeyOf[Use][] = lists[of];
    const { [id]: _, ...history } = kept.history ?? {};
    return { ...kept, [of]: list.filter((one) => KINDS[of].describe(one).id !== id), history };
  }
  changeSecrets(dataDir, random, (kept) => without(use, kept));
}

const HEAD = `Made by "doublelock keys rotate". As secret as the keys in use: remove this file once they are where they belong.
1. Put each key at the END of the list of that name, on every instance, and send SIGHUP. All can read with it then.
2. An hour later or more, move it to the FRONT of its list, and send SIGHUP. It is in use then.
3. Take the older key off the list when "doublelock keys status" says that it may go; one for cookies or signatures
   once no session is older than step 2.
Each is JSON, and YAML as well: one for signatures goes into a JSON Web Key Set as it stands here. In
DOUBLELOCK_ENCRYPTION_KEY a key for encryption is written id:key.`;

/** Writes new keys to a file that is not there yet, for its owner alone, as they stand in a configuration. */
export function writeNewKeys(path: string, random: Random, uses: readonly KeyUse[]): Step[] {
  const steps: Step[] = [];

  function made<Use extends KeyUse>(use: Use): KeyOf[Use][] {
    const { describe, make, families } = KINDS[use];
    return families.map((family) => {
      const key = make(family, random);
      steps.push({ use, ...describe(key), did: 'added' });
      return key;
    });
  }

  if (existsSync(path)) throw new Error(`${path} is there already: name a new file`);
  const lists = uses.map((use) => {
    return `  ${use}:\n${made(use)
      .map((key) => `    - ${JSON.stringify(key)}\n`)
      .join('')}`;
  });
  writePrivate(path, `${HEAD.replaceAll(/^/gm, '# ')}\nsecrets:\n${lists.join('')}`);
  return steps;
}

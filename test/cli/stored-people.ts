/** A store with an account and its factors, as a server with these keys would have made it, and the command beside it. */
import { openEmbedded } from '../../src/adapters/embedded/open.ts';
import { createCipher } from '../../src/adapters/system/cipher.ts';
import { systemClock } from '../../src/adapters/system/clock.ts';
import { cipherOf } from '../../src/compose/keys.ts';
import { enrolmentPurpose } from '../../src/domain/enrolment/enrolment.ts';
import { configFolder } from '../config/config-file.ts';
import { anAccount, anEnrolment, aSignInRecord } from '../contracts/examples.ts';
import { killCommand, type Run, runCommand } from '../support/process/command.ts';

const padded = (name: string) => name.padEnd(40, '-');

/** The configuration of a server with keys of these ids. A key may be given as another one's. */
export function configWith(...encryption: readonly (readonly [id: string, key: string])[]): string {
  const keys = encryption.map(([id, key]) => `{ id: ${id}, key: ${padded(key)} }`).join(', ');
  return `tenants: [{ id: acme, name: Acme }]\nsecrets: { encryption: [${keys}] }\n`;
}

export interface State {
  /** A recovery code of the account can be valid. */
  readonly hasCodes: boolean;
  readonly lastStep: number | null;
  readonly isSignedIn: boolean;
  readonly events: readonly string[];
}

/** Called in a `describe`. */
export function storedPeople() {
  const folder = configFolder();
  const dataDir = () => folder.path('data');
  const open = () => openEmbedded({ dataDir: dataDir() });

  return {
    folder,
    dataDir,
    open,
    /** Its words are divided by spaces. */
    run(line: string, env: Readonly<Record<string, string>> = {}): Promise<Run> {
      const own = { DATA_DIR: dataDir(), DOUBLELOCK_CONFIG: folder.path('mine.yaml') };
      return runCommand(line.split(' '), { cwd: folder.path('.'), env: { ...own, ...env } });
    },
    /** Kills it once its output matches. */
    killAfter(line: string, output: RegExp): Promise<NodeJS.Signals | null> {
      const env = { DATA_DIR: dataDir(), DOUBLELOCK_CONFIG: folder.path('mine.yaml') };
      return killCommand(line.split(' '), { cwd: folder.path('.'), env }, output);
    },
    async store(): Promise<void> {
      folder.write('mine.yaml', configWith(['old', 'old']));
      const stores = open();
      const encryption = [{ id: 'old', key: padded('old') }];
      await cipherOf({ encryption }, { stores, clock: systemClock });
      const cipher = createCipher(encryption);
      await stores.accounts.insert(anAccount());
      for (const enrolment of [anEnrolment(), anEnrolment({ id: 'codes', method: 'recovery' })]) {
        const secret = cipher.encrypt('["secret"]', enrolmentPurpose(enrolment));
        await stores.enrolments.insert({ ...enrolment, secret });
      }
      await stores.records.save(aSignInRecord({ expiresAt: systemClock.now() + 86_400_000 }));
      stores.close();
    },
    async state(): Promise<State> {
      const stores = open();
      try {
        const [app, codes] = await stores.enrolments.listByAccount('account-1');
        const record = await stores.records.find('session-1', systemClock.now());
        const events = (await stores.audit.list({ limit: 10 })).map(({ event }) => event);
        return {
          hasCodes: codes?.secret !== null && codes?.lastStep === null,
          lastStep: app?.lastStep ?? null,
          isSignedIn: record !== null,
          events,
        };
      } finally {
        stores.close();
      }
    },
  };
}

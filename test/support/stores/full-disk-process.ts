/** Fills the embedded stores until they refuse, and tells on its standard output what that was like. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { openEmbedded } from '../../../src/adapters/embedded/open.ts';
import { StoreUnavailable } from '../../../src/ports/faults.ts';
import { anAccount, NOW } from '../../contracts/examples.ts';

export interface FullDiskReport {
  /** How often one row could be rewritten before anything was refused, of 500 times. */
  readonly rewritten: number;
  /** Writes acknowledged before the first refusal, in the accounts and in the short-lived file. */
  readonly acknowledged: readonly [number, number];
  /** How many of them are still there. */
  readonly present: readonly [number, number];
  /** Whether each refusal was a `StoreUnavailable`. */
  readonly refusedProperly: readonly [boolean, boolean];
  readonly accountReadable: boolean;
  readonly integrity: readonly unknown[];
  /** Whether a write is taken again once there is room. */
  readonly recovered: boolean;
}

const FILLER = 'x'.repeat(2000);

/** Writes until it is refused. */
async function fill(write: (id: string) => Promise<void>): Promise<{ count: number; properly: boolean }> {
  for (let count = 0; ; count += 1) {
    try {
      await write(String(count));
    } catch (error) {
      return { count, properly: error instanceof StoreUnavailable };
    }
  }
}

function integrityOf(path: string): unknown {
  const db = new DatabaseSync(path, { readOnly: true });
  const answer = db.prepare('PRAGMA integrity_check').get()?.integrity_check;
  db.close();
  return answer;
}

async function run(dataDir: string): Promise<FullDiskReport> {
  const stores = openEmbedded({ dataDir });
  await stores.accounts.insert(anAccount());
  const ballast = join(dataDir, 'ballast');
  writeFileSync(ballast, Buffer.alloc(40_000));

  let rewritten = 0;
  for (let time = 0; time < 500; time += 1)
    rewritten = await stores.lockouts.addFailure('account-1', 'totp', NOW);
  const durable = await fill((id) => stores.providerDurable.upsert('Grant', id, { FILLER }, null));
  const shortLived = await fill((id) => stores.providerShortLived.upsert('Session', id, { FILLER }, null));
  const count = async (total: number, there: (id: string) => Promise<unknown>) => {
    const found = await Promise.all(Array.from({ length: total }, (_, index) => there(String(index))));
    return found.filter((one) => one !== null).length;
  };
  const report = {
    rewritten,
    acknowledged: [durable.count, shortLived.count],
    present: [
      await count(durable.count, (id) => stores.providerDurable.find('Grant', id, NOW)),
      await count(shortLived.count, (id) => stores.providerShortLived.find('Session', id, NOW)),
    ],
    refusedProperly: [durable.properly, shortLived.properly],
    accountReadable: (await stores.accounts.findById('account-1')) !== null,
    integrity: ['accounts.sqlite', 'short-lived.sqlite'].map((name) => integrityOf(join(dataDir, name))),
  } as const;

  rmSync(ballast);
  const recovered = await stores.providerDurable.upsert('Grant', 'last', { FILLER }, null).then(
    () => true,
    () => false,
  );
  stores.close();
  return { ...report, recovered };
}

const [, , dataDir] = process.argv;
if (dataDir === undefined) throw new Error('which directory?');
process.stdout.write(JSON.stringify(await run(dataDir)));

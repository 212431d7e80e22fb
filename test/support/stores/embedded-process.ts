/** A second process on the same files; told what to do by its arguments and by messages. */
import { DatabaseSync } from 'node:sqlite';
import { openEmbedded } from '../../../src/adapters/embedded/open.ts';
import { aMail, anAccount, anAuditEvent, anEnrolment, NOW } from '../../contracts/examples.ts';

/** The results of several racers; each number belongs to one racer. */
export interface RaceResult {
  readonly claims: number;
  readonly consumed: number;
  readonly destroyed: number;
  readonly replaced: number;
  readonly accounts: number;
  readonly attempts: number;
  readonly mails: number;
  readonly told: readonly string[];
}

function tell(message: unknown): void {
  process.send?.(message);
}

function heard(): Promise<unknown> {
  return new Promise((resolve) => process.once('message', resolve));
}

async function countTrue(calls: readonly Promise<boolean>[]): Promise<number> {
  return (await Promise.all(calls)).filter(Boolean).length;
}

/** Each process wants the same 20 claims, tokens, interactions, sessions, addresses, mails and the same ten attempts. */
async function race(dataDir: string): Promise<RaceResult> {
  const stores = openEmbedded({ dataDir });
  tell('ready');
  await heard();
  const each = Array.from({ length: 20 }, (_, index) => String(index));
  const later = NOW + 60_000;
  const limits = [{ counter: 'account', limit: 10, windowMs: 60_000 }];
  const own = String(process.pid);
  const [claims, consumed, destroyed, replaced, accounts, attempts, told, mails] = await Promise.all([
    countTrue(each.map((key) => stores.onceKeys.claim(key, later))),
    countTrue(each.map((id) => stores.providerDurable.consume('RefreshToken', id, NOW))),
    countTrue(each.map((id) => stores.providerShortLived.destroy('Interaction', id))),
    countTrue(
      each.map((id) => {
        const next = { id: `${own}-${id}`, payload: { own } };
        return stores.providerShortLived.replace('Session', { id, payload: {} }, next, later);
      }),
    ),
    countTrue(
      each.map((n) => stores.accounts.insert(anAccount({ id: `${own}-${n}`, email: `${n}@acme.test` }))),
    ),
    countTrue(
      each.map(async (n) => {
        const attempt = { owner: 'account-1', id: `${own}-${n}`, bucket: 'totp', atMs: NOW, limits };
        return (await stores.attempts.take(attempt)).ok;
      }),
    ),
    Promise.all(each.map((key) => stores.onceKeys.first(`first-${key}`, own, null))),
    Promise.all(each.map(() => stores.mailOutbox.take(3, NOW, later))),
  ]);
  stores.close();
  return {
    claims,
    consumed,
    destroyed,
    replaced,
    accounts,
    attempts,
    told,
    mails: mails.flat().length,
  };
}

/** Writes one thing of each kind that must survive, and says so only when the store has said so. */
async function write(dataDir: string): Promise<void> {
  const stores = openEmbedded({ dataDir });
  await stores.accounts.insert(anAccount());
  await stores.enrolments.insert(anEnrolment());
  await stores.onceKeys.claim('totp|enrolment-1|58333333', NOW);
  await stores.lockouts.lock('account-1', NOW, 1, null);
  await stores.providerDurable.upsert('RefreshToken', 'token-1', { grantId: 'grant-1' }, null);
  await stores.audit.append(anAuditEvent());
  await stores.mailOutbox.insert(aMail(), NOW, NOW + 20_000);
  tell('acknowledged');
}

/** Holds the write lock of a file until told to let go. */
async function holdLock(path: string): Promise<void> {
  const db = new DatabaseSync(path);
  db.exec('BEGIN IMMEDIATE');
  tell('locked');
  await heard();
  db.exec('ROLLBACK');
  db.close();
  tell('released');
}

const [, , act, path] = process.argv;
if (path === undefined) throw new Error('which file or directory?');
if (act === 'race') tell(await race(path));
else if (act === 'write') await write(path);
else if (act === 'hold-lock') await holdLock(path);
else throw new Error(`unknown act ${act}`);
// A process that was told to wait ends when its parent does: the channel alone keeps it alive.
if (act !== 'write') process.disconnect();

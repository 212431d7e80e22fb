/** A second process on the same database; told by its arguments what to do and where, and by a message when to begin. */
import { openMongoAccounts } from '../../../src/adapters/mongo/open.ts';
import {
  aMail,
  anAccount,
  anAuditEvent,
  anEnrolment,
  aSignInRecord,
  aTrustedBrowser,
  NOW,
} from '../../contracts/examples.ts';

/** The results of several racers; each number belongs to one racer. */
export interface RaceResult {
  readonly claims: number;
  readonly consumed: number;
  readonly destroyed: number;
  readonly accounts: number;
  readonly removed: number;
  readonly replaced: number;
  readonly mails: number;
  readonly told: readonly string[];
  /** The numbers that its failures had. */
  readonly failures: readonly number[];
}

/** How many of each there are to be won. */
const PRIZES = 10;

/** Takes until nothing is left: of several who want the same, one goes on. */
async function takeAll(take: () => Promise<readonly unknown[]>): Promise<number> {
  let total = 0;
  for (let taken = await take(); taken.length > 0; taken = await take()) total += taken.length;
  return total;
}

async function countTrue(calls: readonly Promise<boolean>[]): Promise<number> {
  return (await Promise.all(calls)).filter(Boolean).length;
}

/** Everybody wants the same claims, tokens, grants, addresses, enrolments and passwords, and all fail with one account. */
async function race(uri: string): Promise<RaceResult> {
  const { accounts, onceKeys, enrolments, lockouts, providerDurable, mailOutbox, close } =
    await openMongoAccounts({
      uri,
    });
  process.send?.('ready');
  await new Promise((resolve) => process.once('message', resolve));
  const each = Array.from({ length: PRIZES }, (_, index) => String(index));
  const own = String(process.pid);
  const result = {
    claims: await countTrue(each.map((key) => onceKeys.claim(key, NOW))),
    consumed: await countTrue(each.map((id) => providerDurable.consume('RefreshToken', id, NOW))),
    destroyed: await countTrue(each.map((id) => providerDurable.destroy('Grant', id))),
    accounts: await countTrue(
      each.map((n) => accounts.insert(anAccount({ id: `${own}-${n}`, email: `${n}@acme.test` }))),
    ),
    removed: await countTrue(each.map((id) => enrolments.remove('account-1', id))),
    replaced: await countTrue(each.map((id) => accounts.replacePasswordHash(id, 'old', `new-${own}-${id}`))),
    mails: await takeAll(() => mailOutbox.take(3, NOW, NOW + 20_000)),
    told: await Promise.all(each.map((key) => onceKeys.first(`first-${key}`, own, null))),
    failures: await Promise.all(each.map(() => lockouts.addFailure('account-1', 'totp', NOW))),
  };
  await Promise.all(
    each.map((n) => enrolments.raiseLastStep('stepped', process.pid * PRIZES + Number(n), 'account-2', NOW)),
  );
  await close();
  return result;
}

/** Writes one thing of each kind that must survive, and says so only when the store has said so. */
async function write(uri: string): Promise<void> {
  const stores = await openMongoAccounts({ uri });
  await stores.accounts.insert(anAccount());
  await stores.enrolments.insert(anEnrolment());
  await stores.enrolments.raiseLastStep('enrolment-1', 58_333_333, 'account-1', NOW);
  await stores.onceKeys.claim('totp|enrolment-1|58333333', NOW);
  await stores.lockouts.addFailure('account-1', 'totp', NOW);
  await stores.lockouts.lock('account-1', NOW, 1, null);
  await stores.records.save(aSignInRecord());
  await stores.trustedBrowsers.insert(aTrustedBrowser());
  await stores.providerDurable.upsert('RefreshToken', 'token-1', { grantId: 'grant-1' }, null);
  await stores.audit.append(anAuditEvent());
  await stores.mailOutbox.insert(aMail(), NOW, NOW + 20_000);
  process.send?.('acknowledged');
}

const [, , act, uri] = process.argv;
if (uri === undefined) throw new Error('which database?');
if (act === 'write') await write(uri);
else {
  process.send?.(await race(uri));
  // It ends when its parent does, or now: the channel alone keeps it alive.
  process.disconnect();
}

/** A second process on the same Redis; told by its arguments where that is, and by a message when to begin. */
import { openRedisShortLived } from '../../../src/adapters/redis/open.ts';
import { aTransaction, MINUTE, NOW } from '../../contracts/examples.ts';
import { CLOCK } from './redis.ts';

/** The results of several racers; each number belongs to one racer. */
export interface RaceResult {
  readonly consumed: number;
  readonly destroyed: number;
  readonly replaced: number;
  readonly saved: number;
  readonly attempts: number;
}

/** How many of each there are to be won. */
const PRIZES = 20;

async function countTrue(calls: readonly Promise<boolean>[]): Promise<number> {
  return (await Promise.all(calls)).filter(Boolean).length;
}

/** Everybody wants the same codes, interactions, sessions and versions, and the same ten attempts. */
async function race(uri: string, prefix: string): Promise<RaceResult> {
  const { providerShortLived, transactions, attempts, close } = await openRedisShortLived({
    uri,
    prefix,
    clock: CLOCK,
  });
  process.send?.('ready');
  await new Promise((resolve) => process.once('message', resolve));
  const each = Array.from({ length: PRIZES }, (_, index) => String(index));
  const limits = [{ counter: 'account', limit: 10, windowMs: MINUTE }];
  const own = String(process.pid);
  const [consumed, destroyed, replaced, saved, taken] = await Promise.all([
    countTrue(each.map((id) => providerShortLived.consume('AuthorizationCode', id, NOW))),
    countTrue(each.map((id) => providerShortLived.destroy('Interaction', id))),
    countTrue(
      each.map((id) => {
        const next = { id: `${own}-${id}`, payload: { own } };
        return providerShortLived.replace('Session', { id, payload: {} }, next, NOW + MINUTE);
      }),
    ),
    countTrue(each.map(async (uid) => (await transactions.save(aTransaction({ uid }))) !== null)),
    countTrue(
      each.map(async (n) => {
        const attempt = { owner: 'account-1', id: `${own}-${n}`, bucket: 'totp', atMs: NOW, limits };
        return (await attempts.take(attempt)).ok;
      }),
    ),
  ]);
  close();
  return { consumed, destroyed, replaced, saved, attempts: taken };
}

const [, , uri, prefix] = process.argv;
if (uri === undefined || prefix === undefined) throw new Error('which Redis, and which keys?');
process.send?.(await race(uri, prefix));
// It ends when its parent does, or now: the channel alone keeps it alive.
process.disconnect();

/** A replica of a Redis server on this machine, and a sentinel that watches over both. */
import { expect } from 'chai';
import { eventually } from '../time/eventually.ts';
import type { RedisServer, RedisServerOptions } from './redis-server.ts';

type Start = (options?: Omit<RedisServerOptions, 'program'>) => Promise<RedisServer>;

/** Resolves when it has what the primary has. */
export async function startReplica(start: Start, primaryPort: number): Promise<RedisServer> {
  const replica = await start({ settings: [`replicaof 127.0.0.1 ${primaryPort}`] });
  await eventually(async () => {
    expect(await replica.admin.info('replication')).to.include('master_link_status:up');
  }, 10_000);
  return replica;
}

/** Resolves when the replica has all that the primary had done until now. */
export async function caughtUp(primary: RedisServer, replica: RedisServer): Promise<void> {
  const done = await offsetOf(primary);
  await eventually(async () => expect(await offsetOf(replica)).to.be.at.least(done));
}

/** How far a server is in the stream of what was done, which a primary and its replicas have in common. */
async function offsetOf({ admin }: RedisServer): Promise<number> {
  return Number(/^master_repl_offset:(\d+)/m.exec(await admin.info('replication'))?.[1]);
}

/** Resolves when it knows the primary's replica. */
export async function startSentinel(start: Start, name: string, primaryPort: number): Promise<RedisServer> {
  const settings = [
    `sentinel monitor ${name} 127.0.0.1 ${primaryPort} 1`,
    `sentinel down-after-milliseconds ${name} 300`,
    `sentinel failover-timeout ${name} 2000`,
  ];
  const sentinel = await start({ settings, isSentinel: true });
  await eventually(async () => {
    const replicas = await sentinel.admin.call('sentinel', 'replicas', name);
    expect(replicas).to.have.length(1);
  }, 10_000);
  return sentinel;
}

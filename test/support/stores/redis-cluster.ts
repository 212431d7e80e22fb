/** A Redis cluster of three masters on this machine. */
import { expect } from 'chai';
import { eventually } from '../time/eventually.ts';
import type { RedisServer, RedisServerOptions } from './redis-server.ts';

type Start = (options?: Omit<RedisServerOptions, 'program'>) => Promise<RedisServer>;

const SLOTS = 16_384;

/** Masters without replicas, each with a third of the slots. Resolves when all of them say that the cluster is well. */
export async function startCluster(start: Start): Promise<readonly RedisServer[]> {
  const settings = ['cluster-enabled yes', 'cluster-node-timeout 2000'];
  const nodes = await Promise.all([0, 1, 2].map(() => start({ settings })));
  const share = Math.ceil(SLOTS / nodes.length);
  await Promise.all(
    nodes.map(async ({ admin }, index) => {
      const last = Math.min(SLOTS, (index + 1) * share) - 1;
      await admin.cluster('ADDSLOTSRANGE', index * share, last);
      for (const { port } of nodes) await admin.cluster('MEET', '127.0.0.1', port);
    }),
  );
  for (const { admin } of nodes) {
    await eventually(async () => expect(await admin.cluster('INFO')).to.include('cluster_state:ok'), 15_000);
  }
  return nodes;
}

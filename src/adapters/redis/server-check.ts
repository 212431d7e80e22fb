/** Refuses a Redis server that is too old, or that may evict counters by itself. */
import { Cluster } from 'ioredis';
import type { Client } from './client.ts';
import { isRefusedLogin, NotPrimary, Unfit } from './faults.ts';

/** The first release that knows `#!lua`, by which a full server refuses a script before it begins. */
const OLDEST_MAJOR = 7;

function field(info: string, name: string): string {
  return new RegExp(`^${name}:(.*?)\r?$`, 'm').exec(info)?.[1] ?? '';
}

/** Judges what `INFO` says. Throws `NotPrimary` or `Unfit`. */
export function checkServer(info: string): void {
  if (field(info, 'role') !== 'master') throw new NotPrimary('the server is a replica');
  const version = field(info, 'redis_version');
  if (!(Number.parseInt(version, 10) >= OLDEST_MAJOR)) {
    throw new Unfit(`Redis ${version || 'of no version'} is too old: ${OLDEST_MAJOR}.0 or newer is needed`);
  }
  const policy = field(info, 'maxmemory_policy');
  if (policy !== 'noeviction') {
    const effect = 'by which a full server forgets sessions and counted attempts';
    throw new Unfit(`Redis has maxmemory-policy ${policy || 'unknown'}, ${effect}: set it to noeviction`);
  }
}

async function infoOf(node: { info(): Promise<string> }): Promise<string> {
  try {
    return await node.info();
  } catch (error) {
    if (isRefusedLogin(error))
      throw new Unfit('Redis refuses INFO to this user, by which a server is judged: allow it (+info)');
    throw error;
  }
}

/** Throws `NotPrimary` or `Unfit`, or what the client threw when no server answers. In a cluster an absent node is not judged. */
export async function examine(client: Client): Promise<void> {
  const nodes = client instanceof Cluster ? client.nodes('master') : [client];
  const answers = await Promise.allSettled(nodes.map(infoOf));
  for (const answer of answers) {
    if (answer.status === 'fulfilled') checkServer(answer.value);
    else if (answer.reason instanceof Unfit) throw answer.reason;
  }
  const first = answers[0];
  if (answers.every(({ status }) => status === 'rejected')) {
    throw first?.status === 'rejected' ? first.reason : new Error('no node is known');
  }
}

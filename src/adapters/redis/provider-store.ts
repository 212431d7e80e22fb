/** Short-lived payloads of oidc-provider in Redis: a hash for each payload, and keys for the look-ups. */
import { randomUUID } from 'node:crypto';
import { readObject } from '../../domain/json.ts';
import type { ProviderRow, ShortLivedProviderStore } from '../../ports/stores.ts';
import type { Clock } from '../../ports/system.ts';
import type { Connection } from './connection.ts';
import { KEPT_LONGER_MS, type KeyOf, lifetimeOf } from './keys.ts';
import {
  ADD_TO_GRANT,
  CONSUME,
  DESTROY,
  DESTROY_OF_GRANT,
  FIND_BY_UID,
  REPLACE,
  UPSERT,
} from './provider-scripts.ts';

/** The fields of a hash that make up an answer, in the order in which they are asked for. */
const FIELDS = ['payload', 'consumed', 'expires'] as const;

/** Models that nobody consumes: what makes sure that it is done once is spared. */
const NEVER_CONSUMED: ReadonlySet<string> = new Set(['Session', 'Interaction', 'AccessToken']);

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

function isAlive(expires: string | null, now: number): boolean {
  return expires === '' || Number(expires) > now;
}

function toPayload(reply: unknown, now: number): Record<string, unknown> | null {
  const [text = null, consumed = null, expires = null] = Array.isArray(reply) ? reply.map(textOrNull) : [];
  const payload = text !== null && isAlive(expires, now) ? readObject(text) : null;
  return payload && consumed !== null ? { ...payload, consumed: Number(consumed) } : payload;
}

export function createProviderStore(
  connection: Connection,
  keyOf: KeyOf,
  clock: Clock,
): ShortLivedProviderStore {
  const key = (model: string, id: string) => keyOf('provider', `${model}:${id}`);
  const uidKey = (model: string, uid: string) => keyOf('provider-uid', `${model}:${uid}`);
  const grantKey = (model: string, grantId: string) => keyOf('provider-grant', `${model}:${grantId}`);

  const store: ShortLivedProviderStore = {
    async upsert(model, id, payload, expiresAt) {
      const { grantId, uid, consumed } = payload;
      const own = key(model, id);
      const lifetime = expiresAt === null ? '' : lifetimeOf(expiresAt, clock);
      const consumedAt =
        typeof consumed === 'number' && Number.isFinite(consumed) ? Math.floor(consumed) : '';
      const mayBeConsumed = Number(!NEVER_CONSUMED.has(model));
      const found = [expiresAt ?? '', textOrNull(uid) ?? '', textOrNull(grantId) ?? ''];
      const args = [JSON.stringify(payload), lifetime, ...found, consumedAt, mayBeConsumed];
      const acts = [connection.run(UPSERT, [own], args)];
      if (typeof uid === 'string') {
        const until = lifetime === '' ? [] : ['px', lifetime];
        acts.push(connection.send('set', uidKey(model, uid), own, ...until));
      }
      if (typeof grantId === 'string') {
        const member = [own, expiresAt ?? '+inf', clock.now(), KEPT_LONGER_MS];
        acts.push(connection.run(ADD_TO_GRANT, [grantKey(model, grantId)], member));
      }
      await Promise.all(acts);
    },
    async find(model, id, now) {
      return toPayload(await connection.send('hmget', key(model, id), ...FIELDS), now);
    },
    async findByUid(model, uid, now) {
      const reply = await readByUid(uidKey(model, uid));
      return Array.isArray(reply) && reply[FIELDS.length] === uid ? toPayload(reply, now) : null;
    },
    async consume(model, id, now) {
      const args = [now, Math.floor(now / 1000), randomUUID()];
      return (await connection.run(CONSUME, [key(model, id)], args)) === 1;
    },
    async replace(model, previous, next, expiresAt) {
      if (connection.isCluster) return replaceInCluster(model, previous, next, expiresAt);
      const { uid } = next.payload;
      const pointer = typeof uid === 'string' ? [uidKey(model, uid)] : [];
      const keys = [key(model, previous.id), key(model, next.id), ...pointer];
      return (await connection.run(REPLACE, keys, replacement(previous, next, expiresAt))) === 1;
    },
    destroy: (model, id) => destroy(key(model, id)),
    async revokeByGrantId(model, grantId) {
      const all = await connection.send('zrange', grantKey(model, grantId), 0, -1);
      const keys = Array.isArray(all) ? all.map(String) : [];
      if (keys.length === 0) return;
      await Promise.all(keys.map((one) => connection.run(DESTROY_OF_GRANT, [one], [grantId])));
      await connection.send('zrem', grantKey(model, grantId), ...keys);
    },
  };
  return store;

  function replacement(previous: ProviderRow, next: ProviderRow, expiresAt: number) {
    const lifetime = lifetimeOf(expiresAt, clock);
    return [JSON.stringify(previous.payload), JSON.stringify(next.payload), lifetime, expiresAt];
  }

  /** Keys of two ids are on two servers: between the two acts it is under neither. */
  async function replaceInCluster(
    model: string,
    previous: ProviderRow,
    next: ProviderRow,
    expiresAt: number,
  ): Promise<boolean> {
    const own = key(model, previous.id);
    if (previous.id !== next.id) {
      if (!(await destroy(own, JSON.stringify(previous.payload)))) return false;
      await store.upsert(model, next.id, next.payload, expiresAt);
      return true;
    }
    const { uid } = next.payload;
    const [replaced] = await Promise.all([
      connection.run(REPLACE, [own, own], replacement(previous, next, expiresAt)),
      typeof uid === 'string'
        ? connection.send('pexpire', uidKey(model, uid), lifetimeOf(expiresAt, clock), 'gt')
        : null,
    ]);
    return replaced === 1;
  }

  /** Destroys any stored payload, or only the given one. */
  async function destroy(own: string, ...payload: readonly string[]): Promise<boolean> {
    return (await connection.run(DESTROY, [own, `${own}:gone`], [randomUUID(), ...payload])) === 1;
  }

  /** One act where one server has both keys. */
  async function readByUid(pointer: string): Promise<unknown> {
    if (!connection.isCluster) return connection.run(FIND_BY_UID, [pointer], [...FIELDS, 'uid']);
    const own = await connection.send('get', pointer);
    return typeof own === 'string' ? connection.send('hmget', own, ...FIELDS, 'uid') : null;
  }
}

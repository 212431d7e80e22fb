/** The storage adapter of oidc-provider, on our durable and our short-lived store. */
import type { Adapter } from 'oidc-provider';
import { errors } from 'oidc-provider';
import type { DurableProviderStore, ProviderStore, ShortLivedProviderStore } from '../../ports/stores.ts';
import type { Cipher, Clock } from '../../ports/system.ts';
import { familyOf } from '../tokens/token-families.ts';
import { createGrantAdapter } from './grant-adapter.ts';
import { createPayloadCipher } from './payload-cipher.ts';
import { createSessionAdapter } from './session-adapter.ts';

/** Models that must survive the loss of the short-lived store. */
const DURABLE: ReadonlySet<string> = new Set(['Grant', 'RefreshToken']);
/** Models issued under a grant, which end with it. */
const GRANTED = ['AccessToken', 'AuthorizationCode', 'RefreshToken', 'DeviceCode'];
/** Models whose ids may name a family. */
const OF_FAMILIES: ReadonlySet<string> = new Set(['AccessToken', 'RefreshToken']);

/** Milliseconds for which a device and its person are still told that their code has expired (RFC 8628, 3.5). */
const EXPIRED_CODE_KEPT_MS = 15 * 60 * 1000;

export interface ProviderStores {
  readonly durable: Pick<DurableProviderStore, keyof ProviderStore | 'update'>;
  readonly shortLived: ShortLivedProviderStore;
}

/**
 * Stores ids as digests and payloads encrypted. The value of a token, code or session cookie is its id, so a reader of
 * the stores can use none of them. The session's uid and the grant stay in clear, because models are found by them. The
 * code that a person types for a device is found by its digest, which takes the place of a uid.
 *
 * @param isFamilyEnded a token of an ended family is not found, whoever issued it in the meantime
 * @param sessionIdleMs milliseconds after its last use at which a session ends; null sets no limit
 */
export function createProviderAdapter(
  stores: ProviderStores,
  cipher: Cipher,
  clock: Clock,
  isFamilyEnded: (family: string) => Promise<boolean> = async () => false,
  sessionIdleMs: number | null = null,
): (model: string) => Adapter {
  const storeOf = (model: string) => (DURABLE.has(model) ? stores.durable : stores.shortLived);
  const { keyOf, userCodeKey, sealed, opened } = createPayloadCipher(cipher);

  async function revoke(grantId: string): Promise<void> {
    await Promise.all([
      ...GRANTED.map((model) => storeOf(model).revokeByGrantId(model, grantId)),
      stores.durable.destroy('Grant', keyOf('Grant', grantId)),
    ]);
  }

  /** Milliseconds since the epoch. */
  function endOf(expiresIn: number | undefined, longer = 0): number | null {
    return expiresIn ? clock.now() + expiresIn * 1000 + longer : null;
  }

  const updateGrant = (...[id, payload, expiresIn]: Parameters<Adapter['upsert']>) =>
    stores.durable.update('Grant', keyOf('Grant', id), sealed('Grant', payload), endOf(expiresIn));

  const sessions = createSessionAdapter({
    store: stores.shortLived,
    keyOf: (id) => keyOf('Session', id),
    encrypt: (payload) => sealed('Session', payload),
    open: (stored) => opened('Session', stored),
    idleMs: sessionIdleMs,
    clock,
  });

  return (model) => {
    const store = storeOf(model);
    const adapter: Adapter = {
      async upsert(id, payload, expiresIn) {
        const longer = model === 'DeviceCode' ? EXPIRED_CODE_KEPT_MS : 0;
        await store.upsert(model, keyOf(model, id), sealed(model, payload), endOf(expiresIn, longer));
      },
      async find(id) {
        // Clients come from the configuration alone; nobody registers one at run time.
        if (model === 'Client') return undefined;
        const family = OF_FAMILIES.has(model) ? familyOf(id) : null;
        const [stored, isEnded] = await Promise.all([
          store.find(model, keyOf(model, id), clock.now()),
          family !== null && isFamilyEnded(family),
        ]);
        return isEnded ? undefined : opened(model, stored);
      },
      async findByUid(uid) {
        return opened(model, await store.findByUid(model, uid, clock.now()));
      },
      async findByUserCode(userCode) {
        return opened(model, await store.findByUid(model, userCodeKey(userCode), clock.now()));
      },
      /** A claim, not a mark: the library lets two parallel exchanges pass where this is an unconditional write. */
      async consume(id) {
        if (await store.consume(model, keyOf(model, id), clock.now())) return;
        const grantId = (await store.find(model, keyOf(model, id), clock.now()))?.grantId;
        if (typeof grantId === 'string') await revoke(grantId);
        if (model === 'PushedAuthorizationRequest') throw new errors.InvalidRequestUri('it was used already');
        throw new errors.InvalidGrant('it was used already');
      },
      /** Resume is the only one who destroys an interaction: the second of two must not issue a second code. */
      async destroy(id) {
        const destroyed = await store.destroy(model, keyOf(model, id));
        if (!destroyed && model === 'Interaction')
          throw new errors.SessionNotFound('interaction session not found');
      },
      async revokeByGrantId(grantId) {
        await store.revokeByGrantId(model, grantId);
      },
    };
    if (model === 'Session') return { ...adapter, ...sessions };
    return model === 'Grant' ? { ...adapter, ...createGrantAdapter(adapter, updateGrant) } : adapter;
  };
}

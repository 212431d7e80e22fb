/** Stores the grants of the provider. A save of a grant that was read replaces it: one that was revoked meanwhile stays revoked. */
import { type Adapter, type AdapterPayload, errors } from 'oidc-provider';
import { isObject } from '../../domain/json.ts';

/** @param update false when there is no grant with this id */
export function createGrantAdapter(
  adapter: Pick<Adapter, 'find' | 'upsert'>,
  update: (...saved: Parameters<Adapter['upsert']>) => Promise<boolean>,
): Pick<Adapter, 'find' | 'upsert'> {
  /** The parts of the grants that were read. The library returns these objects unchanged when it saves. */
  const read = new WeakSet<object>();
  const partsOf = ({ openid, resources, rejected }: AdapterPayload) =>
    [openid, resources, rejected].filter(isObject);

  return {
    async find(id) {
      const payload = await adapter.find(id);
      if (payload) for (const part of partsOf(payload)) read.add(part);
      return payload;
    },
    /** @throws AccessDenied when the grant was revoked since it was read */
    async upsert(id, payload, expiresIn) {
      if (!partsOf(payload).some((part) => read.has(part))) return adapter.upsert(id, payload, expiresIn);
      if (!(await update(id, payload, expiresIn))) throw new errors.AccessDenied('the grant was revoked');
    },
  };
}

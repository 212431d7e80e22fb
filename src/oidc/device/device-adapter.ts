/**
 * Adds two rules of a device's sign-in around the provider's adapter.
 *
 * Only the browser that confirmed a device finishes its sign-in. An attacker on a sibling host could confirm his own
 * device, and plant the cookies of that interaction in another browser. Its person would sign the device in without the
 * question. The session's cookie cannot be planted over TLS: its name begins with `__Host-`.
 *
 * A fault of the server ends no device's sign-in: the person tries again with the same code.
 */
import { type Adapter, type AdapterPayload, Provider } from 'oidc-provider';
import type { Cipher } from '../../ports/system.ts';

/** The library keeps the parameters of an interaction as they are, and no other field of ours. */
const MARK = 'confirmed_in';

export function createDeviceAdapter(
  adapterOf: (model: string) => Adapter,
  cipher: Pick<Cipher, 'digest'>,
): (model: string) => Adapter {
  const markOf = (sessionUid: string) => cipher.digest(sessionUid, 'device-confirmed');

  function marked(payload: AdapterPayload): AdapterPayload {
    const session = sessionOf('code_verification', 'device_resume');
    if (!payload.deviceCode || !session) return payload;
    // The session of another account ends first, and its uid with it. The resume ticket binds the browser by then.
    const mark = payload.result ? undefined : markOf(session.uid);
    return { ...payload, params: { ...payload.params, [MARK]: mark } };
  }

  function isElsewhere({ deviceCode, params }: AdapterPayload): boolean {
    const session = sessionOf('device_resume');
    const mark = params?.[MARK];
    return Boolean(deviceCode && session) && mark !== undefined && mark !== markOf(String(session?.uid));
  }

  return (model) => {
    const adapter = adapterOf(model);
    if (model === 'DeviceCode')
      return {
        ...adapter,
        upsert: (id, payload, expiresIn) => adapter.upsert(id, pending(payload), expiresIn),
      };
    if (model !== 'Interaction') return adapter;
    return {
      ...adapter,
      upsert: (id, payload, expiresIn) => adapter.upsert(id, marked(payload), expiresIn),
      async find(id) {
        const found = await adapter.find(id);
        return found && isElsewhere(found) ? undefined : found;
      },
    };
  };
}

/** The library keeps a fault of the server as the device's answer. */
function pending(payload: AdapterPayload): AdapterPayload {
  if (payload.error !== 'server_error') return payload;
  const { error: _fault, errorDescription: _words, ...before } = payload;
  return { ...before, inFlight: false };
}

/** The session of the provider's current request, in one of these routes. */
function sessionOf(...routes: readonly string[]) {
  const oidc = Provider.ctx?.oidc;
  return oidc && routes.includes(oidc.route) ? oidc.session : undefined;
}

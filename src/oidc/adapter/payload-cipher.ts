/** Encrypts the payloads of oidc-provider, and digests the ids that they are stored under. */
import type { AdapterPayload } from 'oidc-provider';
import { providerPurpose } from '../../domain/keys.ts';
import type { Cipher } from '../../ports/system.ts';

export type Stored = Readonly<Record<string, unknown>>;

export function createPayloadCipher(cipher: Cipher) {
  function keyOf(model: string, id: string): string {
    return cipher.digest(id, providerPurpose(model));
  }

  /** The code that a person types for a device is found by it, as a session is by its uid. */
  function userCodeKey(userCode: string): string {
    return cipher.digest(userCode, providerPurpose('UserCode'));
  }

  function sealed(model: string, payload: AdapterPayload): Record<string, unknown> {
    const { grantId, userCode } = payload;
    const uid = userCode === undefined ? payload.uid : userCodeKey(userCode);
    return {
      sealed: cipher.encrypt(JSON.stringify(payload), providerPurpose(model)),
      ...(grantId === undefined ? {} : { grantId }),
      // An interaction's uid is its id, and nobody looks for it by that.
      ...(uid === undefined || model === 'Interaction' ? {} : { uid }),
    };
  }

  function opened(model: string, stored: Stored | null): AdapterPayload | undefined {
    if (stored === null || typeof stored.sealed !== 'string') return undefined;
    const text = cipher.tryDecrypt(stored.sealed, providerPurpose(model));
    // Under a key that is not there any more: as if it had expired, and whoever has it signs in again.
    if (text === null) return undefined;
    const payload: AdapterPayload = JSON.parse(text);
    return stored.consumed === undefined ? payload : { ...payload, consumed: Number(stored.consumed) };
  }

  return { keyOf, userCodeKey, sealed, opened };
}

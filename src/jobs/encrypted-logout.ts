/** Queued notices of ended sessions at rest, encrypted for one id and one expiry. */
import { readObject } from '../domain/json.ts';
import type { LogoutNotice } from '../ports/logout.ts';
import type { QueuedItem } from '../ports/queue.ts';
import type { Cipher } from '../ports/system.ts';

/** In milliseconds: the time for which an application is told again. */
const LIFE_MS = 5 * 60 * 1000;

function purposeOf({ id, expiresAt }: Pick<QueuedItem, 'id' | 'expiresAt'>): string {
  return `logout|${id}|${expiresAt}`;
}

export function encryptLogout(
  cipher: Pick<Cipher, 'encrypt'>,
  { noticeId, clientId, accountId, sid }: LogoutNotice,
  nowMs: number,
): QueuedItem {
  const unencrypted = { id: noticeId, expiresAt: nowMs + LIFE_MS };
  const text = JSON.stringify({ clientId, accountId, sid });
  return { ...unencrypted, encrypted: cipher.encrypt(text, purposeOf(unencrypted)) };
}

/** Null: no key of the cipher opens it, or it is not the notice of this id and expiry. */
export function decryptLogout(cipher: Pick<Cipher, 'tryDecrypt'>, item: QueuedItem): LogoutNotice | null {
  const plain = cipher.tryDecrypt(item.encrypted, purposeOf(item));
  const { clientId, accountId, sid } = (plain === null ? null : readObject(plain)) ?? {};
  if (typeof clientId !== 'string' || typeof accountId !== 'string' || typeof sid !== 'string') return null;
  return { noticeId: item.id, clientId, accountId, sid };
}

/** Queued mail at rest: the rendered message and its recipient, encrypted for one id and one expiry. */
import { readObject } from '../domain/json.ts';
import type { QueuedMail } from '../ports/mail.ts';
import type { Message } from '../ports/senders.ts';
import type { Cipher } from '../ports/system.ts';

type Unencrypted = Pick<QueuedMail, 'id' | 'expiresAt'>;

/** The expiry is part of it: nobody who can write to the store prolongs the life of a code. */
function purposeOf({ id, expiresAt }: Unencrypted): string {
  return `mail|${id}|${expiresAt}`;
}

export function encryptMail(
  cipher: Pick<Cipher, 'encrypt'>,
  { to, subject, text, html, sendingId, onceId }: Message,
  mail: Unencrypted,
): string {
  return cipher.encrypt(JSON.stringify({ to, subject, text, html, sendingId, onceId }), purposeOf(mail));
}

/** Null: no key of the cipher opens it, or it is not the message of this id and expiry. */
export function decryptMail(cipher: Pick<Cipher, 'tryDecrypt'>, mail: QueuedMail): Message | null {
  const plain = cipher.tryDecrypt(mail.encrypted, purposeOf(mail));
  const { to, subject, text, html, sendingId, onceId } = (plain === null ? null : readObject(plain)) ?? {};
  if (typeof to !== 'string' || typeof subject !== 'string' || typeof text !== 'string') return null;
  if (html !== null && typeof html !== 'string') return null;
  const message = { channel: 'email', to, subject, text, html, expiresAt: mail.expiresAt } as const;
  return {
    ...message,
    ...(typeof sendingId === 'string' && { sendingId }),
    ...(typeof onceId === 'string' && { onceId }),
  };
}

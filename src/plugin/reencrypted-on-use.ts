/** Enrolments that are re-encrypted with the current key when they are read. */
import type { ReencryptableEnrolments } from '../ports/keys.ts';
import type { Cipher, Clock } from '../ports/system.ts';
import { createReencryption } from '../use-cases/keys/reencryption.ts';

export function reencryptedOnUse(
  enrolments: ReencryptableEnrolments,
  cipher: Cipher,
  clock: Clock,
): ReencryptableEnrolments {
  const { onUse } = createReencryption({ enrolments, providerDurable: null, cipher, clock });
  const listByAccount = async (accountId: string) =>
    Promise.all((await enrolments.listByAccount(accountId)).map(onUse));
  return { ...enrolments, listByAccount };
}

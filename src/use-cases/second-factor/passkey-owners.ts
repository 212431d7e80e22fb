/** The owners of passkeys: looked up at a sign-in without a name, and claimed at an enrolment. */
import type { OnceStore } from '../../ports/stores.ts';
import type { Cipher } from '../../ports/system.ts';

interface PasskeyOwnersDeps {
  readonly onceKeys: Pick<OnceStore, 'first' | 'peek'>;
  readonly cipher: Pick<Cipher, 'digest'>;
}

/** A passkey that is about to be enrolled. */
interface Claimed {
  readonly accountId: string;
  readonly enrolmentId: string;
  readonly credentialId: string;
}

export function createPasskeyOwners({ onceKeys, cipher }: PasskeyOwnersDeps) {
  /** The account's name for authenticators. It reveals nothing and never changes (WebAuthn, 14.6.1). */
  function userHandleOf(accountId: string): string {
    return cipher.digest(accountId, 'passkey-user');
  }

  /** Digested, since the handle comes from a browser: the key of a look-up has a fixed length. */
  function ownerKey(userHandle: string): string {
    return `passkey-owner:${cipher.digest(userHandle, 'passkey-owner')}`;
  }

  /**
   * Keeps a credential id for one enrolment, whatever the account (WebAuthn, 7.1, step 26). False when another enrolment
   * has it. Both are inserts under a unique key, and the same form again claims the same.
   */
  async function claim({ accountId, enrolmentId, credentialId }: Claimed): Promise<boolean> {
    const key = `passkey-credential:${cipher.digest(credentialId, 'passkey-credential')}`;
    const [holder] = await Promise.all([
      onceKeys.first(key, enrolmentId, null),
      onceKeys.first(ownerKey(userHandleOf(accountId)), accountId, null),
    ]);
    return holder === enrolmentId;
  }

  /** The account with this user handle. Null for a handle that no enrolment has stored. */
  function ownerOf(userHandle: string): Promise<string | null> {
    return onceKeys.peek(ownerKey(userHandle));
  }

  return { userHandleOf, claim, ownerOf };
}

export type PasskeyOwners = ReturnType<typeof createPasskeyOwners>;

/** Lets codes to a mailbox count again, once its owner has given another factor after a reset of the password. */
import type { Account } from '../../../domain/account.ts';
import type { AccountStore } from '../../../ports/stores.ts';
import type { Clock } from '../../../ports/system.ts';

interface MailboxTrustDeps {
  readonly accounts: Pick<AccountStore, 'findById' | 'update'>;
  readonly clock: Clock;
}

/** Called after a sign-in with a second factor. While the mark stands, no code by e-mail is one (`domain/methods/email.ts`). */
export function createMailboxTrust({ accounts, clock }: MailboxTrustDeps) {
  return async ({ id, mailResetAt }: Account): Promise<void> => {
    if (mailResetAt === null) return;
    // A later reset has a mark of its own, which this factor knows nothing of.
    const account = await accounts.findById(id);
    if (account?.mailResetAt === mailResetAt) await accounts.update(id, { mailResetAt: null }, clock.now());
  };
}

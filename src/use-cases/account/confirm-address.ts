/** Notes that the owner of an account has proven its e-mail address, by a code or a link in a mail. */
import type { Account } from '../../domain/account.ts';
import type { EventDetails } from '../../domain/event-details.ts';
import { methodSentTo } from '../../domain/methods/index.ts';
import type { EventLog } from '../../ports/events.ts';
import type { AccountStore } from '../../ports/stores.ts';
import type { Clock } from '../../ports/system.ts';

interface ConfirmAddressDeps {
  readonly accounts: Pick<AccountStore, 'confirmEmail'>;
  readonly events: EventLog;
  readonly clock: Clock;
}

/** Does nothing when the address is confirmed already, or is another one by now. */
export async function confirmAddress(
  { accounts, events, clock }: ConfirmAddressDeps,
  { id, tenantId, email, emailConfirmed }: Account,
  details: EventDetails,
): Promise<void> {
  if (emailConfirmed || !(await accounts.confirmEmail(id, email, clock.now()))) return;
  const line = { accountId: id, tenantId, method: methodSentTo('address'), ...details };
  await events.append({ ...line, name: 'contact.confirmed' });
}

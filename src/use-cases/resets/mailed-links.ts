/** The links in the mails about a reset: one cancels the request, the other one leads to the set-up after it. */
import type { Account } from '../../domain/account.ts';
import { hasFactor } from '../../domain/enrolment/enrolment.ts';
import { WAITING } from '../../domain/resets/reset-request.ts';
import { hasEnded, isBarred } from '../../domain/sign-in/ending.ts';
import type { EventLog } from '../../ports/events.ts';
import type { AccountStore, EnrolmentStore } from '../../ports/stores.ts';
import type { Clock } from '../../ports/system.ts';
import { confirmAddress } from '../account/confirm-address.ts';
import type { LinkTokens } from '../account/link-tokens.ts';
import type { VisitTickets } from '../sign-in/visit-tickets.ts';
import type { ListedReset, ResetDecisions } from './decide.ts';

interface ResetLinksDeps {
  readonly accounts: Pick<AccountStore, 'findById' | 'confirmEmail'>;
  readonly enrolments: Pick<EnrolmentStore, 'listByAccount'>;
  readonly decisions: Pick<ResetDecisions, 'find' | 'cancel'>;
  readonly tokens: Pick<LinkTokens, 'read'>;
  readonly tickets: Pick<VisitTickets, 'issue'>;
  readonly events: EventLog;
  readonly clock: Clock;
}

export function createResetLinks(deps: ResetLinksDeps) {
  const { accounts, enrolments, decisions, tokens, tickets, events, clock } = deps;

  /** The request of a link that cancels it. Null for a link that is foreign or too old. */
  async function toCancel(token: string): Promise<ListedReset | null> {
    const read = tokens.read('cancel-reset', token);
    const found = read?.about ? await decisions.find(read.about) : null;
    return found?.account.id === read?.id ? found : null;
  }

  /** False when there is nothing to cancel any more. A repeated call stays true. */
  async function cancel(token: string, ip: string): Promise<boolean> {
    const found = await toCancel(token);
    if (!found) return false;
    if (found.state === 'cancelled') return true;
    return WAITING.has(found.state) && (await decisions.cancel(found.request.id, ip)).kind === 'decided';
  }

  /** The account of a link that leads to the set-up after a reset. Null when the link has done its work, or has ended. */
  async function toSetUp(token: string): Promise<{ account: Account; link: string } | null> {
    const read = tokens.read('set-up-again', token);
    const account = read && (await accounts.findById(read.id));
    if (!account || account.email !== read.email || hasEnded(read.issuedAt, account)) return null;
    if (isBarred(account)) return null;
    if (hasFactor(await enrolments.listByAccount(account.id))) return null;
    return { account, link: `reset:${read.about}:${read.issuedAt}` };
  }

  /** Uses the link: gives a ticket for the sign-in in this browser. The link has proven the address of the account. */
  async function useSetUp(token: string, ip: string): Promise<{ account: Account; ticket: string } | null> {
    const found = await toSetUp(token);
    if (!found) return null;
    const { account, link } = found;
    await confirmAddress({ accounts, events, clock }, account, { ip });
    const ticket = tickets.issue({ accountId: account.id, link, firstFactor: null, newCodes: null });
    return { account, ticket };
  }

  return { toCancel, cancel, toSetUp, useSetUp };
}

export type ResetLinks = ReturnType<typeof createResetLinks>;

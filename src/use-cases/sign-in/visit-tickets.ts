/**
 * Tickets that carry what a link in a mail has proven into the sign-in after it. The browser keeps one in a cookie. The
 * first used ticket of a link counts, so that a link serves one browser.
 */
import type { AuthenticationEvent } from '../../domain/policy/assurance.ts';
import { hasEnded, isBarred } from '../../domain/sign-in/ending.ts';
import {
  EMPTY_TRANSACTION,
  newCodesPurpose,
  type SignInTransaction,
} from '../../domain/sign-in/transaction.ts';
import type { EventLog } from '../../ports/events.ts';
import type { OnceStore, TransactionStore } from '../../ports/stores.ts';
import { type Cipher, type Clock, type Random, SecretUnreadable } from '../../ports/system.ts';
import { createPendingEvents } from '../events/pending-events.ts';
import type { LoadSnapshot } from '../second-factor/evaluate-policy.ts';
import { type AcceptedFirstFactor, unwantedBecause, type WantedAccount } from './wanted-account.ts';

interface VisitTicketsDeps {
  readonly onceKeys: Pick<OnceStore, 'first'>;
  readonly transactions: Pick<TransactionStore, 'save'>;
  readonly loadSnapshot: LoadSnapshot;
  readonly cipher: Pick<Cipher, 'encrypt' | 'decrypt'>;
  readonly events: EventLog;
  readonly clock: Clock;
  readonly random: Pick<Random, 'id'>;
}

/** The facts that a link has proven. */
export interface ProvenByLink {
  readonly accountId: string;
  /** The link among all links. */
  readonly link: string;
  /** The first factor that was set with the link. Null: the person signs in with the one that there is. */
  readonly firstFactor: AuthenticationEvent | null;
  /** New recovery codes that are still to be shown, as JSON. Null: there are none. */
  readonly newCodes: string | null;
}

interface Ticket extends ProvenByLink {
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly issuedAt: number;
}

/** The interaction in which a sign-in begins. */
export interface Beginning extends WantedAccount {
  readonly uid: string;
  readonly clientId: string;
  readonly ip: string;
  readonly expiresAt: number;
}

const PURPOSE = 'visit-ticket';
const MINUTE_MS = 60_000;
/** Milliseconds in which the set-up has to begin. */
export const TICKET_LIFETIME_MS = 30 * MINUTE_MS;
/** Milliseconds for redirects from the form to the sign-in, which need no person. */
const FIRST_FACTOR_MS = 2 * MINUTE_MS;
/** Milliseconds for which a used link is remembered: the longest link lives for seven days. */
const REMEMBERED_MS = 8 * 24 * 60 * MINUTE_MS;

export function createVisitTickets(deps: VisitTicketsDeps) {
  const { onceKeys, transactions, loadSnapshot, cipher, events, clock, random } = deps;

  function issue(proven: ProvenByLink): string {
    const ticket: Ticket = { ...proven, id: random.id(), issuedAt: clock.now() };
    return cipher.encrypt(JSON.stringify(ticket), PURPOSE);
  }

  /** Null for a ticket that is foreign or too old. */
  function read(text: string): Ticket | null {
    try {
      // Only this file encrypts for this purpose, so the content has its form.
      const ticket: Ticket = JSON.parse(cipher.decrypt(text, PURPOSE));
      return clock.now() < ticket.issuedAt + TICKET_LIFETIME_MS ? ticket : null;
    } catch (error) {
      if (error instanceof SecretUnreadable) return null;
      throw error;
    }
  }

  async function isFirst(key: string, value: string): Promise<boolean> {
    return (await onceKeys.first(key, value, clock.now() + REMEMBERED_MS)) === value;
  }

  /**
   * Begins a sign-in with the first factor that was set a moment ago. Null for every ticket that does not do so: the person
   * signs in as always.
   */
  async function begin(text: string, beginning: Beginning): Promise<AcceptedFirstFactor | null> {
    const ticket = read(text);
    if (!ticket?.firstFactor || clock.now() >= ticket.issuedAt + FIRST_FACTOR_MS) return null;
    const { firstFactor, link, id, accountId, newCodes } = ticket;
    const snapshot = await loadSnapshot(accountId);
    if (!snapshot || unwantedBecause(snapshot.account, beginning)) return null;
    const { account } = snapshot;
    if (isBarred(account) || hasEnded(firstFactor.atMs, account)) return null;
    const { uid, clientId, ip, expiresAt } = beginning;
    if (!(await isFirst(`visit:${link}`, id)) || !(await isFirst(`visit-begun:${id}`, uid))) return null;
    const transaction: SignInTransaction = {
      ...EMPTY_TRANSACTION,
      uid,
      version: 0,
      accountId,
      authentications: [firstFactor],
      isSetUpProven: true,
      newCodes: newCodes === null ? null : cipher.encrypt(newCodes, newCodesPurpose({ uid, accountId })),
      keepsAuthTime: null,
      expiresAt,
    };
    const kept = await transactions.save(transaction);
    if (!kept) return null;
    const name =
      firstFactor.method === 'pwd' ? ('sign_in.password_accepted' as const) : 'sign_in.passkey_accepted';
    const method = firstFactor.method === 'pwd' ? null : firstFactor.method;
    const line = { accountId, tenantId: account.tenantId, clientId, ip, method };
    return { transaction: kept, snapshot, pending: createPendingEvents(events, [{ ...line, name }]) };
  }

  /** Adds the proof for a set-up to a sign-in of the same account. Another sign-in stays as it is. */
  async function prove(text: string, accepted: AcceptedFirstFactor): Promise<AcceptedFirstFactor> {
    const ticket = read(text);
    const { transaction, snapshot } = accepted;
    if (!ticket || !snapshot || ticket.accountId !== transaction.accountId) return accepted;
    if (isBarred(snapshot.account) || hasEnded(ticket.issuedAt, snapshot.account)) return accepted;
    if (!(await isFirst(`visit:${ticket.link}`, ticket.id))) return accepted;
    const kept = await transactions.save({ ...transaction, isSetUpProven: true });
    return kept ? { ...accepted, transaction: kept } : accepted;
  }

  return { issue, begin, prove };
}

export type VisitTickets = ReturnType<typeof createVisitTickets>;

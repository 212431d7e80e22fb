/**
 * Invites people who have no password yet. A once-only key takes each invitation before its mail, and a mark follows it. So a
 * repeated run mails nobody twice, and names those whose mail is uncertain.
 */
import type { Account } from '../../domain/account.ts';
import { hasFactor } from '../../domain/enrolment/enrolment.ts';
import { beginningAt, isBarred } from '../../domain/sign-in/ending.ts';
import type { EventLog } from '../../ports/events.ts';
import type { Messenger } from '../../ports/senders.ts';
import type { AccountStore, EnrolmentStore, OnceStore } from '../../ports/stores.ts';
import type { Clock, Random } from '../../ports/system.ts';
import { LINK_LIFETIME_MS } from '../account/link-tokens.ts';

interface InvitingDeps {
  readonly accounts: Pick<AccountStore, 'findById' | 'update'>;
  readonly enrolments: Pick<EnrolmentStore, 'listByAccount'>;
  readonly onceKeys: Pick<OnceStore, 'claim' | 'first' | 'held'>;
  readonly messenger: Messenger;
  readonly invitationUrl: (account: Account, clientId: string | null) => string;
  readonly events: EventLog;
  /** As in the lines of the audit log. */
  readonly actor: string;
  readonly clock: Clock;
  readonly random: Pick<Random, 'id'>;
}

/**
 * `joined`: the account has a first factor. `recent`: an invitation was mailed within a day. `uncertain`: such an invitation
 * was interrupted, and may not have been mailed. `failed`: the mail could not be handed over.
 */
export type InvitationOutcome = 'invited' | 'joined' | 'disabled' | 'recent' | 'uncertain' | 'failed';

export interface InvitationOrder {
  /** The application that the person goes on to. */
  readonly clientId: string | null;
  /** Also an account that was invited within a day. */
  readonly isAgain: boolean;
  /** The same for each run of an order that mails a person once. Absent: each call is an order of its own. */
  readonly onceId?: string;
}

/** Milliseconds in which a repeated run invites nobody again. */
const RECENT_MS = 24 * 60 * 60 * 1000;
/** Milliseconds for which an order is known by its id. */
const ORDER_KEPT_MS = 90 * 24 * 60 * 60 * 1000;
/** Milliseconds after which a run that has taken an invitation and not begun it is dead. */
const DEAD_MS = 60_000;

export function createInviting(deps: InvitingDeps) {
  const { accounts, enrolments, onceKeys, messenger, invitationUrl, events, actor, clock, random } = deps;
  const sentKey = (id: string, invitedAt: number) => `invitation-sent:${id}:${invitedAt}`;

  /** Whether the account waits for its first password or factor. */
  async function isWaiting(account: Account): Promise<boolean> {
    return !hasJoined(account, hasFactor(await enrolments.listByAccount(account.id)));
  }

  async function invite(accountId: string, order: InvitationOrder): Promise<InvitationOutcome> {
    const account = await accounts.findById(accountId);
    if (!account || !(await isWaiting(account))) return 'joined';
    if (isBarred(account)) return 'disabled';
    if (order.onceId !== undefined) return inviteOnce(account, order.onceId, order);
    const { id, invitedAt } = account;
    const now = clock.now();
    if (!order.isAgain && invitedAt !== null && now < invitedAt + RECENT_MS) {
      const isSent = (await onceKeys.held([sentKey(id, invitedAt)])).size > 0;
      return isSent ? 'recent' : 'uncertain';
    }
    // Two runs may read the same invitation: one of them goes on. A run that died before it changed anything is replaced.
    const key = `invited:${id}:${invitedAt ?? 0}`;
    const own = `${now} ${random.id()}`;
    const taken = await onceKeys.first(key, own, now + RECENT_MS);
    if (taken !== own && now < Number.parseInt(taken, 10) + DEAD_MS) return 'recent';
    const nextInvitedAt = beginningAt(now, account);
    await accounts.update(id, { invitedAt: nextInvitedAt }, now);
    return send({ ...account, invitedAt: nextInvitedAt }, nextInvitedAt, order);
  }

  /** Each act may be repeated: the first run of the order has decided the time of the invitation. */
  async function inviteOnce(
    account: Account,
    onceId: string,
    order: InvitationOrder,
  ): Promise<InvitationOutcome> {
    const now = clock.now();
    const own = String(beginningAt(now, account));
    const invitedAt = Number(await onceKeys.first(`invited-by:${onceId}`, own, now + ORDER_KEPT_MS));
    if (invitedAt > (account.invitedAt ?? 0)) await accounts.update(account.id, { invitedAt }, now);
    return send(account, invitedAt, order);
  }

  async function send(
    account: Account,
    invitedAt: number,
    { clientId, onceId }: InvitationOrder,
  ): Promise<InvitationOutcome> {
    const { id, tenantId, email, locale } = account;
    const to = { channel: 'email', to: email, tenantId, locale } as const;
    const template = {
      kind: 'invitation',
      url: invitationUrl(account, clientId),
      workspace: tenantId,
      expiresAt: invitedAt + LINK_LIFETIME_MS.invitation,
    } as const;
    const isHandedOver = await messenger.send(to, template, onceId);
    const line = { accountId: id, tenantId, clientId, actor };
    if (!isHandedOver) {
      await events.append({ ...line, name: 'account.invited', reason: 'delivery_failed' });
      return 'failed';
    }
    await onceKeys.claim(sentKey(id, invitedAt), invitedAt + 2 * RECENT_MS);
    await events.append({ ...line, name: 'account.invited', once: { key: id, atMs: invitedAt } });
    return 'invited';
  }

  return { invite, isWaiting };
}

export type Inviting = ReturnType<typeof createInviting>;

/** Whether the account waits for an invitation: its owner may join, and has neither a password nor a factor. */
export function waitsForInvitation(account: Account, isProtected: boolean): boolean {
  return !isBarred(account) && !hasJoined(account, isProtected);
}

/** `isProtected`: a factor is set up, for example a passkey alone. */
function hasJoined({ passwordHash }: Account, isProtected: boolean): boolean {
  return passwordHash !== null || isProtected;
}

/**
 * A change of the e-mail address, by its owner or by an administrator. It counts once the button behind the link in a mail
 * to the new address is pressed. Until then the owner can stop it.
 */
import { type Account, normaliseEmail } from '../../../domain/account.ts';
import { maskedEmail } from '../../../domain/contact.ts';
import { type Enrolment, hasFactor } from '../../../domain/enrolment/enrolment.ts';
import { methodSentTo, sentTo } from '../../../domain/methods/index.ts';
import type { PolicyResult } from '../../../domain/policy/policy.ts';
import { accepted, FROZEN, type Outcome, type Refusal, refused } from '../../../domain/refusal.ts';
import { isTypedEmail } from '../../../domain/self-service/details.ts';
import {
  MOST_FORMER,
  type PendingEmail,
  RESTORE_LINK_MS,
  restorable,
} from '../../../domain/self-service/email-change.ts';
import { beginningAt, hasEnded } from '../../../domain/sign-in/ending.ts';
import type { EventLog } from '../../../ports/events.ts';
import type { Messenger } from '../../../ports/senders.ts';
import type { AccountStore, EnrolmentStore, TrustedBrowserStore } from '../../../ports/stores.ts';
import type { Clock } from '../../../ports/system.ts';
import type { CountedSend } from '../../second-factor/send-limits.ts';
import type { LinkTokens } from '../link-tokens.ts';
import { LINK_LIFETIME_MS } from '../link-tokens.ts';
import type { AddressOutcome, FormSender } from '../own-details.ts';
import {
  type CountMail,
  doneByLink,
  mailNewAddress,
  matchingLink,
  type NewAddressLink,
} from './new-address-link.ts';

interface EmailChangeDeps {
  readonly accounts: Pick<AccountStore, 'findById' | 'findByEmail' | 'update' | 'replaceEmail'>;
  readonly enrolments: Pick<EnrolmentStore, 'listByAccount'>;
  readonly trustedBrowsers: Pick<TrustedBrowserStore, 'removeAll'>;
  readonly tokens: Pick<LinkTokens, 'read'>;
  /** The URL that confirms a new address. */
  readonly confirmUrl: NewAddressLink;
  readonly messenger: Messenger;
  readonly countMail: CountMail;
  readonly events: EventLog;
  readonly clock: Clock;
}

/** Milliseconds: as long as an enrolment waits for its code. */
const UNPROVEN_MS = 15 * 60 * 1000;

export function createEmailChange(deps: EmailChangeDeps) {
  const { accounts, enrolments, trustedBrowsers, confirmUrl, events, clock } = deps;

  /**
   * Begins a change. An account without a second factor answers a code to its present address first: `proof`. Otherwise the
   * link is mailed. The answer is the same for an address that another account has, whose owner gets a mail without a link.
   */
  async function ask(
    policyResult: PolicyResult,
    typed: string,
    from: FormSender,
  ): Promise<Outcome<AddressOutcome>> {
    const { account, enrolments: existing } = policyResult;
    const email = normaliseEmail(typed);
    if (email === account.email) return accepted('unchanged');
    if (account.frozenAt !== null) return refused(FROZEN);
    const refusal = whyNot(account, email);
    if (refusal) return refused(refusal);
    if (hasFactor(existing)) return mailLink(policyResult, email, from);
    const now = clock.now();
    const pendingEmail = { email, askedAt: now, linkIssuedAt: null };
    await accounts.update(account.id, { pendingEmail }, now);
    return accepted('proof');
  }

  /** Why the address can't be changed to this one now, whoever asks. Null when it can. */
  function whyNot(account: Account, email: string): Refusal | null {
    if (!isTypedEmail(email)) return { code: 'field_invalid', because: 'email_incomplete' };
    const now = clock.now();
    const former = restorable(account.formerEmails, now);
    if (former.length < MOST_FORMER) return null;
    const [oldest] = former;
    return { code: 'resend_too_soon', retryAt: (oldest?.linkIssuedAt ?? now) + RESTORE_LINK_MS };
  }

  /** Mails the link to the new address, after the proof that the account asks for. `counted`: the mail, if it is counted. */
  async function mailLink(
    policyResult: Pick<PolicyResult, 'account' | 'tenant'>,
    email: string,
    { locale, ...from }: FormSender & { readonly actor?: string },
    counted?: CountedSend,
  ): Promise<Outcome<AddressOutcome>> {
    const { account } = policyResult;
    const mailed = await mailNewAddress(deps, policyResult, {
      email,
      locale,
      counted,
      field: 'pendingEmail',
      async mailOf(pending) {
        const owner = await accounts.findByEmail(email);
        return owner
          ? { owner, message: { kind: 'address-taken' } }
          : {
              owner,
              message: { kind: 'new-address', use: 'account', confirmUrl: confirmUrl(account, pending) },
            };
      },
    });
    if (!mailed.ok) return mailed;
    const line = { ...lineOf(account, from.ip), actor: from.actor ?? null, method: methodSentTo('address') };
    await events.append({ ...line, name: 'email.change_asked', account, email: maskedEmail(email) });
    return accepted('mailed');
  }

  /** Ends a change that is under way. Its link confirms nothing any more. */
  async function stop(account: Account, ip: string): Promise<void> {
    if (account.pendingEmail === null) return;
    await accounts.update(account.id, { pendingEmail: null }, clock.now());
    await events.append({ ...lineOf(account, ip), name: 'email.change_stopped' });
  }

  /** The account of a link, and the address that it confirms. Null for a link that confirms nothing any more. */
  function whose(token: string) {
    const pendingOf = ({ pendingEmail }: Account) => pendingEmail;
    return matchingLink(deps, { use: 'change-email', token, pendingOf });
  }

  /** The account that has changed its address by this link. */
  function changedBy(token: string): Promise<Account | null> {
    return doneByLink(deps, 'change-email', token, ({ email }) => email);
  }

  /**
   * Replaces the address. Codes of an e-mail factor go to the new one from now on, so no browser stays trusted by such a
   * factor. A repeated call changes nothing, and completes what a failure has interrupted.
   */
  async function confirm(token: string, ip: string): Promise<Outcome<Account>> {
    const found = await whose(token);
    if (!found) return repeated(token, ip);
    const { account, email } = found;
    const now = clock.now();
    const former = { email: account.email, linkIssuedAt: beginningAt(now, account) };
    const kept = [...restorable(account.formerEmails, now), former];
    if (!(await accounts.replaceEmail(account.id, account.email, email, now, kept)))
      return repeated(token, ip);
    const changed = { ...account, email, emailConfirmed: true, pendingEmail: null, formerEmails: kept };
    await complete(changed, ip);
    return accepted(changed);
  }

  async function repeated(token: string, ip: string): Promise<Outcome<Account>> {
    const account = await changedBy(token);
    if (!account) return refused({ code: 'session_expired' });
    await complete(account, ip);
    return accepted(account);
  }

  /** One event for each change, whoever appends it. */
  async function complete(account: Account, ip: string): Promise<void> {
    const former = account.formerEmails.at(-1);
    if (!former) return;
    if (hasMailedFactor(await enrolments.listByAccount(account.id)))
      await trustedBrowsers.removeAll(account.id);
    await events.append({
      ...lineOf(account, ip),
      method: methodSentTo('address'),
      name: 'email.changed',
      account: { ...account, email: former.email },
      email: account.email,
      former,
      once: { key: account.id, atMs: former.linkIssuedAt },
    });
  }

  /** The change that is under way, as the page of the account shows it. Null: there is none. */
  function underWay(account: Account): PendingEmail | null {
    return stillWaits(account, account.pendingEmail, LINK_LIFETIME_MS['change-email'], clock.now());
  }

  /** The change that waits for a code to the present address. Null: there is none, or it is too old. */
  function unproven({ pendingEmail }: Account): PendingEmail | null {
    if (!pendingEmail || pendingEmail.linkIssuedAt !== null) return null;
    return pendingEmail.askedAt + UNPROVEN_MS > clock.now() ? pendingEmail : null;
  }

  /** The same for the second address. */
  function secondUnderWay(account: Account): PendingEmail | null {
    return stillWaits(
      account,
      account.pendingNotificationEmail,
      LINK_LIFETIME_MS['confirm-notices'],
      clock.now(),
    );
  }

  return { ask, whyNot, mailLink, stop, whose, changedBy, confirm, underWay, unproven, secondUnderWay };
}

export type EmailChange = ReturnType<typeof createEmailChange>;

function stillWaits(
  account: Account,
  pending: PendingEmail | null,
  lifetimeMs: number,
  now: number,
): PendingEmail | null {
  if (!pending || pending.linkIssuedAt === null || hasEnded(pending.linkIssuedAt, account)) return null;
  return pending.linkIssuedAt + lifetimeMs > now ? pending : null;
}

function hasMailedFactor(existing: readonly Pick<Enrolment, 'method'>[]): boolean {
  return existing.some(({ method }) => sentTo(method) === 'address');
}

function lineOf({ id, tenantId }: Account, ip: string) {
  return { accountId: id, tenantId, ip };
}

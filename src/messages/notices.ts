/** Sends notices about changes of an account to its contacts, so that the owner detects a change by somebody else. */
import { setTimeout as pause } from 'node:timers/promises';
import { type Account, shownEmail } from '../domain/account.ts';
import { isServed } from '../domain/contact.ts';
import { noticeOf } from '../domain/events.ts';
import { sentTo } from '../domain/methods/index.ts';
import type { Notice as DomainNotice } from '../domain/notice.ts';
import type { FormerEmail } from '../domain/self-service/email-change.ts';
import type { EventSubscriber } from '../ports/events.ts';
import type { Log } from '../ports/log.ts';
import type { MessageTemplate, Messenger, NoticeTopic, Notify, Recipient } from '../ports/senders.ts';
import type { Clock } from '../ports/system.ts';

interface NotifyDeps {
  readonly messenger: Messenger;
  /** The URL where the owner reports "it was not me", one for each contact. Null when there is none. */
  readonly notMeUrl: (account: Account, topic: NoticeTopic) => string | null;
  /** The URL that restores a former address. Absent: addresses are not changed here. */
  readonly restoreUrl?: (account: Account, former: FormerEmail) => string;
  /** The page at which the reader does something about a reset. Null when there is none for this contact. */
  readonly resetAction?: (
    account: Account,
    notice: Omit<DomainNotice, 'account'>,
    to: string,
  ) => Notice['action'];
  /** The number that a code was answered from. Null when there is none. */
  readonly confirmedPhone: (account: Account) => Promise<string | null>;
  /** Prefixes of numbers, in E.164, that messages are sent to. Null allows every number. */
  readonly allowedPrefixes: readonly string[] | null;
  /** Counts a text message before it is sent. False when there were too many. */
  readonly countText: (account: Account) => Promise<boolean>;
  /** The administrators of the account's own tenant. */
  readonly administratorsOf: (tenantId: string) => Promise<readonly Account[]>;
  /** The e-mail address of the tenant's support, for a report where there is no other administrator. Null: none. */
  readonly supportOf: (tenantId: string) => string | null;
  readonly clock: Clock;
  readonly log: Log;
  /** Milliseconds for which the request waits for the notice. */
  readonly patienceMs?: number;
}

/** Milliseconds. A gateway may be slow; sending continues after the request has been answered. */
const PATIENCE_MS = 1000;

type Contact = Pick<Recipient, 'channel' | 'to'>;
type Notice = Extract<MessageTemplate, { readonly kind: 'notice' }>;

/**
 * Changes by which somebody else could take the account over, after which mail may go to them: a text message is sent
 * too. A mail is enough for all other topics, since each text message costs money.
 */
export const TEXTED_TOPICS: ReadonlySet<NoticeTopic> = new Set([
  'factor-added',
  'factor-removed',
  'factor-replaced',
  'removed-by-administrator',
  'pass-issued',
  'phone-changed',
  'email-changed',
  'password-changed',
  'email-restored',
  'reset-requested',
  'reset-filed',
  'reset-done',
]);

/** Administrators are told too: they have to look at it. */
const FOR_ADMINISTRATORS: ReadonlySet<NoticeTopic> = new Set([
  'reported',
  'removal-reported',
  'reset-requested',
  'reset-filed',
]);

/** The reader, or an administrator, has dealt with it already: there is nothing to report. */
const HANDLED: ReadonlySet<NoticeTopic> = new Set([
  'reported',
  'removal-reported',
  'reset-refused',
  'reset-cancelled',
]);

/** Topics about a new factor. */
const ADDING: ReadonlySet<NoticeTopic> = new Set(['factor-added', 'factor-replaced']);

/** An unconfirmed contact may belong to a stranger. It receives a notice only when there is no other contact. */
export function createNotify(needs: NotifyDeps): Notify {
  const { messenger, notMeUrl, restoreUrl, resetAction = () => null } = needs;
  const { confirmedPhone, allowedPrefixes, countText, administratorsOf, supportOf } = needs;
  const { clock, log, patienceMs = PATIENCE_MS } = needs;

  return async (account, said) => {
    await Promise.race([tellAll(account, said), pause(patienceMs, undefined, { ref: false })]);
  };

  async function tellAll(...[account, said]: Parameters<Notify>): Promise<void> {
    const { topic, method = null, replaced = null, until = null, left = null } = said;
    const { application = null, also = [] } = said;
    const { email, origin, restorable, reset } = said;
    const notice: Notice = {
      kind: 'notice',
      topic,
      method,
      replaced,
      until,
      atMs: clock.now(),
      left,
      application,
      about: null,
      notMeUrl: null,
      email,
      origin,
      ...(reset && { browser: reset.browser, effectAt: reset.effectAt }),
    };
    await surely(account, topic, async () => {
      const contacts = await contactsOf(account, notice, also);
      const link = () => (HANDLED.has(topic) ? null : notMeUrl(account, topic));
      const linksFor = ({ to }: Contact) => {
        if (restorable?.email === to && restoreUrl)
          return { notMeUrl: null, restoreUrl: restoreUrl(account, restorable) };
        // The loser of a restored address must not get a link that freezes the account.
        if (topic === 'email-restored' && also.some((contact) => contact.to === to))
          return { notMeUrl: null };
        const action = resetAction(account, said, to);
        return action ? { action } : { notMeUrl: link() };
      };
      await Promise.all(contacts.map((to) => tell(account, to, { ...notice, ...linksFor(to) })));
    });
    if (!FOR_ADMINISTRATORS.has(topic)) return;
    await surely(account, topic, async () => {
      const administrators = await administratorsOf(account.tenantId);
      const others = administrators.filter(({ id }) => id !== account.id);
      // The e-mail address identifies the account, and unlike a name it can't contain a false message.
      const about = { ...notice, about: shownEmail(account.email) };
      await Promise.all(others.map((other) => tell(other, mailOf(other), about)));
      const support = others.length === 0 ? supportOf(account.tenantId) : null;
      const reader = { ...account, locale: null };
      if (support !== null) await tell(reader, { channel: 'email', to: support }, about);
    });
  }

  async function contactsOf(
    account: Account,
    { topic, method }: Notice,
    also: readonly Contact[],
  ): Promise<readonly Contact[]> {
    // The owner of the number has just answered a code that was sent to it.
    const isTexted =
      TEXTED_TOPICS.has(topic) && !(ADDING.has(topic) && method !== null && sentTo(method) === 'number');
    let phone: string | null = null;
    if (isTexted) {
      // A failed look-up of the number must not prevent the mail.
      await surely(account, topic, async () => {
        phone = await confirmedPhone(account);
      });
    }
    const own: Contact[] = [
      ...(account.emailConfirmed ? [mailOf(account)] : []),
      ...(account.notificationEmail === null ? [] : [mailTo(account.notificationEmail)]),
      ...(phone === null ? [] : [{ channel: 'sms' as const, to: phone }]),
    ];
    const reached = await counted(account, topic, own);
    const others = each(also).filter(({ to }) => to !== phone);
    return each([
      ...(reached.length > 0 ? reached : [mailOf(account)]),
      ...(await counted(account, topic, others)),
    ]);
  }

  /**
   * The contacts that receive the notice. A number may be from a country that is no longer served, and each text
   * message costs money.
   */
  async function counted(
    account: Account,
    topic: NoticeTopic,
    contacts: readonly Contact[],
  ): Promise<Contact[]> {
    const written: Contact[] = [];
    for (const contact of contacts) {
      const { channel, to } = contact;
      await surely(account, topic, async () => {
        if (channel === 'email' || (isServed(to, allowedPrefixes) && (await countText(account))))
          written.push(contact);
      });
    }
    return written;
  }

  function tell(reader: Account, contact: Contact, notice: Notice): Promise<void> {
    return surely(reader, notice.topic, async () => {
      const to = { ...contact, tenantId: reader.tenantId, locale: reader.locale };
      if (!(await messenger.send(to, notice))) note(reader, notice.topic);
    });
  }

  /** A notice that fails does not undo the change. */
  async function surely(reader: Account, topic: NoticeTopic, act: () => Promise<void>): Promise<void> {
    try {
      await act();
    } catch (error) {
      note(reader, topic, error);
    }
  }

  function note({ id, tenantId }: Account, topic: NoticeTopic, error?: unknown): void {
    log({
      event: 'notice.undelivered',
      account_id: id,
      tenant: tenantId,
      reason: topic,
      ...(error !== undefined && { error }),
    });
  }
}

/** Passes on the events that become a notice. */
export function createNoticeSubscriber(notify: Notify): EventSubscriber {
  return async (event) => {
    const notice = noticeOf(event);
    if (!notice) return;
    const { account, ...said } = notice;
    await notify(account, said);
  };
}

function mailOf({ email }: Account): Contact {
  return mailTo(email);
}

function mailTo(to: string): Contact {
  return { channel: 'email', to };
}

/** Removes duplicates. */
function each(contacts: readonly Contact[]): readonly Contact[] {
  return [...new Map(contacts.map((contact) => [`${contact.channel} ${contact.to}`, contact])).values()];
}

/** The name, the language and the second address of an account, as its owner changes them. */
import { type Account, type Locale, normaliseEmail } from '../../domain/account.ts';
import type { Visitor } from '../../domain/enrolment/steps.ts';
import type { PolicyResult } from '../../domain/policy/policy.ts';
import { accepted, FROZEN, type Outcome, refused } from '../../domain/refusal.ts';
import { isTypedEmail, personName } from '../../domain/self-service/details.ts';
import type { EventLog } from '../../ports/events.ts';
import type { Messenger } from '../../ports/senders.ts';
import type { AccountStore } from '../../ports/stores.ts';
import type { Clock } from '../../ports/system.ts';
import {
  type CountMail,
  doneByLink,
  mailNewAddress,
  matchingLink,
  type NewAddressLink,
} from './email/new-address-link.ts';
import type { LinkTokens } from './link-tokens.ts';

interface OwnDetailsDeps {
  readonly accounts: Pick<AccountStore, 'findById' | 'update' | 'setLocale'>;
  readonly tokens: Pick<LinkTokens, 'read'>;
  /** The URL that confirms a second address. */
  readonly confirmUrl: NewAddressLink;
  readonly messenger: Messenger;
  readonly countMail: CountMail;
  readonly events: EventLog;
  readonly clock: Clock;
}

/** A form on a page of the account. */
export type FormSender = Visitor & {
  /** The language of the page: a mail that is asked for now has the same. */
  readonly locale: Locale;
};

/** The next step for an address that was typed. */
export type AddressOutcome = 'unchanged' | 'mailed' | 'removed' | 'proof';

export function createOwnDetails(deps: OwnDetailsDeps) {
  const { accounts, confirmUrl, events, clock } = deps;

  async function rename(account: Account, typed: string, ip: string): Promise<Outcome<null>> {
    const name = personName(typed);
    if (name === null) return refused({ code: 'field_invalid', field: 'name' });
    if (name === account.name) return accepted(null);
    await accounts.update(account.id, { name }, clock.now());
    await events.append({ ...lineOf(account, ip), name: 'account.details_changed', reason: 'name' });
    return accepted(null);
  }

  /** Null follows the browser. */
  async function chooseLanguage(account: Account, locale: Locale | null, ip: string): Promise<void> {
    if (locale === account.locale) return;
    await accounts.setLocale(account.id, locale, clock.now());
    await events.append({ ...lineOf(account, ip), name: 'account.details_changed', reason: 'locale' });
  }

  /** Mails the link that confirms a second address. An empty text removes the one of before. */
  async function changeSecondAddress(
    policyResult: PolicyResult,
    typed: string,
    { locale, ...from }: FormSender,
  ): Promise<Outcome<AddressOutcome>> {
    const { account } = policyResult;
    const email = normaliseEmail(typed);
    if (email === (account.notificationEmail ?? '')) return accepted('unchanged');
    if (account.frozenAt !== null) return refused(FROZEN);
    const line = lineOf(account, from.ip);
    if (email === '') {
      const nothing = { notificationEmail: null, pendingNotificationEmail: null };
      await accounts.update(account.id, nothing, clock.now());
      await events.append({ ...line, name: 'notification_email.changed', account, email: null });
      return accepted('removed');
    }
    if (!isTypedEmail(email) || email === account.email)
      return refused({ code: 'field_invalid', field: 'notification_email' });
    const mailed = await mailNewAddress(deps, policyResult, {
      email,
      locale,
      field: 'pendingNotificationEmail',
      mailOf: async (pending) => {
        const url = confirmUrl(account, pending);
        return { owner: null, message: { kind: 'new-address', use: 'notices', confirmUrl: url } };
      },
    });
    if (!mailed.ok) return mailed;
    await events.append({ ...line, name: 'notification_email.asked' });
    return accepted('mailed');
  }

  async function stopSecondAddress(account: Account, ip: string): Promise<void> {
    if (account.pendingNotificationEmail === null) return;
    await accounts.update(account.id, { pendingNotificationEmail: null }, clock.now());
    await events.append({ ...lineOf(account, ip), name: 'notification_email.stopped' });
  }

  /** The account of a link, and the address that it confirms. Null for a link that confirms nothing any more. */
  function whose(token: string) {
    const pendingOf = ({ pendingNotificationEmail }: Account) => pendingNotificationEmail;
    return matchingLink(deps, { use: 'confirm-notices', token, pendingOf });
  }

  /** From now on notices go to the address too. A repeated call changes nothing. */
  async function confirmSecondAddress(token: string, ip: string): Promise<Outcome<Account>> {
    const found = await whose(token);
    if (!found) {
      const done = await confirmedBy(token);
      return done ? accepted(done) : refused({ code: 'session_expired' });
    }
    const { account, email } = found;
    const changes = { notificationEmail: email, pendingNotificationEmail: null };
    await accounts.update(account.id, changes, clock.now());
    // The notice goes to the contacts of before, and to the new one.
    await events.append({
      ...lineOf(account, ip),
      name: 'notification_email.changed',
      account,
      email,
    });
    return accepted({ ...account, ...changes });
  }

  /** The account that has confirmed its second address by this link. */
  function confirmedBy(token: string): Promise<Account | null> {
    return doneByLink(deps, 'confirm-notices', token, ({ notificationEmail }) => notificationEmail);
  }

  return {
    rename,
    chooseLanguage,
    changeSecondAddress,
    stopSecondAddress,
    whose,
    confirmedBy,
    confirmSecondAddress,
  };
}

export type OwnDetails = ReturnType<typeof createOwnDetails>;

function lineOf({ id, tenantId }: Account, ip: string) {
  return { accountId: id, tenantId, ip };
}

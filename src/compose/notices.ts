/** Composes the messages to people about their accounts, and the links in these messages. */
import type { Config } from '../config/shape.ts';
import type { Account, Locale } from '../domain/account.ts';
import { sentTo } from '../domain/methods/index.ts';
import type { Notice } from '../domain/notice.ts';
import { mailedPath } from '../http/email-links/routes.ts';
import { resetPath } from '../http/password-reset/routes.ts';
import { createNotify } from '../messages/notices.ts';
import { createMessenger } from '../messages/templates.ts';
import type { Log } from '../ports/log.ts';
import type { MessageSender } from '../ports/senders.ts';
import type { Cipher } from '../ports/system.ts';
import type { NewAddressLink } from '../use-cases/account/email/new-address-link.ts';
import {
  createLinkTokens,
  LINK_LIFETIME_MS,
  type LinkDetails,
  type LinkUse,
} from '../use-cases/account/link-tokens.ts';
import { createTextLimits } from '../use-cases/second-factor/send-limits.ts';
import type { Parts } from './parts.ts';
import { allowedPrefixesOf } from './senders.ts';

interface NoticesDeps {
  readonly parts: Pick<Parts, 'stores' | 'clock' | 'random'>;
  readonly sender: MessageSender;
  readonly cipher: Cipher;
  /** Receives the messages that could not be delivered. */
  readonly log: Log;
}

/** The topics of a request for a reset that the person can still cancel. */
const CANCELLABLE: ReadonlySet<Notice['topic']> = new Set([
  'reset-requested',
  'reset-filed',
  'reset-approved',
]);

export type Notices = ReturnType<typeof noticesOf>;

export function noticesOf(
  config: Pick<Config, 'tenants' | 'issuer' | 'environment' | 'mail' | 'sms'>,
  { parts, sender, cipher, log }: NoticesDeps,
) {
  const { tenants, issuer } = config;
  const { stores, clock, random } = parts;
  const { accounts, enrolments, attempts } = stores;
  const allowedPrefixes = allowedPrefixesOf(config);
  const smsLimits = { ...config.sms.limits, allowedPrefixes };
  const messenger = createMessenger({ tenants, issuer, clock, sender });
  const linkTokens = createLinkTokens({ cipher, clock });
  const linkUrl = (link: LinkUse, token: string) => `${issuer}${mailedPath(link, token)}`;
  const urlOf = (link: LinkUse, account: Account, details: LinkDetails = {}) =>
    linkUrl(link, linkTokens.tokenFor(link, account, details));
  const newAddressUrl =
    (link: 'change-email' | 'confirm-notices'): NewAddressLink =>
    (account, { email, linkIssuedAt, askedAt }) =>
      linkUrl(link, linkTokens.tokenIssuedAt(link, { id: account.id, email }, linkIssuedAt ?? askedAt));
  const resetAction = (account: Account, { topic, reset }: Omit<Notice, 'account'>, to: string) => {
    if (!reset) return null;
    if (CANCELLABLE.has(topic))
      return {
        kind: reset.isFiled ? 'cancel-filed' : 'cancel-reset',
        url: urlOf('cancel-reset', account, { about: reset.id }),
      } as const;
    // It is the proof of the set-up, so it goes to the address of the account alone.
    if (topic === 'reset-done' && to === account.email)
      return { kind: 'set-up', url: urlOf('set-up-again', account, { about: reset.id }) } as const;
    return null;
  };
  const notify = createNotify({
    messenger,
    notMeUrl: (account, topic) =>
      urlOf('not-me', account, { isOfRemoval: topic === 'removed-by-administrator' }),
    restoreUrl: (account, { email, linkIssuedAt }) =>
      linkUrl(
        'restore-email',
        linkTokens.tokenIssuedAt('restore-email', { id: account.id, email }, linkIssuedAt),
      ),
    resetAction,
    confirmedPhone: async ({ id, phone }) => {
      const enrolled = await enrolments.listByAccount(id);
      return enrolled.some(({ method }) => sentTo(method) === 'number') ? phone : null;
    },
    allowedPrefixes,
    countText: createTextLimits({ attempts, smsLimits, clock, random }),
    administratorsOf: (tenantId) => accounts.listByRole(tenantId, 'admin'),
    supportOf: (tenantId) => tenants.find(({ id }) => id === tenantId)?.support.email ?? null,
    clock,
    log,
  });
  return {
    messenger,
    notify,
    linkTokens,
    confirmUrl: (account: Account) => urlOf('confirm-email', account),
    mailResetLink: (account: Account, locale: Locale) => {
      const resetUrl = `${issuer}${resetPath(linkTokens.tokenFor('reset-password', account))}`;
      const expiresAt = clock.now() + LINK_LIFETIME_MS['reset-password'];
      const to = { channel: 'email', to: account.email, tenantId: account.tenantId, locale } as const;
      return messenger.send(to, { kind: 'reset-password', resetUrl, expiresAt });
    },
    newAddressUrl,
    invitationUrl: (account: Account, clientId: string | null) =>
      urlOf('invitation', account, { about: clientId }),
  };
}

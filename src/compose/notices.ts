/** Puts together what tells people of their accounts: our words, by the senders of a configuration, with our links. */

import type { Config } from '../config/shape.ts';
import type { Account } from '../domain/account.ts';
import { sentTo } from '../domain/methods/index.ts';
import { mailedPath } from '../http/email-links/routes.ts';
import { createNotify } from '../messages/notices.ts';
import { createMessenger } from '../messages/templates.ts';
import type { Log } from '../ports/log.ts';
import type { MessageSender } from '../ports/senders.ts';
import type { AuditLog, Cipher } from '../ports/system.ts';
import { createMailedLinks } from '../use-cases/account/mailed-links.ts';
import { createTextLimits } from '../use-cases/second-factor/send-limits.ts';
import type { Parts } from './parts.ts';
import { allowedPrefixesOf } from './senders.ts';

interface Around extends Pick<Parts, 'stores' | 'clock' | 'random'> {
  readonly sender: MessageSender;
  readonly cipher: Cipher;
  readonly auditLog: AuditLog;
  /** Told of what could not be delivered. */
  readonly log: Log;
}

export function noticesOf(
  config: Pick<Config, 'tenants' | 'issuer' | 'environment' | 'mail' | 'sms'>,
  { stores, clock, random, sender, cipher, auditLog, log }: Around,
) {
  const { tenants, issuer } = config;
  const allowedPrefixes = allowedPrefixesOf(config);
  const messenger = createMessenger({ tenants, issuer, clock, sender });
  const urlOf = (link: 'confirm-email' | 'not-me', account: Account) =>
    `${issuer}${mailedPath(link, links.tokenFor(link, account))}`;
  const notify = createNotify({
    messenger,
    notMeUrl: (account) => urlOf('not-me', account),
    confirmedPhone: async ({ id, phone }) => {
      const enrolled = await stores.enrolments.listByAccount(id);
      return enrolled.some(({ method }) => sentTo(method) === 'number') ? phone : null;
    },
    allowedPrefixes,
    countText: createTextLimits({
      ...stores,
      smsLimits: { ...config.sms.limits, allowedPrefixes },
      clock,
      random,
    }),
    administratorsOf: async (tenantId) =>
      (await stores.accounts.listByTenant(tenantId)).filter(({ role }) => role === 'admin'),
    clock,
    log,
  });
  const links = createMailedLinks({ ...stores, notify, cipher, auditLog, clock });
  return { messenger, notify, links, confirmUrl: (account: Account) => urlOf('confirm-email', account) };
}

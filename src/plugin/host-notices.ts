/** Messages of a guest: our own words, sent by the host's sender. */

import type { Account } from '../domain/account.ts';
import { enrolmentPurpose } from '../domain/enrolment/enrolment.ts';
import { sentTo } from '../domain/methods/index.ts';
import type { Tenant } from '../domain/tenant.ts';
import { createNotify } from '../messages/notices.ts';
import { createMessenger } from '../messages/templates.ts';
import type { Log } from '../ports/log.ts';
import type { MessageSender, Messenger, Notify } from '../ports/senders.ts';
import type { AttemptStore, EnrolmentStore } from '../ports/stores.ts';
import type { Cipher, Clock, Random } from '../ports/system.ts';
import { createTextLimits, type SmsLimits } from '../use-cases/second-factor/send-limits.ts';
import { hostSender } from './host-sender.ts';
import type { KnownIssuer } from './issuer.ts';

interface HostMessengerDeps {
  /** Undefined: nothing is sent. */
  readonly sender: MessageSender | undefined;
  readonly productName: string | undefined;
  readonly tenants: readonly Tenant[];
  readonly issuer: KnownIssuer;
  readonly clock: Clock;
  readonly log: Log;
}

export function createHostMessenger(deps: HostMessengerDeps): Messenger {
  const { productName, tenants, clock, log } = deps;
  const sender = deps.sender && hostSender(deps.sender, log);
  let messenger: Messenger | null = null;
  return {
    async send(to, template) {
      const issuer = deps.issuer.current();
      if (!sender || issuer === null) return false;
      messenger ??=
        productName === undefined
          ? createMessenger({ tenants, issuer, sender, clock })
          : createMessenger({ tenants, issuer, sender, clock, productName });
      return messenger.send(to, template);
    },
  };
}

interface HostNotifyDeps {
  readonly messenger: Messenger;
  readonly stores: {
    readonly enrolments: Pick<EnrolmentStore, 'listByAccount'>;
    readonly attempts: AttemptStore;
  };
  readonly smsLimits: SmsLimits;
  readonly notMeUrl: (account: Account) => string | null;
  readonly cipher: Pick<Cipher, 'tryDecrypt'>;
  readonly system: { readonly clock: Clock; readonly random: Random; readonly log: Log };
}

/** Tells the person. To tell administrators, a host has a `notify` of its own. */
export function createHostNotify(deps: HostNotifyDeps): Notify {
  const { messenger, stores, smsLimits, notMeUrl, cipher } = deps;
  const { clock, random, log } = deps.system;
  return createNotify({
    messenger,
    notMeUrl,
    // The proven number. The host's record may have another number by now.
    async confirmedPhone({ id }) {
      const enrolments = await stores.enrolments.listByAccount(id);
      const enrolment = enrolments.find(({ method }) => sentTo(method) === 'number');
      return enrolment?.secret ? cipher.tryDecrypt(enrolment.secret, enrolmentPurpose(enrolment)) : null;
    },
    allowedPrefixes: smsLimits.allowedPrefixes,
    countText: createTextLimits({ attempts: stores.attempts, smsLimits, clock, random }),
    administratorsOf: async () => [],
    supportOf: () => null,
    clock,
    log,
  });
}

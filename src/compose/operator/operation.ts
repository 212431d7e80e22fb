/** Composes the operator's use cases for one command, and closes them after it. A server may use the same stores. */
import type { Config } from '../../config/shape.ts';
import { createNoticeSubscriber } from '../../messages/notices.ts';
import { createProviderAdapter } from '../../oidc/adapter/adapter.ts';
import { createSessionEnd } from '../../oidc/adapter/end-session.ts';
import type { Log } from '../../ports/log.ts';
import type { Notify } from '../../ports/senders.ts';
import type { Cipher } from '../../ports/system.ts';
import { createFactors } from '../../use-cases/administration/factors.ts';
import { createOperation } from '../../use-cases/administration/operation.ts';
import { createEventLog } from '../../use-cases/events/event-log.ts';
import { createInviting, type Inviting } from '../../use-cases/invitations/invite.ts';
import type { ResetDecisions } from '../../use-cases/resets/decide.ts';
import { createEndSessions } from '../../use-cases/sign-in/end-sessions.ts';
import { type AccountOperation, accountOperationOf } from '../administration/account-operation.ts';
import { effectiveTenantsOf } from '../administration/effective-tenants.ts';
import { cipherOf } from '../keys.ts';
import { storedLogouts } from '../logouts.ts';
import { type Notices, noticesOf } from '../notices.ts';
import { expectStore, openParts, type Parts, secretsOf } from '../parts.ts';
import { resetDecisionsOf } from '../people/resets.ts';
import { createSenders, type Senders } from '../senders.ts';
import { type AuditSeals, auditSealsOf } from './audit-seals.ts';

/** The acts of an operator. */
export interface Operation extends ReturnType<typeof createOperation>, AccountOperation {
  readonly resets: ResetDecisions;
  readonly auditSeals: AuditSeals;
  /** Opens the keys and the sender of mail, which no other act needs at once. */
  inviting(): Promise<Inviting>;
}

/** Milliseconds for which an operator waits for a mail server. */
const SENDING_MS = 5000;

/** Calls `onUndelivered` at the end when a notice could not be sent. */
export async function withOperation(
  configured: Config,
  act: (operation: Operation, config: Config) => Promise<void>,
  onUndelivered: () => void,
): Promise<void> {
  expectStore(configured);
  const parts = await openParts(configured);
  const { stores, clock, random } = parts;
  const { accounts, audit, enrolments, lockouts, records, sessionClients, trustedBrowsers } = stores;
  let isDelivered = true;
  // Nothing of it is shown: the words of a mail server or a gateway may hold an address or a password.
  const warn: Log = () => {
    isDelivered = false;
  };
  const senders = createSenders({ stores, clock, random, logger: { warn } });
  try {
    const { tenants } = await effectiveTenantsOf(configured, stores);
    const config = { ...configured, tenants };
    const send = lazyNotify({ config, parts, senders, warn });
    const notify: Notify = async (account, notice) => {
      try {
        await send(account, notice);
      } catch {
        isDelivered = false;
      }
    };
    const subscribers = [createNoticeSubscriber(notify)];
    const events = createEventLog({ audit, subscribers, clock, random, log: warn });
    let cipher: Promise<Cipher> | null = null;
    // Keys are read with the first session that ends, so that a command without one works without them.
    const cipherNow = () => {
      cipher ??= cipherOf(secretsOf(config), parts);
      return cipher;
    };
    const endSessions = createEndSessions({
      accounts,
      records,
      sessionClients,
      enrolments,
      outbox: storedLogouts(parts, cipherNow),
      endProviderSession: async (uid) => sessionEndOf(parts, await cipherNow())(uid),
      clock,
      // The removal itself has ended the sign-in.
      log: () => {},
    });
    const factors = createFactors({
      accounts,
      enrolments,
      lockouts,
      trustedBrowsers,
      endSessions,
      events,
      actor: 'operator',
    });
    const operation = createOperation({ accounts, factors, audit });
    const onAccounts = accountOperationOf({ config, parts, factors, endSessions, events, cipherNow });
    const { decisions: resets } = resetDecisionsOf({ tenants: config.tenants, parts, endSessions, events });
    const inviting = async () => {
      const { messenger, invitationUrl } = await openNotices({ config, parts, senders, warn });
      const { onceKeys } = stores;
      return createInviting({
        accounts,
        enrolments,
        onceKeys,
        messenger,
        invitationUrl,
        events,
        actor: 'operator',
        clock,
        random,
      });
    };
    const auditSeals = auditSealsOf(config, parts);
    const whole: Operation = { ...operation, ...onAccounts, resets, auditSeals, inviting };
    await act(whole, config);
  } finally {
    await senders.close(SENDING_MS);
    if (!isDelivered) onUndelivered();
    await stores.close();
  }
}

function sessionEndOf({ stores, clock }: Pick<Parts, 'stores' | 'clock'>, cipher: Cipher) {
  const { providerDurable: durable, providerShortLived: shortLived } = stores;
  return createSessionEnd(createProviderAdapter({ durable, shortLived }, cipher, clock));
}

interface LazyNotifyDeps {
  readonly config: Config;
  readonly parts: Parts;
  readonly senders: Senders;
  readonly warn: Log;
}

/** Opens keys and senders with the first notice, so that a command without notices works without them. */
function lazyNotify({ config, parts, senders, warn }: LazyNotifyDeps): Notify {
  return async (account, notice) => {
    const { notify } = await openNotices({ config, parts, senders, warn });
    await notify(account, notice);
  };
}

async function openNotices({ config, parts, senders, warn }: LazyNotifyDeps): Promise<Notices> {
  const cipher = await cipherOf(secretsOf(config), parts);
  const sender = await senders.of(config, cipher);
  return noticesOf(config, { parts, sender, cipher, log: warn });
}

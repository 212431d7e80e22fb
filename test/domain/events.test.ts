/** Each event has an audit line, and some events have a notice. */
import { expect } from 'chai';
import { type AuditEventName, auditLineOf, type DomainEvent, noticeOf } from '../../src/domain/events.ts';
import type { Notice } from '../../src/domain/notice.ts';
import { anAccount, NOW } from '../contracts/examples.ts';

const account = { ...anAccount(), phone: '+31612355678' };
const withoutPhone = { ...account, phone: null };
const also = [{ channel: 'sms', to: '+31612345678' }] as const;
const created = { name: 'recovery.created', account } as const;
const removed = { name: 'enrolment.removed', account, method: 'sms', cause: 'removal', also } as const;
const reset = { account, request: { id: 'account-1.1', browser: null }, effectAt: null, also } as const;
const changed = { name: 'contact.changed', account, cause: 'self-service', also } as const;

const mailTo = (to: string) => ({ channel: 'email', to }) as const;
const former = { email: account.email, linkIssuedAt: NOW };
const origin = { browser: 'Firefox', network: '192.0.2.0/24', place: null };

/** Events that become a notice, or may, with that notice. */
const TOLD: readonly [DomainEvent, Omit<Notice, 'account'> | null][] = [
  [
    { name: 'enrolment.created', account, method: 'totp' },
    { topic: 'factor-added', method: 'totp' },
  ],
  [
    { name: 'enrolment.created', account, method: 'totp', replaced: 'passkey' },
    { topic: 'factor-replaced', method: 'totp', replaced: 'passkey', also: [] },
  ],
  [
    { name: 'enrolment.created', account, method: 'email', replaced: 'sms' },
    {
      topic: 'factor-replaced',
      method: 'email',
      replaced: 'sms',
      also: [{ channel: 'sms', to: account.phone }],
    },
  ],
  [
    { name: 'enrolment.created', account, method: 'sms', replaced: 'sms' },
    { topic: 'factor-replaced', method: 'sms', replaced: 'sms', also: [] },
  ],
  [{ ...removed, cause: 'replacement' }, null],
  [
    { ...removed, cause: 'administration' },
    { topic: 'removed-by-administrator', method: 'sms', also },
  ],
  [
    { name: 'second_factor.postponed', account, until: 7 },
    { topic: 'set-up-postponed', until: 7 },
  ],
  [{ name: 'second_factor.postponed', account, until: null }, null],
  [{ name: 'account.removal_reported', account }, { topic: 'removal-reported' }],
  [{ name: 'account.pass_issued', account }, { topic: 'pass-issued' }],
  [removed, { topic: 'factor-removed', method: 'sms', also }],
  [{ ...removed, cause: 'contact-change' }, null],
  [{ ...removed, account: null }, null],
  [{ ...removed, method: 'recovery', also: [] }, null],
  [{ ...created, cause: 'renewal' }, { topic: 'recovery-made' }],
  [{ ...created, cause: 'first-factor' }, null],
  [
    { name: 'recovery.used', account, left: 3 },
    { topic: 'recovery-used', left: 3 },
  ],
  [changed, { topic: 'phone-changed', also }],
  [
    { ...changed, cause: 'enrolment', also: [] },
    { topic: 'phone-changed', also: [] },
  ],
  [{ name: 'browser.replayed', account }, { topic: 'trust-ended' }],
  [{ name: 'password.changed', account }, { topic: 'password-changed' }],
  [{ name: 'password.reset', account }, { topic: 'password-changed' }],
  [{ name: 'account.reported', account }, { topic: 'reported' }],
  [{ name: 'account.password_set', account }, { topic: 'password-changed' }],
  [{ ...removed, cause: 'reset' }, null],
  [{ name: 'account.joined', account }, { topic: 'joined' }],
  ...(['suspended', 'resumed'] as const).map((what): (typeof TOLD)[number] => [
    { name: `factor.${what}`, account, method: 'totp' },
    { topic: `factor-${what}`, method: 'totp' },
  ]),
  ...(['requested', 'refused', 'cancelled', 'done'] as const).map((step): (typeof TOLD)[number] => [
    { ...reset, name: `reset.${step}` },
    { topic: `reset-${step}`, reset: { ...reset.request, isFiled: false, effectAt: null }, also },
  ]),
  [
    { ...reset, name: 'reset.approved', effectAt: 1 },
    { topic: 'reset-approved', reset: { ...reset.request, isFiled: false, effectAt: 1 }, also },
  ],
  // An approval at once is told together with its effect, and an attempt that changed nothing is told to nobody.
  [
    { ...reset, name: 'reset.requested', request: { ...reset.request, filedBy: 'boss' } },
    { topic: 'reset-filed', reset: { ...reset.request, isFiled: true, effectAt: null }, also },
  ],
  [{ ...reset, name: 'reset.approved' }, null],
  [{ ...reset, name: 'reset.requested', reason: 'already_waiting' }, null],
  [
    { name: 'refresh_token.replayed', account, application: 'Shop' },
    { topic: 'token-replayed', application: 'Shop' },
  ],
  [{ name: 'refresh_token.replayed', account: null, application: 'Shop' }, null],
  [
    { name: 'email.change_asked', account, email: 'r••••••@h••••••' },
    { topic: 'email-change-asked', email: 'r••••••@h••••••' },
  ],
  [
    { name: 'email.changed', account, email: 'rob@home.test', former },
    { topic: 'email-changed', also: [mailTo(account.email), mailTo('rob@home.test')], restorable: former },
  ],
  [
    { name: 'email.restored', account, lost: 'eve@evil.test' },
    { topic: 'email-restored', also: [mailTo('eve@evil.test')] },
  ],
  [
    { name: 'notification_email.changed', account, email: 'rob@home.test' },
    { topic: 'notification-email-changed', also: [mailTo('rob@home.test')] },
  ],
  [
    { name: 'notification_email.changed', account, email: null },
    { topic: 'notification-email-removed', also: [] },
  ],
  [
    { name: 'sign_in.new_browser', account, application: 'Shop', origin },
    { topic: 'new-sign-in', application: 'Shop', origin },
  ],
];

/** Complete, because the compiler refuses a missing name. */
const UNTOLD: Readonly<Record<Exclude<DomainEvent, { account: unknown }>['name'], null>> = {
  'sign_in.password_accepted': null,
  'sign_in.password_refused': null,
  'sign_in.passkey_accepted': null,
  'sign_in.passkey_refused': null,
  'sign_in.completed': null,
  'sign_in.refused': null,
  'second_factor.accepted': null,
  'second_factor.refused': null,
  'second_factor.anomaly': null,
  'second_factor.locked': null,
  'code.sent': null,
  'code.refused': null,
  'code.undelivered': null,
  'set_up.proven': null,
  'enrolment.default_chosen': null,
  'enrolment.renamed': null,
  'browser.trusted': null,
  'browser.used': null,
  'browser.revoked': null,
  'contact.confirmed': null,
  'contact.link_asked': null,
  'password.refused': null,
  'password.reset_asked': null,
  'account.report_refused': null,
  'account.unfrozen': null,
  'account.created': null,
  'account.updated': null,
  'account.disabled': null,
  'account.enabled': null,
  'account.unlocked': null,
  'account.invited': null,
  'admin.person_viewed': null,
  'admin.act_refused': null,
  'account.role_changed': null,
  'account.factors_removed': null,
  'account.enforcement_changed': null,
  'token.refused': null,
  'device.code_refused': null,
  'device.signed_in': null,
  'device.cancelled': null,
  'config.reloaded': null,
  'store.restored': null,
  'account.details_changed': null,
  'email.change_stopped': null,
  'notification_email.asked': null,
  'notification_email.stopped': null,
  'session.ended': null,
  'settings.changed': null,
  'campaign.begun': null,
  'campaign.paused': null,
  'campaign.resumed': null,
  'campaign.ended': null,
  'campaign.refused': null,
};

const isUntold = (name: string): name is keyof typeof UNTOLD => Object.hasOwn(UNTOLD, name);
const untold: readonly DomainEvent[] = Object.keys(UNTOLD)
  .filter(isUntold)
  .map((name) => ({ name }));

describe('an event', () => {
  it('has a line in the audit log under its own name, with null for each absent detail', () => {
    const names = new Set<AuditEventName>();
    for (const event of [...untold, ...TOLD.map(([told]) => told)]) {
      const method = 'method' in event ? event.method : null;
      const reason = event.reason ?? null;
      const nothing = {
        accountId: null,
        tenantId: null,
        clientId: null,
        reason,
        ip: null,
        actor: null,
      };
      expect(auditLineOf(event)).to.deep.equal({ ...nothing, event: event.name, method });
      names.add(event.name);
    }
    expect(names.size).to.equal(80);
  });

  it('has the details in its line, and nothing that only a notice needs', () => {
    const details = { accountId: account.id, tenantId: 'acme', clientId: 'rp', reason: 'r', ip: '192.0.2.7' };
    const line = { ...details, event: 'enrolment.removed', method: 'sms', actor: account.id };
    expect(auditLineOf({ ...removed, ...details })).to.deep.equal(line);
  });

  it('names the account as the actor of its own changes, another actor where the event has one, else nobody', () => {
    const of = { accountId: account.id } as const;
    expect(auditLineOf({ ...removed, ...of }).actor).to.equal(account.id);
    expect(auditLineOf({ ...removed, ...of, actor: 'operator' }).actor).to.equal('operator');
    expect(auditLineOf({ ...of, name: 'sign_in.password_refused' }).actor, 'a guesser').to.equal(null);
  });

  it('becomes a notice when the owner has to know of it, and no second notice of the same change', () => {
    for (const [event, notice] of TOLD)
      expect(noticeOf(event), JSON.stringify(event)).to.deep.equal(notice && { account, ...notice });
    for (const event of untold) expect(noticeOf(event), event.name).to.equal(null);
  });

  it('of a first number becomes a notice in self-service, and none at the enrolment of a factor', () => {
    const first = { ...changed, account: withoutPhone, also: [] } as const;
    expect(noticeOf({ ...first, cause: 'enrolment' })).to.equal(null);
    expect(noticeOf(first)).to.deep.equal({ account: withoutPhone, topic: 'phone-changed', also: [] });
  });
});

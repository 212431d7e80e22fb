/** A message of each kind, as use cases give them. */
import { PURPOSES, type Purpose } from '../../../src/domain/sign-in/challenge.ts';
import type { MessageTemplate, NoticeTopic } from '../../../src/ports/senders.ts';

export const MESSAGE_ISSUER = 'https://id.kantoorzuid.example:8443';
/** 29 November 2026, 14:05 UTC. */
export const MESSAGE_NOW = Date.UTC(2026, 10, 29, 14, 5);
export const CONFIRM_URL = `${MESSAGE_ISSUER}/confirm/token-of-the-address`;
export const RESET_URL = `${MESSAGE_ISSUER}/reset-password/token-of-the-reset`;
export const NOT_ME_URL = `${MESSAGE_ISSUER}/not-me/token-of-the-notice`;
export const RESTORE_URL = `${MESSAGE_ISSUER}/restore-email/token-of-the-address`;
export const SET_UP_URL = `${MESSAGE_ISSUER}/reset/token-of-the-reset`;
export const INVITATION_URL = `${MESSAGE_ISSUER}/invitation/token-of-the-invitation`;
export const CODE = '048291';

const ORIGIN = {
  browser: 'Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/140.0',
  network: '192.0.2.0/24',
  place: { city: 'Utrecht', country: 'NL' },
};

type Code = Extract<MessageTemplate, { readonly kind: 'code' }>;
type Notice = Extract<MessageTemplate, { readonly kind: 'notice' }>;

export function codeMessage(over: Partial<Code> = {}): Code {
  const expiresAt = MESSAGE_NOW + 90_000;
  return { kind: 'code', purpose: 'sign-in', code: CODE, expiresAt, confirmUrl: null, ...over };
}

export function noticeMessage(topic: NoticeTopic, over: Partial<Notice> = {}): Notice {
  const nothing = { method: null, replaced: null, until: null, left: null, application: null, about: null };
  return { kind: 'notice', topic, atMs: MESSAGE_NOW, notMeUrl: NOT_ME_URL, ...nothing, ...over };
}

const CODES = Object.fromEntries(
  PURPOSES.map((purpose: Purpose) => [`code-${purpose}`, codeMessage({ purpose })]),
);

const toCancel = { notMeUrl: null, action: { kind: 'cancel-reset', url: SET_UP_URL } } as const;

export const MESSAGE_TEMPLATES: Readonly<Record<string, MessageTemplate>> = {
  ...CODES,
  'code-confirming': codeMessage({ purpose: 'set-up-proof', confirmUrl: CONFIRM_URL }),
  'confirm-address': { kind: 'confirm-address', confirmUrl: CONFIRM_URL },
  'reset-password': { kind: 'reset-password', resetUrl: RESET_URL, expiresAt: MESSAGE_NOW + 30 * 60_000 },
  'factor-added': noticeMessage('factor-added', { method: 'totp' }),
  'factor-removed': noticeMessage('factor-removed', { method: 'passkey' }),
  'factor-replaced': noticeMessage('factor-replaced', { method: 'passkey', replaced: 'sms' }),
  'removed-by-administrator': noticeMessage('removed-by-administrator', { method: 'totp' }),
  'factor-suspended': noticeMessage('factor-suspended', { method: 'totp' }),
  'factor-resumed': noticeMessage('factor-resumed', { method: 'totp' }),
  'pass-issued': noticeMessage('pass-issued'),
  'set-up-postponed': noticeMessage('set-up-postponed', { until: MESSAGE_NOW + 14 * 86_400_000 }),
  'removal-reported': noticeMessage('removal-reported', { notMeUrl: null }),
  'removal-reported-about': noticeMessage('removal-reported', { about: 'bob@acme.test', notMeUrl: null }),
  'recovery-made': noticeMessage('recovery-made'),
  'recovery-used': noticeMessage('recovery-used', { left: 3 }),
  'phone-changed': noticeMessage('phone-changed'),
  'email-changed': noticeMessage('email-changed'),
  'password-changed': noticeMessage('password-changed'),
  'token-replayed': noticeMessage('token-replayed', { application: 'Webwinkel' }),
  'trust-ended': noticeMessage('trust-ended'),
  'email-changed-restoring': noticeMessage('email-changed', { notMeUrl: null, restoreUrl: RESTORE_URL }),
  'email-change-asked': noticeMessage('email-change-asked', { email: 'b••••••@h••••••' }),
  'email-restored': noticeMessage('email-restored'),
  'notification-email-changed': noticeMessage('notification-email-changed'),
  'notification-email-removed': noticeMessage('notification-email-removed'),
  'new-sign-in': noticeMessage('new-sign-in', { application: 'Webwinkel', origin: ORIGIN }),
  'new-address': { kind: 'new-address', use: 'account', confirmUrl: CONFIRM_URL },
  'new-address-notices': { kind: 'new-address', use: 'notices', confirmUrl: CONFIRM_URL },
  'address-taken': { kind: 'address-taken' },
  joined: noticeMessage('joined'),
  invitation: {
    kind: 'invitation',
    url: INVITATION_URL,
    workspace: 'acme',
    expiresAt: MESSAGE_NOW + 7 * 86_400_000,
  },
  'reset-requested': noticeMessage('reset-requested', { ...toCancel, browser: 'Firefox, Linux' }),
  'reset-requested-about': noticeMessage('reset-requested', { about: 'bob@acme.test', notMeUrl: null }),
  'reset-filed': noticeMessage('reset-filed', {
    notMeUrl: null,
    action: { kind: 'cancel-filed', url: SET_UP_URL },
  }),
  'reset-filed-about': noticeMessage('reset-filed', { about: 'bob@acme.test', notMeUrl: null }),
  'reset-approved': noticeMessage('reset-approved', { ...toCancel, effectAt: MESSAGE_NOW + 86_400_000 }),
  'reset-refused': noticeMessage('reset-refused', { notMeUrl: null }),
  'reset-cancelled': noticeMessage('reset-cancelled', { notMeUrl: null }),
  'reset-done': noticeMessage('reset-done', { notMeUrl: null, action: { kind: 'set-up', url: SET_UP_URL } }),
  reported: noticeMessage('reported', { notMeUrl: null }),
  'reported-about': noticeMessage('reported', { about: 'bob@acme.test', notMeUrl: null }),
};

/** A message of each kind, as use cases give them. */
import { PURPOSES, type Purpose } from '../../../src/domain/sign-in/challenge.ts';
import type { MessageTemplate, NoticeTopic } from '../../../src/ports/senders.ts';

export const MESSAGE_ISSUER = 'https://id.kantoorzuid.example:8443';
/** 29 November 2026, 14:05 UTC. */
export const MESSAGE_NOW = Date.UTC(2026, 10, 29, 14, 5);
export const CONFIRM_URL = `${MESSAGE_ISSUER}/confirm/token-of-the-address`;
export const NOT_ME_URL = `${MESSAGE_ISSUER}/not-me/token-of-the-notice`;
export const RESET_URL = `${MESSAGE_ISSUER}/reset/token-of-the-reset`;
export const INVITATION_URL = `${MESSAGE_ISSUER}/invitation/token-of-the-invitation`;
export const CODE = '048291';

type Code = Extract<MessageTemplate, { readonly kind: 'code' }>;
type Notice = Extract<MessageTemplate, { readonly kind: 'notice' }>;

export function codeMessage(over: Partial<Code> = {}): Code {
  const expiresAt = MESSAGE_NOW + 90_000;
  return { kind: 'code', purpose: 'sign-in', code: CODE, expiresAt, confirmUrl: null, ...over };
}

export function noticeMessage(topic: NoticeTopic, over: Partial<Notice> = {}): Notice {
  const nothing = { method: null, left: null, application: null, about: null };
  return { kind: 'notice', topic, atMs: MESSAGE_NOW, notMeUrl: NOT_ME_URL, ...nothing, ...over };
}

const CODES = Object.fromEntries(
  PURPOSES.map((purpose: Purpose) => [`code-${purpose}`, codeMessage({ purpose })]),
);

const toCancel = { notMeUrl: null, action: { kind: 'cancel-reset', url: RESET_URL } } as const;

export const MESSAGE_TEMPLATES: Readonly<Record<string, MessageTemplate>> = {
  ...CODES,
  'code-confirming': codeMessage({ purpose: 'set-up-proof', confirmUrl: CONFIRM_URL }),
  'confirm-address': { kind: 'confirm-address', confirmUrl: CONFIRM_URL },
  'factor-added': noticeMessage('factor-added', { method: 'totp' }),
  'factor-removed': noticeMessage('factor-removed', { method: 'passkey' }),
  'recovery-made': noticeMessage('recovery-made'),
  'recovery-used': noticeMessage('recovery-used', { left: 3 }),
  'phone-changed': noticeMessage('phone-changed'),
  'email-changed': noticeMessage('email-changed'),
  'token-replayed': noticeMessage('token-replayed', { application: 'Webwinkel' }),
  'trust-ended': noticeMessage('trust-ended'),
  joined: noticeMessage('joined'),
  invitation: {
    kind: 'invitation',
    url: INVITATION_URL,
    workspace: 'acme',
    expiresAt: MESSAGE_NOW + 7 * 86_400_000,
  },
  'reset-requested': noticeMessage('reset-requested', { ...toCancel, browser: 'Firefox, Linux' }),
  'reset-requested-about': noticeMessage('reset-requested', { about: 'bob@acme.test', notMeUrl: null }),
  'reset-approved': noticeMessage('reset-approved', { ...toCancel, effectAt: MESSAGE_NOW + 86_400_000 }),
  'reset-refused': noticeMessage('reset-refused', { notMeUrl: null }),
  'reset-cancelled': noticeMessage('reset-cancelled', { notMeUrl: null }),
  'reset-done': noticeMessage('reset-done', { notMeUrl: null, action: { kind: 'set-up', url: RESET_URL } }),
  reported: noticeMessage('reported', { notMeUrl: null }),
  'reported-about': noticeMessage('reported', { about: 'bob@acme.test', notMeUrl: null }),
};

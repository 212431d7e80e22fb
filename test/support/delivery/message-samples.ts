/** A message of each kind, as use cases give them. */
import { PURPOSES, type Purpose } from '../../../src/domain/sign-in/challenge.ts';
import type { MessageTemplate, NoticeTopic } from '../../../src/ports/senders.ts';

export const LETTER_ISSUER = 'https://id.kantoorzuid.example:8443';
/** 29 November 2026, 14:05 UTC. */
export const LETTER_NOW = Date.UTC(2026, 10, 29, 14, 5);
export const CONFIRM_URL = `${LETTER_ISSUER}/confirm/token-of-the-address`;
export const NOT_ME_URL = `${LETTER_ISSUER}/not-me/token-of-the-notice`;
export const CODE = '048291';

type Code = Extract<MessageTemplate, { readonly kind: 'code' }>;
type Notice = Extract<MessageTemplate, { readonly kind: 'notice' }>;

export function codeLetter(over: Partial<Code> = {}): Code {
  const expiresAt = LETTER_NOW + 90_000;
  return { kind: 'code', purpose: 'sign-in', code: CODE, expiresAt, confirmUrl: null, ...over };
}

export function noticeLetter(topic: NoticeTopic, over: Partial<Notice> = {}): Notice {
  const nothing = { method: null, left: null, about: null };
  return { kind: 'notice', topic, atMs: LETTER_NOW, notMeUrl: NOT_ME_URL, ...nothing, ...over };
}

const CODES = Object.fromEntries(
  PURPOSES.map((purpose: Purpose) => [`code-${purpose}`, codeLetter({ purpose })]),
);

export const LETTERS: Readonly<Record<string, MessageTemplate>> = {
  ...CODES,
  'code-confirming': codeLetter({ purpose: 'set-up-proof', confirmUrl: CONFIRM_URL }),
  'confirm-address': { kind: 'confirm-address', confirmUrl: CONFIRM_URL },
  'factor-added': noticeLetter('factor-added', { method: 'totp' }),
  'factor-removed': noticeLetter('factor-removed', { method: 'passkey' }),
  'recovery-made': noticeLetter('recovery-made'),
  'recovery-used': noticeLetter('recovery-used', { left: 3 }),
  'phone-changed': noticeLetter('phone-changed'),
  'email-changed': noticeLetter('email-changed'),
  reported: noticeLetter('reported', { notMeUrl: null }),
  'reported-about': noticeLetter('reported', { about: 'bob@acme.test', notMeUrl: null }),
};

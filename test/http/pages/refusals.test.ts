import { expect } from 'chai';
import { LOCALES } from '../../../src/domain/account.ts';
import { PASSWORD_PATTERNS, type PasswordFault } from '../../../src/domain/password/fault.ts';
import { FROZEN, type Refusal, type RefusalCode, type SettingFault } from '../../../src/domain/refusal.ts';
import { fieldsOf, phrasesOf, retryAfter, type Subject, statusOf } from '../../../src/http/pages/refusals.ts';
import { loadTranslations } from '../../../src/presentation/locale.ts';

const NOW = 1_000_000;

const PASSWORD_FAULTS: readonly PasswordFault[] = [
  { because: 'too_short', minimum: 8 },
  { because: 'too_long', maximum: 128 },
  { because: 'common' },
  { because: 'breached' },
  { because: 'about_you' },
];

const SETTING_FAULTS: readonly SettingFault[] = [
  'setting_fixed',
  'enforcement_unknown',
  'method_unknown',
  'methods_missing',
  'grace_days_wrong',
  'group_line',
  'group_twice',
  'message_long',
  'support_email_wrong',
  'support_url_wrong',
  'reason_missing',
];

/** Every code, so that a new one fails to compile here too. */
const REFUSALS: Readonly<Record<RefusalCode, { refusals: readonly Refusal[]; status: number }>> = {
  credentials_invalid: { refusals: [{ code: 'credentials_invalid' }], status: 422 },
  code_invalid: {
    refusals: [
      ...[null, -60, 30, 1].flatMap((clockOffSeconds) =>
        [null, 0, 1, 3].map(
          (attemptsLeft) => ({ code: 'code_invalid', attemptsLeft, clockOffSeconds }) as const,
        ),
      ),
      ...(['refused', 'unverified', 'known'] as const).map(
        (passkey) => ({ code: 'code_invalid', attemptsLeft: null, clockOffSeconds: null, passkey }) as const,
      ),
    ],
    status: 422,
  },
  code_expired: {
    refusals: [{ code: 'code_expired' }, { code: 'code_expired', passkey: 'expired' }],
    status: 422,
  },
  code_used: { refusals: [{ code: 'code_used' }], status: 422 },
  too_many_attempts: {
    refusals: [null, NOW + 60_000].map((retryAt) => ({ code: 'too_many_attempts', retryAt }) as const),
    status: 429,
  },
  too_many_requests: { refusals: [{ code: 'too_many_requests', retryAt: NOW + 60_000 }], status: 429 },
  resend_too_soon: { refusals: [{ code: 'resend_too_soon', retryAt: NOW + 60_000 }], status: 429 },
  delivery_failed: { refusals: [{ code: 'delivery_failed' }], status: 422 },
  phone_invalid: { refusals: [{ code: 'phone_invalid' }], status: 422 },
  email_unconfirmed: { refusals: [{ code: 'email_unconfirmed' }], status: 422 },
  method_not_allowed: { refusals: [{ code: 'method_not_allowed' }], status: 422 },
  session_expired: { refusals: [{ code: 'session_expired' }], status: 400 },
  forbidden: {
    refusals: [
      { code: 'forbidden' },
      FROZEN,
      { code: 'forbidden', because: 'two_administrators' },
      { code: 'forbidden', because: 'last_administrator' },
    ],
    status: 403,
  },
  conflict: { refusals: [{ code: 'conflict' }], status: 409 },
  enforced: { refusals: [{ code: 'enforced' }], status: 422 },
  field_invalid: {
    refusals: [
      { code: 'field_invalid', field: 'label' },
      { code: 'field_invalid', because: 'email_incomplete' },
      { code: 'field_invalid', because: 'password_missing' },
      ...SETTING_FAULTS.flatMap((setting) =>
        [1, 2].map((line) => ({ code: 'field_invalid', field: 'groups', setting, line }) as const),
      ),
      { code: 'field_invalid', field: 'reason', setting: 'reason_missing' },
      ...PASSWORD_FAULTS.map((password) => ({ code: 'field_invalid', password, patterns: [] }) as const),
      { code: 'field_invalid', password: { because: 'common' }, patterns: PASSWORD_PATTERNS },
    ],
    status: 422,
  },
};

/** The links that are no longer valid share one refusal, which has its own page. */
const SUBJECTS: readonly Subject[] = ['app', 'sent', 'recovery'];

describe('refusals', () => {
  const translations = loadTranslations();

  function told(refusal: Refusal, subject: Subject, locale: (typeof LOCALES)[number]): string[] {
    const t = translations(locale);
    return phrasesOf(refusal, subject).map(({ key, count = 0 }) => t(key, { count, when: 'now' }));
  }

  for (const [code, { refusals, status }] of Object.entries(REFUSALS)) {
    it(`answer ${code} with ${status}, in whole sentences of both languages`, () => {
      for (const refusal of refusals) {
        expect(statusOf(refusal)).to.equal(status);
        for (const subject of code === 'session_expired' ? [...SUBJECTS, 'link' as const] : SUBJECTS) {
          const both = LOCALES.map((locale) => told(refusal, subject, locale));
          for (const sentence of both.flat()) {
            expect(sentence)
              .to.match(/^\p{Lu}.*\.$/u)
              .and.not.match(/\{\{|refusal\./);
          }
          expect(both[0]).not.to.deep.equal(both[1]);
        }
      }
    });
  }

  it('tell a person what to do next', () => {
    const text = (refusal: Refusal, subject: Subject = 'app') => told(refusal, subject, 'en').join(' ');
    expect(text({ code: 'code_invalid', attemptsLeft: 4, clockOffSeconds: 60 })).to.equal(
      'This code isn’t valid yet. The clock on your phone seems to be about 60 seconds ahead. ' +
        'Turn on automatic date and time on your phone, then enter a new code. You have 4 attempts left.',
    );
    expect(text({ code: 'code_used' })).to.include('Wait until your app shows the next code');
    expect(text({ code: 'code_used' }, 'sent'))
      .to.include('Request a new code')
      .and.not.include('app');
    expect(text({ code: 'code_used' }, 'recovery'))
      .to.include('from your list')
      .and.not.include('app');
    const wrong = { code: 'code_invalid', attemptsLeft: null, clockOffSeconds: null } as const;
    expect(text(wrong, 'sent')).to.include('the newest code we sent');
    expect(text(wrong, 'recovery')).to.include('from your list');
    expect(text({ code: 'session_expired' }, 'link')).to.include('This link');
  });

  it('are the same for an unknown e-mail address and a wrong password [A95]', () => {
    expect(fieldsOf({ code: 'credentials_invalid' })).to.have.members(['email', 'password']);
    expect(phrasesOf({ code: 'credentials_invalid' }, 'app')).to.have.lengthOf(1);
  });

  it('give the seconds to wait, rounded up and at least one', () => {
    const seconds = (retryAt: number | null) => retryAfter({ code: 'too_many_attempts', retryAt }, NOW);
    expect(seconds(NOW + 900_000)).to.equal(900);
    expect(seconds(NOW + 1)).to.equal(1);
    expect(seconds(NOW - 5000)).to.equal(1);
    expect(seconds(null)).to.equal(0);
    expect(retryAfter({ code: 'code_used' }, NOW)).to.equal(null);
  });
});

/** Models of the pages on which people choose a password. */
import type { PageContext, Pages } from '../../../src/http/pages/page-contract.ts';
import { form, SAMPLE_NOW, type Sample, sample } from './page-sample.ts';

const EMAIL = 'bob@acme.test';
const acme: PageContext = { tenantId: 'acme' };
const member: PageContext = { ...acme, signedInAs: EMAIL };

const password: Pages['password'] = {
  form: form('/account/password'),
  email: EMAIL,
  asksCurrent: true,
  shortest: 8,
  keepSessions: false,
  frozenAt: null,
  isDone: false,
};
const forgotten: Pages['forgot-password'] = { form: form('/forgot-password'), email: '', isDone: false };
const reset: Pages['reset-password'] = {
  form: form('/reset-password/token'),
  email: EMAIL,
  shortest: 15,
  isDone: false,
  links: [],
};

export const PASSWORD_SAMPLES: readonly Sample[] = [
  sample('password', 'password', password, member),
  sample('password-wrong', 'password', password, {
    ...member,
    refusal: { code: 'credentials_invalid', field: 'current_password' },
  }),
  sample(
    'password-common',
    'password',
    { ...password, keepSessions: true },
    {
      ...member,
      refusal: {
        code: 'field_invalid',
        password: { because: 'common' },
        patterns: ['known_password', 'keyboard'],
      },
    },
  ),
  sample('password-first', 'password', { ...password, asksCurrent: false }, member),
  sample('password-frozen', 'password', { ...password, frozenAt: SAMPLE_NOW }, member),
  sample('password-done', 'password', { ...password, isDone: true }, member),
  sample('forgot-password', 'forgot-password', forgotten),
  sample(
    'forgot-password-again',
    'forgot-password',
    { ...forgotten, email: EMAIL },
    { refusal: { code: 'resend_too_soon', retryAt: SAMPLE_NOW + 300_000 } },
  ),
  sample('forgot-password-sent', 'forgot-password', { ...forgotten, isDone: true }),
  sample('reset-password', 'reset-password', reset, acme),
  sample('reset-password-short', 'reset-password', reset, {
    ...acme,
    refusal: {
      code: 'field_invalid',
      password: { because: 'too_short', minimum: 15 },
      patterns: ['your_details'],
    },
  }),
  sample(
    'reset-password-done',
    'reset-password',
    {
      ...reset,
      isDone: true,
      links: [
        { href: 'https://timesheets.test', text: 'application', client: 'Acme Timesheets' },
        { href: '/account', text: 'sign-in' },
      ],
    },
    acme,
  ),
  sample(
    'reset-gone',
    'error',
    {
      title: 'reset-gone',
      protocol: null,
      links: [{ href: '/forgot-password', text: 'new-link' }],
      cancel: null,
      reference: 'K7QM-2XPD',
    },
    { refusal: { code: 'session_expired' } },
  ),
];

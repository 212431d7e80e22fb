/** One or more models for every page, as a route would give them: for tests, and to look at. */
import type { MethodName } from '../../../src/domain/methods/method.ts';
import type { PageContext, Pages } from '../../../src/http/pages/page-contract.ts';
import { ACCOUNT_SAMPLES } from './account-samples.ts';
import { CONSOLE_SAMPLES } from './console-samples.ts';
import { DEVELOPMENT_SAMPLES } from './development-samples.ts';
import { DEVICE_SAMPLES } from './device-samples.ts';
import { HELP_SAMPLES } from './help-samples.ts';
import { form, SAMPLE_NOW, type Sample, sample } from './page-sample.ts';
import { PASSKEY_SAMPLES } from './passkey-samples.ts';
import { PASSWORD_SAMPLES } from './password-samples.ts';
import { RESET_SAMPLES } from './reset-samples.ts';
import { SECURITY_SAMPLES } from './security-samples.ts';
import { SENT_CODE_SAMPLES } from './sent-code-samples.ts';

const MINUTE = 60_000;

/** The smallest thing that looks like a QR code: a real one is made by the route. */
const QR = `data:image/svg+xml,${encodeURIComponent(
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M1 1h3v3H1zM5 1h3v3H5zM1 5h3v3H1zM6 6h1v1H6z"/></svg>',
)}`;

const at = '/interaction/uid';
const cancel = form(`${at}/cancel`);
const client = 'Acme Timesheets';
const acme: PageContext = { tenantId: 'acme' };
const member: PageContext = { tenantId: 'acme', signedInAs: 'bob@acme.test' };

const signIn = {
  form: form(at),
  email: '',
  isRemembered: false,
  password: '',
  clientName: client,
  passkey: null,
  cancel,
};
const enterCode: Pages['enter-code'] = {
  form: form(`${at}/code`),
  method: 'totp',
  digits: 6,
  sent: null,
  trustDays: null,
  isTrustTicked: false,
  asksForPasskeys: false,
  chooseHref: `${at}/choose-method`,
  clientName: client,
  cancel,
};
const choices = (...methods: MethodName[]) =>
  methods.map((method, index) => ({ method, selected: index === 0 }));
const setUpTotp: Pages['set-up-totp'] = {
  form: form(`${at}/set-up/totp`),
  secret: 'JBSW Y3DP EHPK 3PXP JBSW Y3DP EHPK 3PXP',
  uri: 'otpauth://totp/Doublelock:bob%40acme.test?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Doublelock',
  qr: QR,
  digits: 6,
  periodSeconds: 30,
  label: '',
  app: '',
  apps: ['Google Authenticator', 'Microsoft Authenticator', 'Aegis', '2FAS'],
  forced: false,
  chooseHref: null,
  cancel,
  backHref: null,
};
const error: Pages['error'] = {
  title: 'failed',
  protocol: null,
  links: [],
  cancel: null,
  reference: 'K7QM-2XPD',
};

export const PAGE_SAMPLES: readonly Sample[] = [
  sample('sign-in', 'sign-in', signIn),
  sample(
    'sign-in-refused',
    'sign-in',
    { ...signIn, email: 'bob@acme.test' },
    { ...acme, refusal: { code: 'credentials_invalid' } },
  ),
  sample('sign-in-known', 'sign-in', { ...signIn, email: 'bob@acme.test', isRemembered: true }, acme),
  sample(
    'choose-method',
    'choose-method',
    {
      form: form(at),
      methods: choices('totp', 'sms', 'email', 'recovery'),
      clientName: client,
      cancel,
      lost: { recoveryHref: `${at}/verify/recovery`, chooseHref: null },
    },
    acme,
  ),
  sample('enter-code', 'enter-code', { ...enterCode, chooseHref: null }, acme),
  sample(
    'enter-code-lost',
    'enter-code',
    {
      ...enterCode,
      lost: { recoveryHref: `${at}/verify/recovery`, chooseHref: `${at}/choose-method` },
    },
    acme,
  ),
  sample('enter-code-wrong', 'enter-code', enterCode, {
    ...acme,
    refusal: { code: 'code_invalid', attemptsLeft: 3, clockOffSeconds: null },
  }),
  sample('enter-code-clock', 'enter-code', enterCode, {
    ...acme,
    refusal: { code: 'code_invalid', attemptsLeft: 1, clockOffSeconds: -90 },
  }),
  sample('enter-code-used', 'enter-code', enterCode, {
    tenantId: 'globex',
    refusal: { code: 'code_used' },
  }),
  sample(
    'set-up-choose',
    'set-up-choose',
    {
      form: form(at),
      methods: choices('passkey', 'app', 'totp'),
      laterUntil: SAMPLE_NOW + 14 * 24 * 60 * MINUTE,
      forced: true,
      cancel,
      step: { number: 1, total: null },
    },
    acme,
  ),
  sample('set-up-totp', 'set-up-totp', setUpTotp, acme),
  sample(
    'set-up-totp-forced',
    'set-up-totp',
    {
      ...setUpTotp,
      forced: true,
      demandedBy: 'Acme Payroll',
      chooseHref: `${at}/set-up`,
      step: { number: 2, total: 3 },
    },
    acme,
  ),
  sample(
    'set-up-totp-refused',
    'set-up-totp',
    { ...setUpTotp, label: 'Work phone', app: 'Aegis', cancel: null, backHref: '/account/security' },
    { ...member, refusal: { code: 'code_invalid', attemptsLeft: null, clockOffSeconds: null } },
  ),
  sample('consent', 'consent', {
    form: form(at),
    clientName: client,
    clientUri: 'https://timesheets.test',
    policyUri: 'https://timesheets.test/privacy',
    tosUri: 'https://timesheets.test/terms',
    scopes: ['profile', 'email', 'phone', 'groups', 'offline_access'],
    apis: [
      { identifier: 'https://api.timesheets.test', scopes: ['timesheets.read', 'timesheets.write'] },
      { identifier: 'https://archive.timesheets.test', scopes: [] },
    ],
    email: 'bob@acme.test',
  }),
  sample('consent-openid', 'consent', {
    form: form(at),
    clientName: client,
    clientUri: null,
    policyUri: null,
    tosUri: null,
    scopes: [],
    apis: [],
    email: 'bob@acme.test',
  }),
  ...(
    [
      'not-found',
      'expired',
      'cancelled',
      'refused',
      'unusable',
      'unavailable',
      'bad-request',
      'misdirected',
      'failed',
    ] as const
  ).map((title) =>
    sample(`error-${title}`, 'error', { ...error, title, links: [{ href: '/', text: 'home' }] }),
  ),
  ...[false, true].map((isSent) =>
    sample(
      `error-unconfirmed-${isSent ? 'sent' : 'asked'}`,
      'error',
      {
        ...error,
        title: 'unusable',
        links: isSent ? [{ href: at, text: 'try-again' }] : [],
        confirm: { form: form(`${at}/unusable`), destination: 'b••••••@a••••••', isSent },
        cancel: form(`${at}/cancel`),
        isAtSecondFactor: true,
      },
      { ...acme, status: 403, refusal: { code: 'email_unconfirmed' } },
    ),
  ),
  sample(
    'error-locked',
    'error',
    {
      ...error,
      title: 'locked',
      links: [
        { href: `${at}/choose-method`, text: 'another-way' },
        { href: '/auth', text: 'sign-in-again' },
      ],
      cancel,
      isAtSecondFactor: true,
    },
    { ...acme, refusal: { code: 'too_many_attempts', retryAt: SAMPLE_NOW + 14 * MINUTE } },
  ),
  sample(
    'error-stopped',
    'error',
    {
      ...error,
      title: 'stopped',
      links: [
        { href: `${at}/choose-method`, text: 'another-way' },
        { href: `${at}/verify/recovery`, text: 'recovery-code' },
        { href: '/auth', text: 'sign-in-again' },
      ],
      cancel,
      isAtSecondFactor: true,
    },
    { ...acme, refusal: { code: 'code_invalid', attemptsLeft: 0, clockOffSeconds: -90 } },
  ),
  sample(
    'error-busy',
    'error',
    { ...error, title: 'busy', links: [{ href: '/auth', text: 'try-again' }] },
    { refusal: { code: 'too_many_requests', retryAt: SAMPLE_NOW + MINUTE } },
  ),
  sample(
    'error-protocol',
    'error',
    {
      ...error,
      title: 'protocol',
      protocol: { error: 'invalid_request', description: 'redirect_uri did not match any registered' },
      links: [{ href: '/', text: 'try-again' }],
    },
    { status: 400 },
  ),
  sample('sign-out', 'sign-out', { action: '/session/end/confirm', xsrf: 'xsrf', clientName: client }),
  sample(
    'signed-out',
    'signed-out',
    {
      clientName: client,
      links: [
        { href: 'https://timesheets.test/start', text: 'application', client },
        { href: '/account', text: 'sign-in' },
      ],
    },
    acme,
  ),
  sample('switch-account', 'switch-account', { action: '/session/end/confirm', xsrf: 'xsrf' }),
  sample(
    'form-post',
    'form-post',
    {
      action: 'https://app.acme.test/callback',
      fields: [
        { name: 'code', value: 'a-code' },
        { name: 'state', value: '"/><script>alert(1)</script>' },
      ],
      isError: false,
      clientName: client,
    },
    acme,
  ),
  ...ACCOUNT_SAMPLES,
  ...PASSWORD_SAMPLES,
  ...SECURITY_SAMPLES,
  ...SENT_CODE_SAMPLES,
  ...PASSKEY_SAMPLES,
  ...CONSOLE_SAMPLES,
  ...DEVICE_SAMPLES,
  ...HELP_SAMPLES,
  ...RESET_SAMPLES,
  ...DEVELOPMENT_SAMPLES,
];

/** The pages that only development has: the demo, the outbox and the message samples. */
import { form, SAMPLE_NOW, type Sample, sample } from './page-sample.ts';

const mail = {
  channel: 'email',
  to: 'bob@acme.test',
  subject: 'Your code',
  text: 'Hello Bob,\n\nYour code is 123456.\nIt works for 90 seconds.\n\nDetails: https://acme.test/2fa.',
  sentAt: SAMPLE_NOW,
} as const;
const sms = {
  channel: 'sms',
  to: '+31612345678',
  subject: '',
  text: 'Your code is 123456.\n@localhost #123456',
  sentAt: SAMPLE_NOW - 60_000,
} as const;

/** Dutch has words that fit no phone. */
const LONG_NAME = 'Overheidsarbeidsongeschiktheidsverzekeringsmaatschappij';

export const DEVELOPMENT_SAMPLES: readonly Sample[] = [
  sample('demo', 'demo', {
    parties: [
      { id: 'one', name: 'Timesheets', startHref: '/demo/start' },
      { id: 'two', name: 'Expenses', startHref: '/demo/two/start' },
    ],
    accounts: [
      {
        startHref: '/demo/start?account=1',
        email: 'bob@acme.test',
        password: 'correct horse battery staple',
        tenant: 'Acme',
        enforcement: 'optional',
        isAdministrator: true,
        methods: ['totp'],
      },
      {
        startHref: '/demo/start?account=2',
        email: 'sanne@zuid.test',
        password: 'correct horse battery staple',
        tenant: 'Kantoor Zuid',
        enforcement: 'required',
        isAdministrator: false,
        methods: [],
      },
    ],
  }),
  sample('demo-signed-in', 'demo-signed-in', {
    name: 'Bob',
    claims: [
      { name: 'sub', value: 'XJ2kf93LsPq0vB7nRtY4wA' },
      { name: 'acr', value: 'https://refeds.org/profile/mfa' },
      { name: 'amr', value: 'pwd otp mfa' },
    ],
    stepUpHref: '/demo/step-up',
    refreshForm: form('/demo/refresh'),
    apiForm: form('/demo/api-call'),
    signOutHref: '/demo/sign-out',
    otherHref: '/demo/two',
    otherName: 'Expenses',
    homeHref: '/demo',
  }),
  sample('demo-api', 'demo-api', {
    url: 'http://localhost:3000/demo/api',
    status: 401,
    error: 'insufficient_user_authentication',
    challenge:
      'Bearer error="insufficient_user_authentication", error_description="a stronger sign-in is required", ' +
      'acr_values="https://refeds.org/profile/mfa"',
    body: '{"error":"insufficient_user_authentication"}',
    stepUpHref: '/demo/api-call/step-up',
    againForm: form('/demo/api-call'),
    backHref: '/demo/me',
  }),
  sample('demo-error', 'demo-error', {
    error: 'access_denied',
    description: 'End-User aborted interaction',
    homeHref: '/demo',
  }),
  sample('outbox-empty', 'outbox', { messages: [], samplesHref: '/dev/mail' }),
  sample('outbox', 'outbox', {
    messages: [
      { ...mail, href: '/dev/outbox/one' },
      { ...sms, href: '/dev/outbox/two' },
    ],
    samplesHref: '/dev/mail',
  }),
  sample('outbox-message', 'outbox-message', {
    ...mail,
    frameHref: null,
    language: null,
    backHref: '/dev/outbox',
    isSample: false,
  }),
  sample('outbox-message-sms', 'outbox-message', {
    ...sms,
    frameHref: null,
    language: 'en',
    backHref: '/dev/mail',
    isSample: true,
  }),
  sample('mail-samples', 'mail-samples', {
    tenants: [
      { name: 'Acme', href: '/dev/mail?tenant=acme', isCurrent: true },
      { name: LONG_NAME, href: '/dev/mail?tenant=globex', isCurrent: false },
    ],
    languages: (['en', 'nl'] as const).map((locale) => ({
      locale,
      mails: [
        {
          words: locale === 'en' ? '123456 is your code for Acme' : '123456 is je code voor Acme',
          href: `/dev/mail/email/code-sign-in/${locale}`,
        },
      ],
      texts: [{ words: '123456 @id.example #123456', href: `/dev/mail/sms/code-sign-in/${locale}` }],
    })),
  }),
];

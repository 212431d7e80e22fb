/** The pages of a person's details and sessions, and the pages behind links to their addresses. */
import type { PageContext, Pages } from '../../../src/http/pages/page-contract.ts';
import { form, SAMPLE_NOW, type Sample, sample } from './page-sample.ts';

const member: PageContext = { tenantId: 'acme', signedInAs: 'bob@acme.test' };
const mailed: PageContext = { tenantId: 'acme' };

export const ACCOUNT_MODEL: Pages['account'] = {
  details: form('/account/details'),
  name: 'Bob',
  locale: null,
  phoneForm: form('/account/phone'),
  phone: '+31 6 12345678',
  isPhoneFactor: true,
  emailForm: form('/account/email'),
  email: 'bob@acme.test',
  notificationEmail: '',
  pendingEmail: null,
  pendingNotificationEmail: null,
  stop: form('/account/email/stop'),
  asksForCode: false,
  tenantName: 'Acme',
  frozenAt: null,
  done: null,
};

const code: Pages['change-email-code'] = {
  form: form('/account/email/code'),
  destination: 'b••••••@a••••••',
  secondsLeft: 62,
  isSent: true,
  seen: 'challenge-1',
  phone: '',
  forced: false,
  chooseHref: null,
  cancel: null,
  backHref: '/account',
};

const link = (page: string) => ({ form: form(`/${page}/token`), email: 'bob@home.test', isDone: false });
const restore: Pages['restore-email'] = { ...link('restore-email'), email: 'bob@acme.test', shortest: 15 };

const sessions: Pages['sessions'] = {
  form: form('/account/sessions'),
  sessions: [
    {
      id: 'session-1',
      browser: 'Firefox, Linux',
      place: 'Utrecht, Netherlands',
      since: SAMPLE_NOW - 3e6,
      lastUsedAt: SAMPLE_NOW,
      applications: ['Acme Timesheets'],
      isCurrent: true,
      isLive: true,
    },
    {
      id: 'session-2',
      browser: null,
      place: '2001:db8:85a3::/48',
      since: SAMPLE_NOW - 9e8,
      lastUsedAt: SAMPLE_NOW - 1e8,
      applications: ['Acme Timesheets', '<i>Webmail</i>'],
      isCurrent: false,
      isLive: false,
    },
  ],
  done: null,
};

export const ACCOUNT_SAMPLES: readonly Sample[] = [
  sample('account', 'account', ACCOUNT_MODEL, member),
  sample('account-administrator', 'account', ACCOUNT_MODEL, { ...member, opensConsole: true }),
  sample(
    'account-waiting',
    'account',
    {
      ...ACCOUNT_MODEL,
      locale: 'nl',
      notificationEmail: 'bob@home.test',
      pendingEmail: 'robert.a.very.long.address.that.wraps@subdomain.example.test',
      pendingNotificationEmail: 'bob@work.test',
      asksForCode: true,
      done: 'mailed',
    },
    member,
  ),
  sample(
    'account-refused',
    'account',
    { ...ACCOUNT_MODEL, email: 'bob', isPhoneFactor: false, phone: '' },
    { ...member, refusal: { code: 'field_invalid', because: 'email_incomplete' } },
  ),
  sample('account-frozen', 'account', { ...ACCOUNT_MODEL, frozenAt: SAMPLE_NOW - 9e7 }, member),
  sample('change-email-code', 'change-email-code', code, member),
  sample('sessions', 'sessions', sessions, member),
  sample(
    'sessions-only',
    'sessions',
    { ...sessions, sessions: sessions.sessions.slice(0, 1), done: 'others' },
    member,
  ),
  sample('change-email', 'change-email', link('change-email'), mailed),
  sample('change-email-done', 'change-email', { ...link('change-email'), isDone: true }, mailed),
  sample('confirm-notices', 'confirm-notices', link('confirm-notices'), mailed),
  sample('confirm-notices-done', 'confirm-notices', { ...link('confirm-notices'), isDone: true }, mailed),
  sample('restore-email', 'restore-email', restore, mailed),
  sample('restore-email-refused', 'restore-email', restore, {
    ...mailed,
    refusal: { code: 'field_invalid', because: 'password_missing' },
  }),
  sample('restore-email-done', 'restore-email', { ...restore, isDone: true }, mailed),
];

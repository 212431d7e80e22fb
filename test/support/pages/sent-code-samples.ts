/** The pages of codes that are sent, of codes on paper, and behind the links of mails. */
import type { PageContext, Pages } from '../../../src/http/pages/page-contract.ts';
import { form, SAMPLE_NOW, type Sample, sample } from './page-sample.ts';

const at = '/interaction/uid';
const cancel = form(`${at}/cancel`);
const acme: PageContext = { tenantId: 'acme' };
const member: PageContext = { tenantId: 'acme', signedInAs: 'bob@acme.test' };
const SENDING = 'id-of-the-sending';

const mailed: Pages['enter-code'] = {
  form: form(`${at}/verify/email`),
  method: 'email',
  digits: 6,
  sent: { destination: 'b••••••@a••••••', secondsLeft: 90, seen: SENDING },
  trustDays: 30,
  isTrustTicked: false,
  asksForPasskeys: false,
  chooseHref: `${at}/choose-method`,
  clientName: 'Acme Timesheets',
  cancel,
};
const onPaper: Pages['enter-code'] = {
  ...mailed,
  form: form(`${at}/verify/recovery`),
  method: 'recovery',
  digits: null,
  sent: null,
};

const unsent: Pages['set-up-proof'] = {
  form: form(`${at}/set-up/proof`),
  destination: 'b••••••@a••••••',
  secondsLeft: null,
  isSent: false,
  seen: null,
  phone: '',
  step: { number: 2, total: 4 },
  forced: false,
  chooseHref: null,
  cancel,
  backHref: null,
};
const sent = { isSent: true, secondsLeft: 61, seen: SENDING };
const sms = { ...unsent, form: form(`${at}/set-up/sms`), destination: null };
const inAccount = { cancel: null, backHref: '/account/security' };

const CODES = Array.from({ length: 10 }, (_, index) => `0a${index}c-defg-hjkm-npqr`);

export const SENT_CODE_SAMPLES: readonly Sample[] = [
  sample('enter-code-email', 'enter-code', mailed, acme),
  sample(
    'enter-code-sms',
    'enter-code',
    {
      ...mailed,
      form: form(`${at}/verify/sms`),
      method: 'sms',
      sent: { destination: '••••••78', secondsLeft: 1, seen: SENDING },
    },
    acme,
  ),
  sample(
    'enter-code-gone',
    'enter-code',
    { ...mailed, sent: { destination: 'b••••••@a••••••', secondsLeft: null, seen: null } },
    { ...acme, refusal: { code: 'code_expired' } },
  ),
  sample('enter-code-too-soon', 'enter-code', mailed, {
    ...acme,
    refusal: { code: 'resend_too_soon', retryAt: SAMPLE_NOW + 4 * 60_000 },
  }),
  sample('enter-code-undelivered', 'enter-code', mailed, { ...acme, refusal: { code: 'delivery_failed' } }),
  sample(
    'enter-code-refused',
    'enter-code',
    {
      ...mailed,
      sent: { destination: 'b••••••@a••••••', secondsLeft: null, seen: SENDING },
      lost: { recoveryHref: `${at}/verify/recovery`, chooseHref: `${at}/choose-method` },
    },
    { ...acme, status: 200, refusal: { code: 'delivery_failed', because: 'refused' } },
  ),
  sample('enter-code-recovery', 'enter-code', onPaper, acme),
  sample('enter-code-recovery-used', 'enter-code', onPaper, { ...acme, refusal: { code: 'code_used' } }),

  sample(
    'set-up-proof',
    'set-up-proof',
    {
      ...unsent,
      forced: true,
      chooseHref: `${at}/set-up`,
      pass: { isAsked: false, href: `${at}/set-up/proof?pass=1` },
    },
    acme,
  ),
  sample(
    'set-up-proof-pass',
    'set-up-proof',
    {
      ...unsent,
      forced: true,
      chooseHref: `${at}/set-up`,
      pass: { isAsked: true, href: `${at}/set-up/proof` },
    },
    acme,
  ),
  sample('set-up-proof-sent', 'set-up-proof', { ...unsent, ...sent }, acme),
  sample(
    'set-up-proof-stopped',
    'set-up-proof',
    { ...unsent, ...sent, isStopped: true, startAgainHref: '/auth' },
    { ...acme, refusal: { code: 'too_many_attempts', retryAt: null } },
  ),
  sample('set-up-email', 'set-up-email', { ...unsent, ...inAccount }, member),
  sample(
    'set-up-email-wrong',
    'set-up-email',
    { ...unsent, ...inAccount, ...sent },
    { ...member, refusal: { code: 'code_invalid', attemptsLeft: 2, clockOffSeconds: null } },
  ),
  sample('set-up-sms', 'set-up-sms', sms, acme),
  sample(
    'set-up-sms-refused',
    'set-up-sms',
    { ...sms, phone: '06 12 34' },
    { ...acme, refusal: { code: 'phone_invalid' } },
  ),
  sample('set-up-sms-sent', 'set-up-sms', { ...sms, ...sent, destination: '••••••78' }, acme),
  sample(
    'recovery-codes',
    'recovery-codes',
    {
      form: form(`${at}/set-up/recovery-codes`),
      codes: CODES,
      owner: { email: 'bob@acme.test', createdAt: SAMPLE_NOW },
      enrolled: 'totp',
      step: { number: 3, total: 3 },
    },
    acme,
  ),
  sample(
    'set-up-finish',
    'set-up-finish',
    { form: form('/account/security/set-up/totp'), method: 'totp', step: { number: 1, total: 2 } },
    member,
  ),

  ...[9, 1, 0].map((left) =>
    sample(
      `recovery-used-${left}`,
      'recovery-used',
      {
        form: form(`${at}/recovery-used`),
        clientName: 'Acme Timesheets',
        left,
        areFew: left < 9,
        canRenew: left > 0,
        canSetUp: left > 0,
      },
      acme,
    ),
  ),
  ...(['confirm-email', 'not-me'] as const).flatMap((page) =>
    [false, true].map((isDone) =>
      sample(
        isDone ? `${page}-done` : page,
        page,
        { form: form(`/${page}`), email: 'bob@acme.test', isDone },
        acme,
      ),
    ),
  ),
];

/** The pages of a device's sign-in, and of the choice of an account. */
import type { Pages } from '../../../src/http/pages/page-contract.ts';
import { form, SAMPLE_NOW, type Sample, sample } from './page-sample.ts';

const MINUTE = 60_000;
const client = 'Acme Timesheets';
const acme = { tenantId: 'acme' };

const confirm: Pages['device-confirm'] = {
  form: form('/device'),
  clientName: client,
  userCode: 'WDJB-MJHT',
  ip: '192.0.2.17',
  isSameNetwork: true,
  askedAt: SAMPLE_NOW - 2 * MINUTE,
  email: 'bob@acme.test',
};

export const DEVICE_SAMPLES: readonly Sample[] = [
  sample(
    'select-account',
    'select-account',
    {
      form: form('/interaction/uid/select-account'),
      name: 'Bob',
      email: 'bob@acme.test',
      clientName: client,
      cancel: form('/interaction/uid/select-account'),
    },
    acme,
  ),
  sample('device-code', 'device-code', { form: form('/device'), userCode: '' }),
  sample(
    'device-code-wrong',
    'device-code',
    { form: form('/device'), userCode: 'WDJB-MJHX' },
    { refusal: { code: 'code_invalid', attemptsLeft: null, clockOffSeconds: null } },
  ),
  sample(
    'device-code-locked',
    'device-code',
    { form: form('/device'), userCode: 'WDJB-MJHX' },
    { refusal: { code: 'too_many_attempts', retryAt: SAMPLE_NOW + 14 * MINUTE } },
  ),
  sample('device-confirm', 'device-confirm', confirm, acme),
  sample('device-confirm-elsewhere', 'device-confirm', {
    ...confirm,
    ip: '2001:db8:85a3:1234:5678:8a2e:370:7334',
    isSameNetwork: false,
    email: null,
  }),
  sample(
    'device-done',
    'device-done',
    { clientName: client, isDone: true, link: 'https://timesheets.test/' },
    acme,
  ),
  sample('device-done-cancelled', 'device-done', { clientName: client, isDone: false, link: null }),
];

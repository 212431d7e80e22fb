/** Models of the pages about a reset of second factors, and of an invitation. */
import { form, SAMPLE_NOW, type Sample, sample } from './page-sample.ts';

const at = '/interaction/uid/second-factor';
const acme = { tenantId: 'acme' };

const gone = { ...acme, refusal: { code: 'session_expired' } } as const;

const request = {
  form: form(`${at}/request-reset`),
  reason: '',
  longestReason: 500,
  isDone: false,
  backHref: at,
  clientName: 'Acme Timesheets',
  cancel: form(`${at}/cancel`),
};
const cancel = {
  form: form('/cancel-reset/token'),
  email: 'bob@acme.test',
  requestedAt: SAMPLE_NOW - 3_600_000,
  browser: 'Firefox, Linux',
  isDone: false,
};

const error = {
  protocol: null,
  links: [],
  cancel: null,
  reference: 'K7QM-2XPD',
} as const;

const invitation = {
  form: form('/invitation/token'),
  email: 'bob@acme.test',
  workspace: 'Acme',
  workspaceId: 'acme',
  clientName: null,
  shortest: 15,
  passkey: null,
};
const creation = {
  rp: { id: 'localhost', name: 'Acme' },
  user: { id: 'aGFuZGxl', name: 'bob@acme.test', displayName: 'Bob' },
  challenge: 'Y2hhbGxlbmdl',
  timeout: 300_000,
  pubKeyCredParams: [{ type: 'public-key', alg: -7 }],
  excludeCredentials: [],
  authenticatorSelection: {
    residentKey: 'preferred',
    requireResidentKey: false,
    userVerification: 'required',
  },
  attestation: 'none',
} as const;

export const RESET_SAMPLES: readonly Sample[] = [
  sample('invitation', 'invitation', invitation, acme),
  sample(
    'invitation-with-passkey',
    'invitation',
    { ...invitation, clientName: 'Acme Timesheets', passkey: { creation, nonce: 'nonce' } },
    acme,
  ),
  sample('invitation-refused', 'invitation', invitation, {
    ...acme,
    refusal: { code: 'field_invalid', password: { because: 'too_short', minimum: 15 }, patterns: [] },
  }),
  sample('error-invitation-gone', 'error', { ...error, title: 'invitation-gone' }, gone),
  sample('error-invitation-replaced', 'error', { ...error, title: 'invitation-replaced' }, gone),
  sample(
    'error-invitation-used',
    'error',
    { ...error, title: 'invitation-used', links: [{ href: '/account', text: 'account' }] },
    gone,
  ),
  sample('error-reset-request-gone', 'error', { ...error, title: 'reset-request-gone' }, gone),
  sample('error-set-up-gone', 'error', { ...error, title: 'set-up-gone' }, gone),
  sample(
    'error-locked-with-reset',
    'error',
    {
      ...error,
      title: 'locked',
      isAtSecondFactor: true,
      links: [
        { href: `${at}/verify/recovery`, text: 'recovery-code' },
        { href: `${at}/request-reset`, text: 'request-reset' },
        { href: `${at}/start-again`, text: 'sign-in-again' },
      ],
    },
    {
      ...acme,
      resetHref: `${at}/request-reset`,
      refusal: { code: 'too_many_attempts', retryAt: SAMPLE_NOW + 900_000 },
    },
  ),
  sample('request-reset-asked', 'request-reset', request, acme),
  sample('request-reset-without-a-reason', 'request-reset', request, {
    ...acme,
    refusal: { code: 'field_invalid', field: 'reason' },
  }),
  sample('request-reset-sent', 'request-reset', { ...request, isDone: true }, acme),
  sample('cancel-reset-asked', 'cancel-reset', cancel, acme),
  sample('cancel-reset-from-an-unknown-browser', 'cancel-reset', { ...cancel, browser: null }, acme),
  sample('cancel-reset-done', 'cancel-reset', { ...cancel, isDone: true }, acme),
  sample(
    'set-up-again-asked',
    'set-up-again',
    { form: form('/set-up-again/token'), email: 'bob@acme.test' },
    acme,
  ),
];

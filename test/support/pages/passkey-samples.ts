/** The pages at which a browser is asked for a passkey. */
import { createPasskey } from '../../../src/domain/methods/passkey.ts';
import type { PageContext, Pages } from '../../../src/http/pages/page-contract.ts';
import { form, type Sample, sample } from './page-sample.ts';

const at = '/interaction/uid';
const cancel = form(`${at}/cancel`);
const acme: PageContext = { tenantId: 'acme' };
const member: PageContext = { tenantId: 'acme', signedInAs: 'bob@acme.test' };

const method = createPasskey();
const site = { rpId: 'localhost', origin: 'http://localhost:3000' };
const challenge = 'hBEoKVyfHTyLC1hJ4cDFPuh_zNTKQiAfwOBhCqy1Q40';
const kept = {
  id: 'NWUiCvmU8tmRlF4y8mVKcQ',
  publicKey: 'pQECAyYgASFYIA',
  transports: ['internal'],
  userHandle: 'cGVyc29u',
  deviceBound: true,
  backedUp: false,
  aaguid: null,
};

const used: Pages['use-passkey'] = {
  form: form(`${at}/verify/passkey`),
  request: method.request({ site, challenge, credentials: [kept], mustVerify: false }),
  chooseHref: `${at}/choose-method`,
  clientName: 'Acme Timesheets',
  cancel,
};
const made: Pages['set-up-passkey'] = {
  form: form(`${at}/set-up/passkey`),
  creation: method.creation({
    site,
    siteName: 'Acme "&" Co <b>',
    challenge,
    user: { id: 'cGVyc29u', name: 'bob@acme.test', displayName: 'Bob' },
    existing: [kept],
  }),
  label: '',
  forced: false,
  chooseHref: null,
  cancel,
  backHref: null,
};
const signIn: Pages['sign-in'] = {
  form: form(at),
  email: '',
  isRemembered: false,
  password: '',
  clientName: 'Acme Timesheets',
  passkey: {
    request: method.request({ site, challenge, credentials: [], mustVerify: true }),
    hasButton: true,
    unknownId: null,
  },
  cancel,
};
const invalid = { code: 'code_invalid', attemptsLeft: null, clockOffSeconds: null } as const;

export const PASSKEY_SAMPLES: readonly Sample[] = [
  sample(
    'offer-passkey',
    'offer-passkey',
    { form: form(`${at}/offer-passkey`), clientName: 'Acme Timesheets', cancel },
    acme,
  ),
  sample('sign-in-passkey', 'sign-in', signIn, acme),
  sample(
    'sign-in-passkey-refused',
    'sign-in',
    { ...signIn, passkey: signIn.passkey && { ...signIn.passkey, unknownId: kept.id } },
    { ...acme, refusal: { ...invalid, passkey: 'unknown' } },
  ),
  sample('use-passkey', 'use-passkey', used, acme),
  sample(
    'use-passkey-refused',
    'use-passkey',
    { ...used, chooseHref: null },
    { ...acme, refusal: { ...invalid, passkey: 'unverified' } },
  ),
  sample(
    'set-up-passkey-forced',
    'set-up-passkey',
    { ...made, forced: true, chooseHref: `${at}/set-up` },
    acme,
  ),
  sample(
    'set-up-passkey-refused',
    'set-up-passkey',
    { ...made, label: 'Laptop', cancel: null, backHref: '/account/security' },
    { ...member, refusal: { ...invalid, passkey: 'known' } },
  ),
];

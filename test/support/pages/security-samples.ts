/** The security page, from an empty one to one on which everything is set up. */

import type { PageContext, Pages } from '../../../src/http/pages/page-contract.ts';
import type { FactorView, TrustedBrowserView } from '../../../src/http/pages/page-parts.ts';
import { form, SAMPLE_NOW, type Sample, sample } from './page-sample.ts';

const SECURITY = '/account/security';
const guest: PageContext = { tenantId: 'globex', signedInAs: 'gus@globex.test' };
const member: PageContext = { tenantId: 'acme', signedInAs: 'bob@acme.test' };

const security: Pages['security'] = {
  factors: [],
  recovery: null,
  browsers: [],
  noDefault: null,
  frozenAt: null,
  offered: ['totp'],
  enrolmentForm: form(`${SECURITY}/set-up`),
  turnOff: form(`${SECURITY}/turn-off`),
  enforcement: 'optional',
  canTurnOff: true,
  passkeySignals: null,
  done: null,
  doneMethod: null,
};
const phone: FactorView = {
  method: 'totp',
  label: 'Work phone',
  app: 'Aegis',
  destination: null,
  createdAt: SAMPLE_NOW - 9e9,
  isDefault: false,
  remove: form(`${SECURITY}/factors/factor-1/remove`),
  makeDefault: null,
};
const tablet: FactorView = {
  ...phone,
  label: '',
  app: null,
  createdAt: SAMPLE_NOW,
  remove: form(`${SECURITY}/factors/factor-2/remove`),
};
const inbox: FactorView = {
  ...tablet,
  method: 'email',
  destination: 'b••••••@a••••••',
  remove: form(`${SECURITY}/factors/factor-3/remove`),
  makeDefault: form(`${SECURITY}/factors/factor-3/default`),
};
const renew = form(`${SECURITY}/recovery-codes`);
const browser: TrustedBrowserView = {
  name: 'Firefox, Linux',
  createdAt: SAMPLE_NOW - 9e8,
  expiresAt: SAMPLE_NOW + 9e8,
  lastUsedAt: SAMPLE_NOW - 1e7,
  lastUsedFor: 'Acme Timesheets',
  revoke: form(`${SECURITY}/browsers/browser-1/revoke`),
};
const unknown: TrustedBrowserView = {
  ...browser,
  name: null,
  lastUsedAt: null,
  lastUsedFor: null,
  revoke: form(`${SECURITY}/browsers/browser-2/revoke`),
};

export const SECURITY_SAMPLES: readonly Sample[] = [
  sample('security-none', 'security', security, guest),
  sample(
    'security-optional',
    'security',
    {
      ...security,
      factors: [phone, tablet],
      recovery: { left: 10, areFew: false, renew },
      done: 'set-up',
      doneMethod: 'totp',
    },
    guest,
  ),
  sample(
    'security-all',
    'security',
    {
      ...security,
      factors: [{ ...phone, isDefault: true }, inbox],
      noDefault: form(`${SECURITY}/no-default`),
      recovery: { left: 2, areFew: true, renew },
      browsers: [browser, unknown],
      offered: ['passkey', 'totp', 'sms', 'email'],
    },
    member,
  ),
  sample(
    'security-required',
    'security',
    { ...security, factors: [phone], enforcement: 'required', canTurnOff: false },
    { ...member, refusal: { code: 'enforced' } },
  ),
  sample(
    'security-administrator',
    'security',
    { ...security, factors: [phone], canTurnOff: false, done: 'removed' },
    guest,
  ),
  sample(
    'security-frozen',
    'security',
    {
      ...security,
      factors: [phone],
      recovery: { left: 2, areFew: true, renew: null },
      frozenAt: SAMPLE_NOW - 1e8,
      offered: [],
    },
    member,
  ),
  sample(
    'security-passkeys',
    'security',
    {
      ...security,
      factors: [{ ...phone, method: 'passkey', label: 'Bitwarden', app: null }],
      passkeySignals: {
        rpId: 'localhost',
        userId: 'cGVyc29u',
        credentialIds: ['NWUiCvmU8tmRlF4y8mVKcQ'],
        name: 'bob@acme.test',
        displayName: 'Bob "&" <b>',
      },
    },
    member,
  ),
  sample('security-off', 'security', { ...security, enforcement: 'off', offered: [] }, guest),
  sample(
    'security-renewed',
    'security',
    {
      ...security,
      factors: [phone, { ...inbox, method: 'sms', destination: '••••••78' }],
      recovery: { left: 10, areFew: false, renew },
      offered: ['sms'],
      done: 'codes',
    },
    guest,
  ),
  sample('security-turned-off', 'security', { ...security, done: 'turned-off' }, guest),
];

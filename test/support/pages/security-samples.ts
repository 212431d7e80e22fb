/** The security page, from an empty one to one on which everything is set up. */

import type { PageContext, Pages } from '../../../src/http/pages/page-contract.ts';
import type { FactorView, TrustedBrowserView } from '../../../src/http/pages/page-parts.ts';
import { ACCOUNT_MODEL } from './account-samples.ts';
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
  undo: null,
  doneMethod: null,
};
const phone: FactorView = {
  id: 'factor-1',
  method: 'totp',
  label: 'Work phone',
  app: 'Aegis',
  destination: null,
  createdAt: SAMPLE_NOW - 9e9,
  lastUse: { atMs: SAMPLE_NOW - 1e7, ip: '192.0.2.7', browser: 'Firefox, Linux' },
  isDefault: false,
  rename: form(`${SECURITY}/factors/factor-1/rename`),
  replace: form(`${SECURITY}/factors/factor-1/replace`),
  remove: form(`${SECURITY}/factors/factor-1/remove`),
  makeDefault: null,
};
const tablet: FactorView = {
  ...phone,
  id: 'factor-2',
  lastUse: null,
  rename: form(`${SECURITY}/factors/factor-2/rename`),
  replace: form(`${SECURITY}/factors/factor-2/replace`),
  label: '',
  app: null,
  createdAt: SAMPLE_NOW,
  remove: form(`${SECURITY}/factors/factor-2/remove`),
};
const inbox: FactorView = {
  ...tablet,
  id: 'factor-3',
  rename: form(`${SECURITY}/factors/factor-3/rename`),
  replace: form(`${SECURITY}/factors/factor-3/replace`),
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
  remove: form(`${SECURITY}/browsers/browser-1/remove`),
};
const unknown: TrustedBrowserView = {
  ...browser,
  name: null,
  lastUsedAt: null,
  lastUsedFor: null,
  remove: form(`${SECURITY}/browsers/browser-2/remove`),
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
  sample(
    'security-renamed',
    'security',
    { ...security, factors: [phone, inbox], done: 'renamed', undo: form(`${SECURITY}/undo/change-1`) },
    member,
  ),
  sample(
    'confirm-removal-factor',
    'confirm-removal',
    {
      kind: 'factor',
      name: 'Work phone',
      method: 'totp',
      methods: ['passkey', 'email'],
      consequences: ['sessions', 'next', 'browsers'],
      form: form(`${SECURITY}/factors/factor-1/remove/confirm`),
    },
    member,
  ),
  sample(
    'confirm-removal-last',
    'confirm-removal',
    {
      kind: 'factor',
      name: null,
      method: 'passkey',
      methods: [],
      consequences: ['sessions', 'codes', 'password', 'device'],
      form: form(`${SECURITY}/factors/factor-1/remove/confirm`),
    },
    guest,
  ),
  sample(
    'confirm-removal-browser',
    'confirm-removal',
    {
      kind: 'browser',
      name: 'Firefox, Linux',
      method: null,
      methods: [],
      consequences: ['browser'],
      form: form(`${SECURITY}/browsers/browser-1/remove/confirm`),
    },
    member,
  ),
  sample(
    'confirm-removal-all',
    'confirm-removal',
    {
      kind: 'turn-off',
      name: null,
      method: null,
      methods: ['totp', 'email'],
      consequences: ['all', 'sessions', 'codes', 'password'],
      form: form(`${SECURITY}/turn-off/confirm`),
    },
    guest,
  ),
  sample(
    'set-up-choose-replacement',
    'set-up-choose',
    {
      form: form(`${SECURITY}/factors/factor-1/replace`),
      methods: [
        { method: 'totp', selected: true },
        { method: 'email', selected: false },
      ],
      laterUntil: null,
      forced: false,
      cancel: null,
      replaces: { name: 'Work phone', method: 'totp', backHref: SECURITY },
    },
    member,
  ),
  sample(
    'set-up-choose-stronger',
    'set-up-choose',
    {
      form: form('/interaction/sample/second-factor/set-up'),
      methods: [
        { method: 'passkey', selected: true },
        { method: 'totp', selected: false },
      ],
      laterUntil: null,
      forced: true,
      isStronger: true,
      cancel: form('/interaction/sample/second-factor/cancel'),
    },
    { tenantId: 'acme' },
  ),
  sample('account-grace', 'account', ACCOUNT_MODEL, { ...member, graceUntil: SAMPLE_NOW + 1e9 }),
  sample('security-grace', 'security', security, { ...member, graceUntil: SAMPLE_NOW + 1e9 }),
  sample('security-grace-stronger', 'security', security, {
    ...member,
    graceUntil: SAMPLE_NOW + 1e9,
    graceIsStronger: true,
  }),
  sample(
    'not-me-removal',
    'not-me',
    { form: form('/not-me/token'), email: 'bob@acme.test', isDone: false, isOfRemoval: true },
    { tenantId: 'acme' },
  ),
  sample(
    'not-me-removal-done',
    'not-me',
    { form: form('/not-me/token'), email: 'bob@acme.test', isDone: true, isOfRemoval: true },
    { tenantId: 'acme' },
  ),
  sample(
    'error-held',
    'error',
    {
      title: 'held',
      protocol: null,
      links: [],
      cancel: form('/interaction/sample/second-factor/cancel'),
      reference: 'K7QM-2XPD',
      isAtSecondFactor: true,
    },
    { tenantId: 'acme', refusal: { code: 'forbidden', because: 'held' } },
  ),
];

/** The security settings of the console. */
import { CONSOLE_PAGES } from '../../../../src/domain/administration/may-act.ts';
import type { Pages } from '../../../../src/http/pages/page-contract.ts';
import { form, SAMPLE_NOW, type Sample, sample } from '../page-sample.ts';

const admin = {
  tenantId: 'acme',
  signedInAs: 'boss@acme.test',
  console: { page: 'security', pages: CONSOLE_PAGES },
} as const;

const typed = {
  enforcement: 'optional',
  minimum: 'mfa',
  methods: 'passkey totp email',
  grace_days: '7',
  groups: 'finance: required phr',
  trusted_devices: '1',
  passkey_sign_in: '1',
  message_en: 'Because of the audit.',
  message_nl: '',
  support_email: 'help@acme.test',
  support_url: '',
};

const DAY = 24 * 60 * 60 * 1000;

const security: Pages['admin-security'] = {
  form: form('/admin/security'),
  version: 2,
  typed,
  written: {},
  enforcements: ['off', 'optional', 'required'],
  minimums: ['any', 'mfa', 'phr'],
  methods: [
    { name: 'passkey', isChosen: true },
    { name: 'totp', isChosen: true },
    { name: 'sms', isChosen: false },
    { name: 'email', isChosen: true },
  ],
  saved: [],
  versions: [
    {
      number: 2,
      at: SAMPLE_NOW - DAY,
      by: 'boss@acme.test',
      reason: 'People at the counter share a computer.',
      revertOf: null,
      changes: [
        { name: 'enforcement', from: 'required', to: 'optional' },
        { name: 'minimum', from: 'any', to: 'mfa' },
        { name: 'graceDays', from: 14, to: 7 },
        {
          name: 'groups',
          from: { finance: 'required' },
          to: { finance: { enforcement: 'required', minimum: 'phr' } },
        },
        { name: 'trustedDevices', from: false, to: true },
        { name: 'messageEn', from: null, to: 'Because of the audit.' },
      ],
      isCurrent: true,
    },
    {
      number: 1,
      at: SAMPLE_NOW - 3 * DAY,
      by: null,
      reason: null,
      revertOf: 0,
      changes: [
        { name: 'enforcement', from: 'optional', to: 'required' },
        { name: 'methods', from: ['totp', 'email', 'sms'], to: ['totp', 'email'] },
      ],
      isCurrent: false,
    },
  ],
  canRevertAll: true,
  olderHref: null,
  done: null,
};

const preview: Pages['admin-preview'] = {
  form: form('/admin/security/preview'),
  draft: 'draft-1',
  revertOf: null,
  changes: [
    { name: 'enforcement', from: 'optional', to: 'required' },
    { name: 'methods', from: ['totp', 'email', 'sms'], to: ['totp', 'email'] },
  ],
  loosened: [],
  needsSecond: false,
  totals: { affected: 290, administrators: 1, alreadyProtected: 2710, mustSetUp: 290, noMethod: 0 },
  strictClients: ['Payroll'],
  reason: '',
};

const fixed = (key: string) => ({ key, isFixed: true }) as const;

export const CONSOLE_SECURITY_SAMPLES: readonly Sample[] = [
  sample('admin-security', 'admin-security', security, admin),
  sample(
    'admin-security-done',
    'admin-security',
    { ...security, done: 2, olderHref: '/admin/security?before=1' },
    admin,
  ),
  sample(
    'admin-security-first',
    'admin-security',
    { ...security, version: 0, versions: [], canRevertAll: false },
    admin,
  ),
  sample(
    'admin-security-fixed',
    'admin-security',
    {
      ...security,
      enforcements: ['required'],
      written: {
        enforcement: { ...fixed('second_factor.enforcement'), value: 'required' },
        minimum: { ...fixed('second_factor.minimum'), value: 'phr' },
        methods: { ...fixed('second_factor.methods'), value: ['totp'] },
        grace_days: { ...fixed('second_factor.grace_days'), value: 0 },
        groups: { key: 'second_factor.groups', isFixed: false, value: { finance: 'required' } },
        trusted_devices: { ...fixed('second_factor.trusted_devices'), value: false },
        passkey_sign_in: { ...fixed('second_factor.passkey_sign_in'), value: false },
        message_en: { ...fixed('second_factor.message.en'), value: 'Because of the audit.' },
        message_nl: { ...fixed('second_factor.message.nl'), value: 'Wegens de audit.' },
        support_email: { ...fixed('support.email'), value: 'help@acme.test' },
        support_url: { ...fixed('support.url'), value: null },
      },
    },
    admin,
  ),
  sample(
    'admin-security-floor',
    'admin-security',
    {
      ...security,
      enforcements: ['optional', 'required'],
      minimums: ['mfa', 'phr'],
      written: {
        enforcement: { key: 'second_factor.enforcement', isFixed: false, value: 'optional' },
        minimum: { key: 'second_factor.minimum', isFixed: false, value: 'mfa' },
        methods: { key: 'second_factor.methods', isFixed: false, value: ['totp', 'email', 'passkey'] },
        grace_days: { key: 'second_factor.grace_days', isFixed: false, value: 14 },
      },
    },
    { ...admin, refusal: { code: 'field_invalid', field: 'groups', setting: 'group_line', line: 3 } },
  ),
  sample(
    'admin-security-methods-missing',
    'admin-security',
    { ...security, methods: security.methods.map((method) => ({ ...method, isChosen: false })) },
    { ...admin, refusal: { code: 'field_invalid', field: 'methods', setting: 'methods_missing' } },
  ),
  sample(
    'admin-security-minimum',
    'admin-security',
    { ...security, typed: { ...typed, minimum: 'phr', methods: 'totp email' } },
    { ...admin, refusal: { code: 'field_invalid', field: 'methods', setting: 'minimum_unreached' } },
  ),
  sample(
    'admin-security-conflict',
    'admin-security',
    {
      ...security,
      saved: [
        { name: 'enforcement', to: 'required' },
        { name: 'messageEn', to: null },
      ],
    },
    { ...admin, refusal: { code: 'conflict' } },
  ),
  sample('admin-preview', 'admin-preview', preview, admin),
  sample(
    'admin-preview-loosens',
    'admin-preview',
    {
      ...preview,
      revertOf: 0,
      changes: [{ name: 'enforcement', from: 'required', to: 'off' }],
      loosened: ['enforcement'],
      totals: { affected: 3000, administrators: 2, alreadyProtected: 2710, mustSetUp: 12, noMethod: 4 },
    },
    { ...admin, refusal: { code: 'field_invalid', field: 'reason', setting: 'reason_missing' } },
  ),
  sample(
    'admin-preview-second',
    'admin-preview',
    { ...preview, loosened: ['methods'], needsSecond: true },
    admin,
  ),
  sample(
    'admin-preview-nothing',
    'admin-preview',
    {
      ...preview,
      changes: [],
      revertOf: 1,
      totals: { ...preview.totals, affected: 0 },
      strictClients: [],
    },
    admin,
  ),
];

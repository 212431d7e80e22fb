/** The page of one person: protected, not joined, in a conflict, and one's own. */
import { CONSOLE_PAGES } from '../../../../src/domain/administration/may-act.ts';
import type { PersonPage } from '../../../../src/http/pages/models/console/person.ts';
import { form, NEWER_METHOD, SAMPLE_NOW, type Sample, sample } from '../page-sample.ts';

const admin = {
  tenantId: 'acme',
  signedInAs: 'boss@acme.test',
  console: { page: 'users', pages: CONSOLE_PAGES },
} as const;

const stored = {
  name: 'Bob Jansen',
  email: 'bob@acme.test',
  role: 'member',
  groups: 'sales\nfield staff',
  manages: '',
  enforcement: 'tenant',
};

const bob: PersonPage = {
  pass: null,
  form: form('/admin/users/person-1'),
  version: 'version-of-the-form',
  id: 'person-1',
  stored,
  fields: stored,
  isActivationTicked: false,
  isRemoving: false,
  reason: '',
  emailConfirmed: true,
  pendingEmail: null,
  state: { kind: 'protected', methods: ['totp', 'passkey'], minimum: 'mfa' },
  enforcement: 'required',
  minimum: 'mfa',
  factors: [
    {
      id: 'factor-1',
      method: 'totp',
      label: 'Work phone',
      app: 'Aegis',
      destination: null,
      createdAt: SAMPLE_NOW - 9e9,
      lastUse: { atMs: SAMPLE_NOW - 1e7, ip: '192.0.2.7', browser: 'Firefox, Linux' },
      isSuspended: false,
      isRefused: true,
    },
    {
      id: 'factor-2',
      method: 'email',
      label: '',
      app: null,
      destination: 'b••••••@a••••••',
      createdAt: SAMPLE_NOW - 8e9,
      lastUse: null,
      isSuspended: true,
      isRefused: false,
    },
  ],
  sessions: [
    {
      id: 'session-1',
      browser: 'Firefox, Linux',
      place: 'Utrecht, Netherlands',
      since: SAMPLE_NOW - 1e7,
      lastUsedAt: SAMPLE_NOW - 1e6,
      applications: ['Acme Timesheets'],
      isLive: true,
    },
    {
      id: 'session-2',
      browser: null,
      place: '198.51.100.0/24',
      since: SAMPLE_NOW - 9e7,
      lastUsedAt: SAMPLE_NOW - 8e7,
      applications: ['Acme Mail'],
      isLive: false,
    },
  ],
  browsers: [{ name: 'Firefox, Linux', createdAt: SAMPLE_NOW - 9e8, expiresAt: SAMPLE_NOW + 9e8 }],
  lockedUntil: null,
  graceUntil: null,
  lines: [
    {
      atMs: SAMPLE_NOW - 1e6,
      event: 'sign_in.completed',
      method: 'totp',
      reason: null,
      reference: 'BCDF-2345',
      isKnown: true,
      by: null,
    },
    {
      atMs: SAMPLE_NOW - 2e6,
      event: 'account.factors_removed',
      method: null,
      reason: 'Lost phone, called back',
      reference: null,
      isKnown: true,
      by: 'boss@acme.test',
    },
  ],
  buttons: ['unlock', 'end-sessions', 'disable', 'file-reset', 'remove-factors'],
  mayEdit: true,
  roles: ['member', 'helpdesk', 'manager', 'admin'],
  mayRequire: true,
  maySuspend: true,
  isOwn: false,
  needsTwo: false,
  done: null,
};

const bare = { ...bob, factors: [], sessions: [], browsers: [], lines: [] } as const;

const newcomer: PersonPage = {
  ...bare,
  emailConfirmed: false,
  pendingEmail: 'bobby@acme.test',
  state: { kind: 'invited', since: SAMPLE_NOW - 9e7 },
  buttons: ['resend-confirmation', 'unlock', 'unfreeze', 'end-sessions', 'enable'],
  done: 'mailed',
};

/** As the help desk sees it. */
const seen: PersonPage = {
  ...bob,
  state: { kind: 'locked', until: SAMPLE_NOW + 9e5 },
  lockedUntil: SAMPLE_NOW + 9e5,
  graceUntil: SAMPLE_NOW + 9e8,
  buttons: ['unlock', 'end-sessions', 'file-reset'],
  mayEdit: false,
  roles: [],
  mayRequire: false,
  maySuspend: false,
};

/** With a method that this release has no words for. */
const ofNewerRelease: PersonPage = {
  ...bob,
  state: { kind: 'protected', methods: ['totp', NEWER_METHOD], minimum: 'mfa' },
  factors: bob.factors.map((factor) => ({ ...factor, method: NEWER_METHOD, label: '', app: null })),
  lines: bob.lines.map((line) => ({ ...line, method: NEWER_METHOD })),
};

export const PERSON_SAMPLES: readonly Sample[] = [
  sample('admin-user', 'admin-user', bob, admin),
  sample('admin-user-new', 'admin-user', newcomer, admin),
  sample('admin-user-newer', 'admin-user', ofNewerRelease, admin),
  sample(
    'admin-user-below',
    'admin-user',
    { ...bob, state: { kind: 'below-minimum', methods: ['totp'], minimum: 'phr' }, minimum: 'phr' },
    admin,
  ),
  sample(
    'admin-user-pass',
    'admin-user',
    {
      ...newcomer,
      buttons: ['temporary-pass', 'disable'],
      pass: ['ABCD', 'EFGH', 'IJKL', '2345'],
      done: 'pass',
    },
    admin,
  ),
  sample('admin-user-helpdesk', 'admin-user', seen, {
    ...admin,
    console: { page: 'users', pages: ['overview', 'users', 'requests'] },
  }),
  sample(
    'admin-user-own',
    'admin-user',
    {
      ...bare,
      isOwn: true,
      mayEdit: false,
      mayRequire: false,
      maySuspend: false,
      buttons: [],
      roles: [],
    },
    admin,
  ),
  sample(
    'admin-user-conflict',
    'admin-user',
    {
      ...bob,
      needsTwo: true,
      fields: { ...stored, name: 'Bob de Boer', groups: 'sales', enforcement: 'required' },
      isActivationTicked: true,
    },
    { ...admin, refusal: { code: 'conflict' } },
  ),
  sample(
    'admin-user-removing',
    'admin-user',
    { ...bob, isRemoving: true },
    { ...admin, refusal: { code: 'field_invalid', field: 'reason' } },
  ),
];

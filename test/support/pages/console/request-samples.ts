/** The pages about requests for a reset. */
import { CONSOLE_PAGES } from '../../../../src/domain/administration/may-act.ts';
import type { Pages } from '../../../../src/http/pages/page-contract.ts';
import { form, SAMPLE_NOW, type Sample, sample } from '../page-sample.ts';

const HOUR = 3_600_000;

const admin = {
  tenantId: 'acme',
  signedInAs: 'boss@acme.test',
  console: { page: 'requests', pages: CONSOLE_PAGES },
} as const;

const listed = (name: string, more: Partial<Pages['admin-requests']['requests'][number]> = {}) => ({
  id: `${name}.1`,
  href: `/admin/requests/${name}.1`,
  name,
  email: `${name.toLowerCase()}@acme.test`,
  createdAt: SAMPLE_NOW - HOUR,
  state: 'open' as const,
  isHalfApproved: false,
  effectAt: null,
  ...more,
});

const list: Pages['admin-requests'] = {
  tenantName: 'Acme',
  waiting: 3,
  isWaitingOnly: false,
  requests: [
    listed('Bob'),
    listed('Alice', { isHalfApproved: true }),
    listed('Eve', { state: 'approved', effectAt: SAMPLE_NOW + 23 * HOUR }),
    listed('Carol', { state: 'refused' }),
    listed('Dan', { state: 'cancelled' }),
    listed('Frank', { state: 'expired' }),
    listed('Grace', { state: 'done' }),
  ],
  nextHref: '/admin/requests?after=o1.x',
};

const request: Pages['admin-request'] = {
  form: form('/admin/requests/Bob.1'),
  version: '0',
  person: { name: 'Bob', email: 'bob@acme.test', href: '/admin/users/bob' },
  reason: 'I left my phone in the train.',
  createdAt: SAMPLE_NOW - HOUR,
  expiresAt: SAMPLE_NOW + 71 * HOUR,
  network: '192.0.2.0/24',
  browser: 'Firefox, Linux',
  filedBy: null,
  state: 'open',
  isHalfApproved: false,
  effectAt: null,
  history: [],
  mayApprove: true,
  mayRefuse: true,
  obstacle: null,
  needsTwo: false,
  coolingOffHours: 0,
  longestReason: 500,
  attempt: null,
  done: null,
};

const step = (
  stage: Pages['admin-request']['history'][number]['stage'],
  outcome: Pages['admin-request']['history'][number]['outcome'],
  more: Partial<Pages['admin-request']['history'][number]> = {},
) => ({ stage, outcome, who: 'person' as const, name: 'Boss', atMs: SAMPLE_NOW, note: null, ...more });

const closed = { ...request, mayApprove: false, mayRefuse: false };
const first = step('first-approval', 'approved', { note: 'Called her on the office number.' });

export const REQUEST_SAMPLES: readonly Sample[] = [
  sample('admin-requests', 'admin-requests', list, admin),
  sample(
    'admin-requests-none',
    'admin-requests',
    { ...list, requests: [], waiting: 0, isWaitingOnly: true, nextHref: null },
    admin,
  ),
  sample('admin-request', 'admin-request', request, admin),
  sample(
    'admin-request-of-two',
    'admin-request',
    {
      ...request,
      isHalfApproved: true,
      history: [first],
      needsTwo: true,
      coolingOffHours: 24,
      browser: null,
      filedBy: 'Help Desk',
    },
    admin,
  ),
  ...(['own', 'role'] as const).map((obstacle) =>
    sample(`admin-request-${obstacle}`, 'admin-request', { ...closed, obstacle }, admin),
  ),
  ...(['filer', 'first_approval'] as const).map((obstacle) =>
    sample(
      `admin-request-${obstacle}`,
      'admin-request',
      { ...request, mayApprove: false, obstacle, filedBy: '', history: [first] },
      admin,
    ),
  ),
  sample(
    'admin-request-approved',
    'admin-request',
    {
      ...closed,
      state: 'approved',
      effectAt: SAMPLE_NOW + 24 * HOUR,
      history: [first, step('decision', 'approved', { name: null })],
      done: 'approved',
    },
    admin,
  ),
  sample(
    'admin-request-refused',
    'admin-request',
    { ...closed, state: 'refused', history: [step('decision', 'refused')], done: 'refused' },
    admin,
  ),
  sample(
    'admin-request-first-of-two',
    'admin-request',
    { ...request, isHalfApproved: true, history: [first], done: 'first-of-two' },
    admin,
  ),
  sample(
    'admin-request-done',
    'admin-request',
    {
      ...closed,
      state: 'done',
      history: [
        step('decision', 'approved', { who: 'operator', name: null }),
        step('effect', 'done', { who: 'operator', name: null }),
      ],
    },
    admin,
  ),
  sample(
    'admin-request-conflict',
    'admin-request',
    {
      ...closed,
      state: 'cancelled',
      history: [step('decision', 'cancelled', { who: 'owner', name: null })],
      attempt: { act: 'approve', note: 'Called him.' },
    },
    { ...admin, refusal: { code: 'conflict' } },
  ),
  sample(
    'admin-request-note-too-long',
    'admin-request',
    { ...request, attempt: { act: 'refuse', note: 'x'.repeat(501) } },
    { ...admin, refusal: { code: 'field_invalid', field: 'reason' } },
  ),
];

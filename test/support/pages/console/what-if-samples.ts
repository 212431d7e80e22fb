/** The page that asks the policy what would happen. */
import { CONSOLE_PAGES } from '../../../../src/domain/administration/may-act.ts';
import { ACRS } from '../../../../src/domain/policy/acr.ts';
import type { Pages } from '../../../../src/http/pages/page-contract.ts';
import type { WhatIfReason } from '../../../../src/use-cases/administration/what-if/what-if.ts';
import { SAMPLE_NOW, type Sample, sample } from '../page-sample.ts';

const admin = {
  tenantId: 'acme',
  signedInAs: 'boss@acme.test',
  console: { page: 'whatif', pages: CONSOLE_PAGES },
} as const;

const empty: Pages['admin-whatif'] = {
  action: '/admin/whatif',
  email: '',
  clientId: '',
  acr: '',
  clients: [
    { id: 'timesheets', name: 'Acme Timesheets' },
    { id: 'wiki', name: 'Wiki' },
  ],
  levels: ACRS,
  answer: null,
};

type Answer = NonNullable<Pages['admin-whatif']['answer']>;

const satisfied: Answer = {
  person: { name: 'Bob', email: 'bob@acme.test', href: '/admin/users/bob' },
  outcome: 'satisfied',
  reason: 'not_required',
  enforcement: 'optional',
  minimum: 'any',
  methods: [],
  level: ACRS[0],
  laterUntil: null,
  afterwards: [],
  isSparedByTrust: false,
  lockedUntil: null,
  sessions: { goOn: 2, asked: 0 },
};
const totp = { name: 'totp', acr: ACRS[2] } as const;
const passkey = { name: 'passkey', acr: ACRS[3] } as const;

const prove: Answer = {
  ...satisfied,
  outcome: 'prove',
  reason: 'level',
  minimum: 'mfa',
  methods: [totp, { name: 'email', acr: ACRS[1] }, { name: 'recovery', acr: ACRS[2] }],
  level: null,
  afterwards: [passkey],
  isSparedByTrust: true,
  lockedUntil: SAMPLE_NOW + 900_000,
  sessions: { goOn: 1, asked: 3 },
};
const setUp: Answer = {
  ...satisfied,
  outcome: 'set-up',
  reason: 'required',
  minimum: 'phr',
  methods: [totp, passkey],
  level: null,
  laterUntil: SAMPLE_NOW + 14 * 86_400_000,
  sessions: { goOn: 0, asked: 0 },
};

const named = (answer: Answer) => ({
  ...empty,
  email: 'bob@acme.test',
  clientId: 'wiki',
  acr: 'phr',
  answer,
});
const because = (outcome: Answer['outcome'], reason: WhatIfReason) =>
  sample(
    `admin-whatif-${reason}`,
    'admin-whatif',
    named({ ...satisfied, outcome, reason, level: null }),
    admin,
  );

export const WHAT_IF_SAMPLES: readonly Sample[] = [
  sample('admin-whatif', 'admin-whatif', empty, admin),
  sample(
    'admin-whatif-unknown',
    'admin-whatif',
    { ...empty, email: 'nobody@acme.test' },
    {
      ...admin,
      status: 200,
      refusal: { code: 'field_invalid', because: 'person_unknown' },
    },
  ),
  sample('admin-whatif-satisfied', 'admin-whatif', named(satisfied), admin),
  sample('admin-whatif-prove', 'admin-whatif', named(prove), admin),
  sample('admin-whatif-set-up', 'admin-whatif', named(setUp), admin),
  ...(['own_choice', 'held', 'client'] as const).map((reason) => because('prove', reason)),
  ...(
    [
      'disabled',
      'other_tenant',
      'no_password',
      'unmet_authentication_requirements',
      'no_usable_factor',
    ] as const
  ).map((reason) => because('refuse', reason)),
];

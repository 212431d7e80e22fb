/** The pages that list people in the console, and invite more of them. */
import { CONSOLE_PAGES } from '../../../../src/domain/administration/may-act.ts';
import { PEOPLE_FILTERS } from '../../../../src/domain/administration/people-filter.ts';
import type { PageContext, Pages } from '../../../../src/http/pages/page-contract.ts';
import { form, SAMPLE_NOW, type Sample, sample } from '../page-sample.ts';

const DAY = 24 * 60 * 60_000;

function consoleOf(page: 'users' | 'invite', isManager = false): PageContext {
  const pages = CONSOLE_PAGES.filter((each) => !isManager || !['security', 'whatif'].includes(each));
  return { tenantId: 'acme', signedInAs: 'boss@acme.test', console: { page, pages } };
}

const person = {
  href: '/admin/users/id-of-ann',
  name: 'Ann Jansen',
  email: 'ann@acme.test',
  role: 'member',
  groups: ['sales', 'research'],
  methods: ['totp', 'passkey'],
  others: [],
  lockedUntil: null,
  graceUntil: null,
  isConfirmed: true,
  isDisabled: false,
  isWaiting: false,
} as const;

const list: Pages['admin-users'] = {
  q: '',
  filter: null,
  filters: PEOPLE_FILTERS,
  group: '',
  groups: null,
  people: [
    person,
    {
      ...person,
      name: 'Bob de Vries',
      email: 'bob@acme.test',
      groups: [],
      methods: [],
      graceUntil: SAMPLE_NOW + 9 * DAY,
      lockedUntil: SAMPLE_NOW + 600_000,
      isConfirmed: false,
    },
    { ...person, name: 'Cleo', email: 'cleo@acme.test', role: 'helpdesk', methods: [], isWaiting: true },
    { ...person, name: 'Dirk', email: 'dirk@acme.test', role: 'admin', others: ['retina'], isDisabled: true },
  ],
  isNarrowed: false,
  isContinued: false,
  isUnfinished: false,
  clearHref: '/admin/users',
  firstHref: '/admin/users',
  nextHref: '/admin/users?after=dirk%40acme.test',
  csvHref: '/admin/users.csv',
  resendForm: form('/admin/users'),
};

const invite: Pages['admin-invite'] = {
  form: form('/admin/invite'),
  email: '',
  name: '',
  groups: '',
  managed: null,
  person: null,
  done: null,
  mostRows: 2000,
  fileFault: null,
  report: null,
};

const invited = { name: 'Eva Bakker', email: 'eva@acme.test', href: '/admin/users/id-of-eva' };

const report: NonNullable<Pages['admin-invite']['report']> = {
  isDryRun: true,
  created: 1,
  existing: 1,
  refused: 2,
  rows: [
    {
      line: 2,
      email: 'eva@acme.test',
      outcome: 'created',
      codes: ['secrets_left_out', 'confirmation_left_out'],
      texts: [],
    },
    { line: 3, email: 'ann@acme.test', outcome: 'exists', codes: [], texts: [] },
    { line: 4, email: '', outcome: 'refused', codes: [], texts: ['email: is not an e-mail address'] },
    {
      line: 5,
      email: '',
      outcome: 'refused',
      codes: ['groups_not_managed', 'role_too_high', 'email_twice', 'email_elsewhere'],
      texts: [],
    },
  ],
};

const searched = { q: 'jan', filter: 'grace', group: 'sales', isNarrowed: true } as const;

export const PEOPLE_SAMPLES: readonly Sample[] = [
  sample('admin-users', 'admin-users', list, consoleOf('users')),
  sample(
    'admin-users-none',
    'admin-users',
    { ...list, ...searched, groups: ['sales'], people: [], nextHref: null },
    consoleOf('users', true),
  ),
  sample(
    'admin-users-unfinished',
    'admin-users',
    { ...list, ...searched, people: [], isContinued: true, isUnfinished: true },
    consoleOf('users'),
  ),
  sample('admin-users-refused', 'admin-users', list, {
    ...consoleOf('users'),
    refusal: { code: 'field_invalid', because: 'list_unknown' },
  }),
  sample('admin-invite', 'admin-invite', invite, consoleOf('invite')),
  sample(
    'admin-invite-done',
    'admin-invite',
    { ...invite, managed: ['sales', 'research'], groups: 'sales', person: invited, done: 'invited' },
    consoleOf('invite', true),
  ),
  sample(
    'admin-invite-unmailed',
    'admin-invite',
    { ...invite, person: invited, done: 'unmailed' },
    consoleOf('invite'),
  ),
  sample(
    'admin-invite-known',
    'admin-invite',
    { ...invite, email: 'eva@acme.test', name: 'Eva', groups: 'sales', person: invited },
    { ...consoleOf('invite'), refusal: { code: 'field_invalid', because: 'email_known' } },
  ),
  sample(
    'admin-invite-unreadable',
    'admin-invite',
    { ...invite, fileFault: 'the heading has no column "email"' },
    { ...consoleOf('invite'), refusal: { code: 'field_invalid', because: 'file_unreadable' } },
  ),
  sample('admin-invite-checked', 'admin-invite', { ...invite, report }, consoleOf('invite')),
  sample(
    'admin-invite-imported',
    'admin-invite',
    { ...invite, report: { ...report, isDryRun: false } },
    consoleOf('invite'),
  ),
];

/** The pages that list people in the console, and invite more of them. */
import { CONSOLE_PAGES } from '../../../../src/domain/administration/may-act.ts';
import { PEOPLE_FILTERS } from '../../../../src/domain/administration/people-filter.ts';
import type { PageContext, Pages } from '../../../../src/http/pages/page-contract.ts';
import { SAMPLE_NOW, type Sample, sample } from '../page-sample.ts';

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
];

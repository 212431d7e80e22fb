/** The time of lists of people in the embedded store, for an administrator of one large tenant. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPeopleStore } from '../src/adapters/embedded/administration/people-store.ts';
import { type Database, openDatabase } from '../src/adapters/embedded/sqlite/database.ts';
import { insertInto } from '../src/adapters/embedded/sqlite/insertion.ts';
import { ACCOUNTS_MIGRATIONS } from '../src/adapters/embedded/sqlite/schema.ts';
import type { Scope } from '../src/domain/administration/may-act.ts';
import { searchText } from '../src/domain/administration/search-text.ts';
import type { PeopleCondition, PeopleQuery, PeopleStore } from '../src/ports/administration/people-store.ts';
import { TENANT } from './settings.ts';

const SAMPLES = 60;
const PAGE = 50;
/** Milliseconds since the epoch. */
const NOW = 1_750_000_000_000;
const HOUR_MS = 3_600_000;

const GIVEN =
  'Anna Bram Chlo\u00e9 Daan Emma Finn Gijs Hanna Iris Jan Kees Lotte Milan Noor Omar Pien Ren\u00e9e Sem Tess Zo\u00eb';
const FAMILY =
  'de Vries|Jansen|Bakker|Visser|Smit|Meijer|de Boer|Mulder|de Groot|Bos|Vos|Peters|Hendriks|van Leeuwen|Dekker|Brouwer|de Wit|Dijkstra|Smits|de Graaf|van der Meer|van der Linden|Kok|Jacobs|de Haan|Vermeulen|\u00c5ngstr\u00f6m|Khan|Li';

const ACME: Scope = { tenantId: TENANT, groups: null };
const MANAGER: Scope = { tenantId: TENANT, groups: ['team-3', 'team-50', 'team-117', 'office'] };
const EVERYBODY: PeopleQuery = { q: null, group: null, role: null, condition: null };

/** One kind of question to the store. */
interface Question {
  readonly name: string;
  ask(people: PeopleStore, n: number): Promise<unknown>;
}

export interface ListTiming {
  readonly name: string;
  /** Milliseconds, in the order of the samples. */
  readonly ms: readonly number[];
  /** The time of the processor for each, in milliseconds. */
  readonly cpuMs: readonly number[];
  /** The longest time of the processor, in milliseconds, during which nobody else was served. */
  readonly blockedMs: number;
}

const pageOf =
  (scope: Scope, query: Partial<PeopleQuery>, after: string | null = null) =>
  (people: PeopleStore) =>
    people.page(scope, { ...EVERYBODY, ...query }, after, PAGE, NOW);

const countOf = (scope: Scope, query: Partial<PeopleQuery>) => (people: PeopleStore) =>
  people.count(scope, { ...EVERYBODY, ...query }, NOW);

const CONDITIONS: readonly PeopleCondition[] = [
  'unprotected',
  'protected',
  'locked',
  'unconfirmed',
  'disabled',
  'enabled',
];

function search(name: string, texts: readonly string[], more: Partial<PeopleQuery> = {}): Question {
  return {
    name,
    ask: (people, n) => pageOf(ACME, { q: searchText(texts[n % texts.length] ?? ''), ...more })(people),
  };
}

const QUESTIONS: readonly Question[] = [
  { name: 'first page', ask: pageOf(ACME, {}) },
  { name: 'page in the middle', ask: pageOf(ACME, {}, 'lotte') },
  { name: 'first page of a group of 500', ask: pageOf(ACME, { group: 'team-7' }) },
  { name: 'page in the middle of a group of half of all', ask: pageOf(ACME, { group: 'office' }, 'lotte') },
  { name: 'first page of the help desk', ask: pageOf(ACME, { role: 'helpdesk' }) },
  { name: "first page of a manager's groups", ask: pageOf(MANAGER, {}) },
  { name: "unprotected of a manager's groups", ask: pageOf(MANAGER, { condition: 'unprotected' }, 'lotte') },
  search('search: the start of an e-mail address, few', ['lotte.kok.9', 'sem.bos.12', 'anna.vos.5']),
  search('search: the start of an e-mail address, many', ['lotte', 'sem', 'a']),
  search('search: the start of a name, few', ['Zo\u00eb \u00c5ng', 'ren\u00e9e kh', 'omar li']),
  search('search: the start of a name, many', ['a', 'Jan', 'L']),
  search('search: the start of a family name', ['angstrom', 'Khan', 'de']),
  search('search: nobody', ['xyz', 'qqq']),
  search('search among the unprotected', ['de', 'anna'], { condition: 'unprotected' }),
  search('search among the disabled', ['de', 'anna'], { condition: 'disabled' }),
  ...CONDITIONS.flatMap((condition) => [
    { name: `${condition}: first page`, ask: pageOf(ACME, { condition }) },
    { name: `${condition}: page in the middle`, ask: pageOf(ACME, { condition }, 'lotte') },
    { name: `${condition}: number`, ask: countOf(ACME, { condition }) },
  ]),
  { name: 'number of a search with few', ask: countOf(ACME, { q: 'zoe ang' }) },
  { name: 'number of a search with many', ask: countOf(ACME, { q: 'a' }) },
  { name: "totals of a manager's groups", ask: (people) => people.totals(MANAGER, NOW) },
  { name: 'totals of the tenant', ask: (people) => people.totals(ACME, NOW) },
];

export async function measureLists(accounts: number): Promise<ListTiming[]> {
  const dataDir = mkdtempSync(join(tmpdir(), 'doublelock-bench-'));
  const path = join(dataDir, 'accounts.sqlite');
  const database = openDatabase({ path, durability: 'full', migrations: ACCOUNTS_MIGRATIONS });
  try {
    await fill(database, accounts);
    let blockedMs = 0;
    let usedMs = 0;
    const watched: Database = {
      ...database,
      act: (work) =>
        database.act(() => {
          const begun = process.threadCpuUsage();
          const done = work();
          const { user, system } = process.threadCpuUsage(begun);
          const ms = (user + system) / 1000;
          usedMs += ms;
          blockedMs = Math.max(blockedMs, ms);
          return done;
        }),
    };
    const people = createPeopleStore(watched);
    const timings: ListTiming[] = [];
    for (const { name, ask } of QUESTIONS) {
      const [ms, cpuMs]: [number[], number[]] = [[], []];
      // The first one prepares the statements.
      await ask(people, 0);
      blockedMs = 0;
      for (let n = 0; n < SAMPLES; n += 1) {
        usedMs = 0;
        const begun = performance.now();
        await ask(people, n);
        ms.push(performance.now() - begun);
        cpuMs.push(usedMs);
      }
      timings.push({ name, ms, cpuMs, blockedMs });
    }
    return timings;
  } finally {
    database.close();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

/** In one transaction. The triggers keep summaries and groups, as they do for a server. */
async function fill(database: Database, accounts: number): Promise<void> {
  const columns = ['id', 'tenant_id', 'email', 'email_confirmed', 'name', 'family_name', 'role', 'groups'];
  const rest = ['manages', 'created_at', 'disabled_at', 'search_name', 'search_family_name'];
  const account = database.statement(insertInto('accounts', [...columns, ...rest]));
  const enrolment = database.statement(
    insertInto('enrolments', [
      'id',
      'account_id',
      'tenant_id',
      'method',
      'label',
      'is_default',
      'created_at',
    ]),
  );
  const lock = database.statement(insertInto('lockouts', ['subject', 'locked_until', 'level', 'account_id']));
  const [given, family] = [GIVEN.split(' '), FAMILY.split('|')];
  await database.write(() => {
    for (let n = 0; n < accounts; n += 1) {
      const person = {
        id: `account-${n}`,
        first: pick(given, mixed(n)),
        last: pick(family, mixed(n + accounts)),
      };
      const { id } = person;
      const texts = { name: `${person.first} ${person.last}`, family_name: person.last };
      if (n % 10 < 7) enrol(id, n % 3 === 0 ? 'passkey' : 'totp');
      if (n % 10 < 5) enrol(id, 'recovery');
      const email = `${person.first}.${person.last}.${n}@bench.test`.toLowerCase().replaceAll(' ', '');
      account.run({
        ...{ id, tenant_id: TENANT, email: email.normalize('NFC'), email_confirmed: Number(n % 50 !== 0) },
        ...texts,
        ...{ role: n % 1000 === 0 ? 'helpdesk' : 'member', manages: '[]', created_at: NOW },
        groups: JSON.stringify([
          `team-${n % Math.max(1, accounts / 500)}`,
          ...(n % 2 === 0 ? ['office'] : []),
        ]),
        disabled_at: n % 100 === 1 ? NOW : null,
        search_name: searchText(texts.name),
        search_family_name: searchText(texts.family_name),
      });
      if (n % 300 === 0)
        lock.run({ subject: `second-factor:${id}`, locked_until: NOW + HOUR_MS, level: 1, account_id: id });
    }
  });

  function enrol(id: string, method: string): void {
    const own = { account_id: id, tenant_id: TENANT, method, label: '' };
    enrolment.run({ ...own, id: `${id}-${method}`, is_default: 0, created_at: NOW });
  }
}

/** Numbers in no order, so that names have nothing to do with conditions. */
function mixed(n: number): number {
  return Math.imul(n + 1, 2_654_435_761) >>> 9;
}

function pick(texts: readonly string[], n: number): string {
  return texts[n % texts.length] ?? '';
}

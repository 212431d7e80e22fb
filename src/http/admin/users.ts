/** The list of people: a search by a form that changes nothing, and the same list as a file. */
import type { Context } from 'koa';
import { isEmail, LONGEST_EMAIL, normaliseEmail, shownEmail } from '../../domain/account.ts';
import { mayOpen } from '../../domain/administration/may-act.ts';
import { PEOPLE_FILTERS } from '../../domain/administration/people-filter.ts';
import { traitsOf } from '../../domain/methods/index.ts';
import type { MethodName } from '../../domain/methods/method.ts';
import type { TableRow, WriteTable } from '../../ports/administration/table-file.ts';
import type { Clock } from '../../ports/system.ts';
import type { PeopleLists } from '../../use-cases/administration/people/people-lists.ts';
import { isWaiting, type Person } from '../../use-cases/administration/roster.ts';
import type { FormTokens } from '../guards/forms.ts';
import type { AdminVisit } from '../guards/require-administrator.ts';
import type { PersonRow } from '../pages/models/console/people-pages.ts';
import type { Render } from '../pages/page-contract.ts';
import { ADMIN_PATH, type ConsoleRoute, consoleContext } from './console.ts';
import { CSV_TYPE, sendDownload } from './download.ts';
import { type AskedSearch, addressOf, searchIn, textOf } from './people-search.ts';

export interface UsersPageDeps {
  readonly peopleLists: PeopleLists;
  readonly writeTable: WriteTable;
  readonly forms: FormTokens;
  readonly render: Render;
  readonly clock: Clock;
}

export const USERS_PATH = `${ADMIN_PATH}/users`;

/** No secret is among them, and no telephone number. */
const COLUMNS = [
  'email',
  'name',
  'role',
  'groups',
  'factors',
  'email_confirmed',
  'locked_until',
  'grace_until',
  'disabled',
] as const;

/** The request of an address of the list. */
interface Asked extends AskedSearch {
  /** An e-mail address. Null: the list begins with its first person. */
  readonly after: string | null;
}

export function usersRoutes({
  peopleLists,
  writeTable,
  forms,
  render,
  clock,
}: UsersPageDeps): readonly ConsoleRoute[] {
  /** With a refusal it shows the list without the part that is wrong. */
  async function show(ctx: Context, visit: AdminVisit): Promise<void> {
    const { search, after, refusal } = askedBy(ctx);
    const { people, next, isUnfinished } = await peopleLists.page(visit.scope, search, after);
    const { q, filter, group } = search;
    const model = {
      q,
      filter,
      filters: PEOPLE_FILTERS,
      group,
      groups: visit.scope.groups,
      people: people.map(rowOf),
      isNarrowed: q !== '' || filter !== null || group !== '',
      isContinued: after !== null,
      isUnfinished,
      clearHref: USERS_PATH,
      firstHref: addressOf(USERS_PATH, search),
      nextHref: next === null ? null : addressOf(USERS_PATH, search, next),
      csvHref: addressOf(`${USERS_PATH}.csv`, search),
      resendForm: mayOpen(visit.actor.role, 'campaigns') ? forms.form(USERS_PATH, visit.sessionUid) : null,
    };
    render(ctx, 'admin-users', model, consoleContext(visit, 'users', refusal));
  }

  /** The whole list, from its first person. */
  async function download(ctx: Context, visit: AdminVisit): Promise<void> {
    const { search, refusal } = askedBy(ctx);
    if (refusal) return show(ctx, visit);
    const day = new Date(clock.now()).toISOString().slice(0, 10);
    const cells = cellsOf(peopleLists.everybody(visit.scope, search));
    const kind = { name: `people-${visit.tenant.id}-${day}.csv`, type: CSV_TYPE };
    await sendDownload(ctx, kind, writeTable(COLUMNS, cells));
  }

  function rowOf(person: Person): PersonRow {
    const { account, factors, lockedUntil, graceUntil } = person;
    const methods = [...new Set(factors)];
    const isKnown = (method: string) => traitsOf(method as MethodName) !== null;
    return {
      href: `${USERS_PATH}/${encodeURIComponent(account.id)}`,
      name: account.name,
      email: shownEmail(account.email),
      role: account.role,
      groups: account.groups,
      methods: methods.filter(isKnown),
      others: methods.filter((method) => !isKnown(method)),
      lockedUntil,
      graceUntil: graceUntil !== null && graceUntil > clock.now() ? graceUntil : null,
      isConfirmed: account.emailConfirmed,
      isDisabled: account.disabledAt !== null,
      isWaiting: isWaiting(person),
    };
  }

  return [
    { method: 'GET', path: '/users', page: 'users', handle: show },
    { method: 'GET', path: '/users.csv', page: 'users', handle: download },
  ];
}

function askedBy(ctx: Context): Asked {
  const asked = searchIn(ctx.query);
  const after = normaliseEmail(textOf(ctx.query.after));
  if (asked.refusal) return { ...asked, after: null };
  if (after !== '' && (!isEmail(after) || after.length > LONGEST_EMAIL)) {
    return { ...asked, after: null, refusal: { code: 'field_invalid', because: 'list_place_unknown' } };
  }
  return { ...asked, after: after || null };
}

async function* cellsOf(parts: AsyncIterable<readonly Person[]>): AsyncGenerator<TableRow> {
  for await (const part of parts) yield* part.map(cellsOfPerson);
}

function cellsOfPerson({ account, factors, lockedUntil, graceUntil }: Person): TableRow {
  return {
    email: account.email,
    name: account.name,
    role: account.role,
    groups: account.groups,
    factors,
    email_confirmed: account.emailConfirmed,
    locked_until: timeOf(lockedUntil),
    grace_until: timeOf(graceUntil),
    disabled: account.disabledAt !== null,
  };
}

/** ISO 8601. Empty for null. */
function timeOf(atMs: number | null): string {
  return atMs === null ? '' : new Date(atMs).toISOString();
}

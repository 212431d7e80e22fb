/** The search in the address of the list of people, and in the forms that go on from that list. */
import { isPeopleFilter } from '../../domain/administration/people-filter.ts';
import type { Refusal } from '../../domain/refusal.ts';
import type { PeopleSearch } from '../../use-cases/administration/people/people-lists.ts';

export interface AskedSearch {
  /** Without the part that is wrong. */
  readonly search: PeopleSearch;
  readonly refusal: Refusal | null;
}

type Given = Readonly<Record<string, string | string[] | undefined>>;

export function searchIn(given: Given): AskedSearch {
  const filter = textOf(given.filter);
  const search = { q: textOf(given.q), group: textOf(given.group), filter: null };
  if (filter === '') return { search, refusal: null };
  return isPeopleFilter(filter)
    ? { search: { ...search, filter }, refusal: null }
    : { search, refusal: { code: 'field_invalid', because: 'list_unknown' } };
}

/** A parameter that is repeated counts once, as a form would send it. */
export function textOf(parameter: string | string[] | undefined): string {
  return ([parameter].flat().at(-1) ?? '').trim();
}

export function addressOf(path: string, { q, filter, group }: PeopleSearch, after = ''): string {
  const given = Object.entries({ q, filter: filter ?? '', group, after }).filter(([, value]) => value !== '');
  const query = new URLSearchParams(given).toString();
  return query === '' ? path : `${path}?${query}`;
}

/** The lists of people in the console, and what each of them needs from the store. */
import { traitsOf } from '../methods/index.ts';
import type { MethodName } from '../methods/method.ts';

/** A list as its address names it. */
export const PEOPLE_FILTERS = [
  /** Everybody who is not disabled. */
  'enabled',
  'unprotected',
  'protected',
  'locked',
  'unconfirmed',
  /** With a grace that has not ended. */
  'grace',
  /** Administrators without a phishing-resistant factor. */
  'admins-without-phr',
  'disabled',
] as const;

export type PeopleFilter = (typeof PEOPLE_FILTERS)[number];

export function isPeopleFilter(text: string): text is PeopleFilter {
  return PEOPLE_FILTERS.some((filter) => filter === text);
}

/** Whether one of these methods is phishing-resistant. A method of a newer release is not known to be. */
export function hasResistant(methods: readonly string[]): boolean {
  return methods.some((method) => traitsOf(method as MethodName)?.acr === 'phr');
}

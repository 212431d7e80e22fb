/** Finds the details that the file writes for an account, which its defaults hide. */
import { COMPARED_DETAILS, type ComparedDetail } from '../../domain/administration/account-differences.ts';
import { isMap, valueAt } from '../data.ts';

/** Details with another name in the file. */
const KEYS: Readonly<Partial<Record<ComparedDetail, string>>> = {
  givenName: 'given_name',
  familyName: 'family_name',
};

/** For each account of the file, in its order. */
export function statedDetails(data: unknown): readonly (readonly ComparedDetail[])[] {
  const accounts = valueAt(data, ['accounts']);
  return (Array.isArray(accounts) ? accounts : []).map((account) =>
    COMPARED_DETAILS.filter((detail) => isMap(account) && Object.hasOwn(account, keyOf(detail))),
  );
}

/** The key of a detail in the file. */
export function keyOf(detail: ComparedDetail): string {
  return KEYS[detail] ?? detail;
}

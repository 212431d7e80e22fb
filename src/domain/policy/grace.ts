/** The grace of an account: where its starts are stored, and when it ends. */

import type { MethodName } from '../methods/method.ts';
import { type Minimum, requirementFor, type TenantSecondFactor } from '../tenant.ts';
import { unmetByFactors } from './minimum.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * The start of the grace of each minimum that an account was found not to meet, in milliseconds since the epoch. Absent: it
 * has not started. A raised minimum opens one grace of its own. It never renews the grace of a lower one.
 */
export type GraceStarts = Readonly<Partial<Record<Minimum, number>>>;

/** The once-only key that holds the start, in milliseconds since the epoch. */
export function graceKeyOf(accountId: string, minimum: Minimum = 'any'): string {
  return minimum === 'any' ? `grace:${accountId}` : `grace:${accountId}:${minimum}`;
}

/** Milliseconds since the epoch. */
function endOfGrace(startedAt: number, graceDays: number): number {
  return startedAt + graceDays * DAY_MS;
}

/** The end of the grace in which all of these may be unmet. One that has not started begins now. */
export function endOfGraces(
  unmet: readonly Minimum[],
  starts: GraceStarts,
  { graceDays, now }: { readonly graceDays: number; readonly now: number },
): number {
  return Math.min(...unmet.map((minimum) => endOfGrace(starts[minimum] ?? now, graceDays)));
}

/**
 * The end of the grace that an account is in. Null: it has not begun, or the account meets the policy or is asked for
 * nothing. The policy itself decides whether a sign-in passes on it.
 */
export function graceUntil(
  settings: Pick<TenantSecondFactor, 'enforcement' | 'minimum' | 'groups' | 'graceDays'>,
  account: Parameters<typeof requirementFor>[1],
  methods: readonly { readonly method: MethodName }[],
  starts: GraceStarts,
): number | null {
  const { graceDays } = settings;
  const { enforcement, minimum } = requirementFor(settings, account);
  if (enforcement !== 'required' || graceDays === 0) return null;
  const begun = unmetByFactors(minimum, methods).flatMap((unmet) => starts[unmet] ?? []);
  return begun.length === 0 ? null : endOfGrace(Math.min(...begun), graceDays);
}

/** Sign-ins by outcome of the last seven days, and how often each method fails, from the tallies of the sealed audit trail. */
import type { Scope } from '../../../domain/administration/may-act.ts';
import { localDay, readLocalTime } from '../../../domain/audit/local-time.ts';
import type { Tally } from '../../../domain/audit/tally.ts';
import type { AuditEventName } from '../../../domain/events.ts';
import { METHOD_NAMES } from '../../../domain/methods/method.ts';
import type { AuditSealStore } from '../../../ports/administration/audit-seals.ts';
import type { Clock } from '../../../ports/system.ts';

interface SignInNumbersDeps {
  readonly seals: Pick<AuditSealStore, 'last' | 'talliesSince'>;
  readonly clock: Clock;
}

/** The events that are outcomes of a sign-in, in the order in which they are shown. */
export const OUTCOMES = [
  'sign_in.completed',
  'sign_in.password_refused',
  'sign_in.passkey_refused',
  'second_factor.refused',
  'sign_in.refused',
] as const satisfies readonly AuditEventName[];

export type Outcome = (typeof OUTCOMES)[number];

export interface DayNumbers {
  /** As clocks of the tenant show it: `2026-11-30`. */
  readonly day: string;
  readonly beginsAt: number;
  readonly counts: Readonly<Record<Outcome, number>>;
}

export interface MethodNumbers {
  /** Null: the password. */
  readonly method: string | null;
  readonly accepted: number;
  readonly refused: number;
}

export interface SignInNumbers {
  /** The time of the count, in milliseconds since the epoch. Null: nothing was counted yet. */
  readonly countedAt: number | null;
  /** Oldest first; the last one is today. */
  readonly days: readonly DayNumbers[];
  /** The methods that were tried. */
  readonly methods: readonly MethodNumbers[];
}

/** Null for a person who sees the members of some groups alone: the numbers are of the whole tenant. */
export type FindSignInNumbers = (scope: Scope, timeZone: string) => Promise<SignInNumbers | null>;

const DAYS = 7;
const HOUR_MS = 3_600_000;

const ACCEPTED: readonly string[] = [
  'sign_in.password_accepted',
  'sign_in.passkey_accepted',
  'second_factor.accepted',
] satisfies readonly AuditEventName[];
const REFUSED: readonly string[] = [
  'sign_in.password_refused',
  'sign_in.passkey_refused',
  'second_factor.refused',
] satisfies readonly AuditEventName[];

export function createSignInNumbers({ seals, clock }: SignInNumbersDeps): FindSignInNumbers {
  return async ({ tenantId, groups }, timeZone) => {
    if (groups !== null) return null;
    const last = await seals.last();
    const days = lastDays(clock.now(), timeZone);
    const since = days[0]?.beginsAt ?? 0;
    const tallies = last === null ? [] : await seals.talliesSince(tenantId, since);
    return {
      countedAt: last?.sealedAt ?? null,
      days: days.map((day) => ({
        ...day,
        counts: countsOf(tallies.filter(({ fromMs }) => localDay(fromMs, timeZone) === day.day)),
      })),
      methods: methodsOf(tallies),
    };
  };
}

function lastDays(now: number, timeZone: string): { day: string; beginsAt: number }[] {
  const days: { day: string; beginsAt: number }[] = [];
  for (let moment = now; days.length < DAYS; ) {
    const day = localDay(moment, timeZone);
    const beginsAt = readLocalTime(day, timeZone)?.begin ?? moment;
    days.unshift({ day, beginsAt });
    // An hour of the day before, whatever the clocks did.
    moment = beginsAt - HOUR_MS;
  }
  return days;
}

function countsOf(tallies: readonly Tally[]): Record<Outcome, number> {
  const sum = (outcome: Outcome) => sumOf(tallies.filter(({ event }) => event === outcome));
  return Object.fromEntries(OUTCOMES.map((outcome) => [outcome, sum(outcome)])) as Record<Outcome, number>;
}

function methodsOf(tallies: readonly Tally[]): MethodNumbers[] {
  const named = Map.groupBy(tallies, ({ event, method }) => (isOfPassword(event) ? '' : method));
  const order: readonly string[] = ['', ...METHOD_NAMES];
  const names = [...named.keys()].sort((a, b) => rank(order, a) - rank(order, b));
  return names.flatMap((name) => {
    const those = named.get(name) ?? [];
    const accepted = sumOf(those.filter(({ event }) => ACCEPTED.includes(event)));
    const refused = sumOf(those.filter(({ event }) => REFUSED.includes(event)));
    if (accepted + refused === 0) return [];
    return [{ method: name === '' ? null : name, accepted, refused }];
  });
}

function isOfPassword(event: string): boolean {
  return event.startsWith('sign_in.password_');
}

/** A method of a host comes after those of the product. */
function rank(order: readonly string[], name: string): number {
  const place = order.indexOf(name);
  return place === -1 ? order.length : place;
}

function sumOf(tallies: readonly Tally[]): number {
  return tallies.reduce((sum, { count }) => sum + count, 0);
}

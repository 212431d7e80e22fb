/** The sign-ins of the last days as the overview shows them: a chart, and the same numbers as a table. */
import { mayOpen } from '../../../domain/administration/may-act.ts';
import { isMethodName } from '../../../domain/methods/method.ts';
import { stackedBars } from '../../../presentation/stacked-bars.ts';
import {
  type DayNumbers,
  type MethodNumbers,
  OUTCOMES,
  type Outcome,
  type SignInNumbers,
} from '../../../use-cases/administration/audit/sign-in-numbers.ts';
import type { AdminVisit } from '../../guards/require-administrator.ts';
import type { MethodRateView, SignInsView } from '../../pages/models/console/audit-pages.ts';
import { ADMIN_PATH } from '../console.ts';

export function signInsView(
  { countedAt, days, methods }: SignInNumbers,
  { actor }: Pick<AdminVisit, 'actor'>,
): SignInsView {
  const canSearch = mayOpen(actor.role, 'audit');
  const hrefOf = (outcome: Outcome, day: string) => {
    const query = new URLSearchParams({ event: outcome, since: day, until: day });
    return canSearch ? `${ADMIN_PATH}/audit?${query}` : null;
  };
  return {
    countedAt,
    outcomes: OUTCOMES,
    days: days.map(({ day, beginsAt, counts }: DayNumbers) => ({
      beginsAt,
      label: String(Number(day.slice(-2))),
      counts: OUTCOMES.map((outcome) => ({ count: counts[outcome], href: hrefOf(outcome, day) })),
    })),
    chart: stackedBars(
      OUTCOMES,
      days.map(({ counts }) => counts),
    ),
    methods: methods.map(rateOf),
  };
}

function rateOf({ method, accepted, refused }: MethodNumbers): MethodRateView {
  const percent = Math.round((100 * refused) / (accepted + refused));
  const isKnown = isMethodName(method);
  return { method: isKnown ? method : null, otherName: isKnown ? null : method, accepted, refused, percent };
}

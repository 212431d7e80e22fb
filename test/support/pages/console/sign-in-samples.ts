/** Sign-ins of a week, for samples of the overview. */
import type { SignInsView } from '../../../../src/http/pages/models/console/audit-pages.ts';
import { stackedBars } from '../../../../src/presentation/stacked-bars.ts';
import { OUTCOMES } from '../../../../src/use-cases/administration/audit/sign-in-numbers.ts';
import { SAMPLE_NOW } from '../page-sample.ts';

const DAY = 86_400_000;
const WEEK = [
  [310, 21, 0, 14, 1],
  [295, 18, 1, 9, 0],
  [322, 25, 0, 17, 2],
  [301, 16, 2, 11, 0],
  [287, 44, 0, 38, 0],
  [41, 3, 0, 1, 0],
  [36, 0, 0, 2, 0],
];
const rows = WEEK.map((counts) =>
  Object.fromEntries(OUTCOMES.map((outcome, index) => [outcome, counts[index] ?? 0])),
) as Record<(typeof OUTCOMES)[number], number>[];

export const SIGN_INS: SignInsView = {
  countedAt: SAMPLE_NOW - 180_000,
  outcomes: OUTCOMES,
  days: WEEK.map((counts, index) => ({
    beginsAt: SAMPLE_NOW - (6 - index) * DAY,
    label: String(23 + index),
    counts: counts.map((count) => ({ count, href: '/admin/audit?event=x' })),
  })),
  chart: stackedBars(OUTCOMES, rows),
  methods: [
    { method: null, otherName: null, accepted: 1600, refused: 127, percent: 7 },
    { method: 'totp', otherName: null, accepted: 1200, refused: 92, percent: 7 },
    { method: 'email', otherName: null, accepted: 310, refused: 4, percent: 1 },
    { method: null, otherName: 'x-word', accepted: 1, refused: 1, percent: 50 },
  ],
};

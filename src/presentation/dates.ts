/** How a page writes dates, times and waits. The server doesn't know the browser's time zone, so it writes UTC. */
import type { Locale } from '../domain/account.ts';
import type { Translate } from './locale.ts';

/** Up to this limit a wait is written in minutes, which is correct in every time zone. */
const LONGEST_WAIT_IN_MINUTES = 120;

export interface Dates {
  /** "29 November 2026" */
  readonly date: (ms: number) => string;
  /** "29 November 2026, 14:05 UTC" */
  readonly moment: (ms: number) => string;
  /** "in 14 minutes", rounded up. "29 November 2026, 14:05 UTC" beyond the limit. */
  readonly wait: (ms: number) => string;
}

/** British English, because the day comes before the month in both languages. */
const TAGS: Readonly<Record<Locale, string>> = { en: 'en-GB', nl: 'nl-NL' };

export function datesIn(locale: Locale, t: Translate, now: () => number): Dates {
  const tag = TAGS[locale];
  const day = new Intl.DateTimeFormat(tag, { dateStyle: 'long', timeZone: 'UTC' });
  const hour = new Intl.DateTimeFormat(tag, { timeStyle: 'short', timeZone: 'UTC' });
  const relative = new Intl.RelativeTimeFormat(tag, { numeric: 'always' });
  const moment = (ms: number): string => t('time.moment', { date: day.format(ms), time: hour.format(ms) });
  return {
    date: (ms) => day.format(ms),
    moment,
    wait: (ms) => {
      const minutes = Math.max(1, Math.ceil((ms - now()) / 60_000));
      return minutes <= LONGEST_WAIT_IN_MINUTES
        ? relative.format(minutes, 'minute')
        : t('time.on', { moment: moment(ms) });
    },
  };
}

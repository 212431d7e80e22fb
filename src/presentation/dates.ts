/** How pages and messages write dates, times and waits, in one language and one time zone. */
import type { Locale } from '../domain/account.ts';
import type { Translate } from './locale.ts';

/** Up to this limit a wait is written in minutes, which is correct in every time zone. */
const LONGEST_WAIT_IN_MINUTES = 120;

export interface Dates {
  /** "29 November 2026" */
  readonly date: (ms: number) => string;
  /** "29 November 2026, 15:05 CET". The name tells the two equal hours in autumn apart. */
  readonly moment: (ms: number) => string;
  /** "in 14 minutes", rounded up. "on 29 November 2026, 15:05 CET" beyond the limit. */
  readonly wait: (ms: number) => string;
}

/** British English, because the day comes before the month in both languages. */
const TAGS: Readonly<Record<Locale, string>> = { en: 'en-GB', nl: 'nl-NL' };

/** The time zone of pages and messages without a tenant. */
export const NO_TIME_ZONE = 'UTC';

/** `timeZone` is an IANA name. */
export function datesIn(locale: Locale, timeZone: string, t: Translate, now: () => number): Dates {
  const tag = TAGS[locale];
  const day = new Intl.DateTimeFormat(tag, { dateStyle: 'long', timeZone });
  const hour = new Intl.DateTimeFormat(tag, {
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    timeZone,
    timeZoneName: 'short',
  });
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

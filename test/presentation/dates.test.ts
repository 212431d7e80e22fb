import { expect } from 'chai';
import type { Locale } from '../../src/domain/account.ts';
import { type Dates, datesIn } from '../../src/presentation/dates.ts';
import { loadTranslations } from '../../src/presentation/locale.ts';

/** 29 November 2026, 14:05 UTC. */
const NOW = Date.UTC(2026, 10, 29, 14, 5);
const MINUTE = 60_000;

describe('dates on pages', () => {
  const translations = loadTranslations();
  const inLocale = (locale: Locale): Dates => datesIn(locale, translations(locale), () => NOW);

  it('follow the conventions of the language, the time with its zone [1.7]', () => {
    expect(inLocale('en').date(NOW)).to.equal('29 November 2026');
    expect(inLocale('nl').date(NOW)).to.equal('29 november 2026');
    expect(inLocale('en').moment(NOW)).to.equal('29 November 2026, 14:05 UTC');
    expect(inLocale('nl').moment(NOW)).to.equal('29 november 2026, 14:05 UTC');
  });

  it('give a short wait in whole minutes, rounded up', () => {
    const { wait } = inLocale('en');
    expect(wait(NOW + 14 * MINUTE)).to.equal('in 14 minutes');
    expect(wait(NOW + 13 * MINUTE + 1)).to.equal('in 14 minutes');
    expect(wait(NOW + 1)).to.equal('in 1 minute');
    expect(wait(NOW - MINUTE)).to.equal('in 1 minute');
    expect(wait(NOW + 120 * MINUTE)).to.equal('in 120 minutes');
    expect(inLocale('nl').wait(NOW + 14 * MINUTE)).to.equal('over 14 minuten');
  });

  it('give a long wait as a date and a time', () => {
    expect(inLocale('en').wait(NOW + 121 * MINUTE)).to.equal('on 29 November 2026, 16:06 UTC');
    expect(inLocale('nl').wait(NOW + 121 * MINUTE)).to.equal('op 29 november 2026, 16:06 UTC');
  });
});

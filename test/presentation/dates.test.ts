import { expect } from 'chai';
import type { Locale } from '../../src/domain/account.ts';
import { type Dates, datesIn } from '../../src/presentation/dates.ts';
import { loadTranslations } from '../../src/presentation/locale.ts';

/** 29 November 2026, 14:05 UTC. */
const NOW = Date.UTC(2026, 10, 29, 14, 5);
const MINUTE = 60_000;

describe('dates on pages', () => {
  const translations = loadTranslations();
  const inLocale = (locale: Locale, timeZone = 'UTC'): Dates =>
    datesIn(locale, timeZone, translations(locale), () => NOW);

  it('follow the conventions of the language, the time with its zone [1.7]', () => {
    expect(inLocale('en').date(NOW)).to.equal('29 November 2026');
    expect(inLocale('nl').date(NOW)).to.equal('29 november 2026');
    expect(inLocale('en').moment(NOW)).to.equal('29 November 2026, 14:05 UTC');
    expect(inLocale('nl').moment(NOW)).to.equal('29 november 2026, 14:05 UTC');
  });

  it('are in the given time zone, with its name in winter and in summer [1.7]', () => {
    const summer = Date.UTC(2026, 6, 1, 22, 30);
    expect(inLocale('en', 'Europe/Amsterdam').moment(NOW)).to.equal('29 November 2026, 15:05 CET');
    expect(inLocale('en', 'Europe/Amsterdam').moment(summer)).to.equal('2 July 2026, 00:30 CEST');
    expect(inLocale('nl', 'Europe/Amsterdam').moment(summer)).to.equal('2 juli 2026, 00:30 CEST');
    expect(inLocale('en', 'Asia/Kolkata').moment(NOW)).to.equal('29 November 2026, 19:35 GMT+5:30');
  });

  it('tell the two equal hours apart when summer time ends, and skip the hour when it begins', () => {
    const { moment } = inLocale('en', 'Europe/Amsterdam');
    const autumn = Date.UTC(2026, 9, 25, 0, 30);
    expect(moment(autumn)).to.equal('25 October 2026, 02:30 CEST');
    expect(moment(autumn + 60 * MINUTE)).to.equal('25 October 2026, 02:30 CET');
    const spring = Date.UTC(2026, 2, 29, 0, 59);
    expect(moment(spring)).to.equal('29 March 2026, 01:59 CET');
    expect(moment(spring + MINUTE)).to.equal('29 March 2026, 03:00 CEST');
  });

  it('give the day of the time zone, where it is another one than in UTC', () => {
    const lateInUtc = Date.UTC(2026, 10, 29, 23, 30);
    expect(inLocale('en', 'Europe/Amsterdam').date(lateInUtc)).to.equal('30 November 2026');
    expect(inLocale('en', 'America/New_York').date(lateInUtc)).to.equal('29 November 2026');
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

import { expect } from 'chai';
import { localDay, readLocalTime } from '../../src/domain/audit/local-time.ts';

const read = (typed: string, zone = 'Europe/Amsterdam') => {
  const time = readLocalTime(typed, zone);
  return time && [time.begin, time.end].map((ms) => new Date(ms).toISOString().replace('.000Z', 'Z'));
};

describe('a time that was typed', () => {
  const CASES: readonly [typed: string, zone: string, begin: string, end: string][] = [
    ['2026-11-30', 'UTC', '2026-11-30T00:00:00Z', '2026-12-01T00:00:00Z'],
    [' 2026-11-30 ', 'Europe/Amsterdam', '2026-11-29T23:00:00Z', '2026-11-30T23:00:00Z'],
    ['2026-11-30 14:05', 'Europe/Amsterdam', '2026-11-30T13:05:00Z', '2026-11-30T13:06:00Z'],
    ['2026-11-30T14:05:09', 'Asia/Kolkata', '2026-11-30T08:35:09Z', '2026-11-30T08:35:10Z'],
    ['2026-11-30 9:05', 'UTC', '2026-11-30T09:05:00Z', '2026-11-30T09:06:00Z'],
    ['2026-11-30T14:05:09.123Z', 'Asia/Kolkata', '2026-11-30T14:05:09Z', '2026-11-30T14:05:10Z'],
    ['2026-11-30 14:05 +05:30', 'UTC', '2026-11-30T08:35:00Z', '2026-11-30T08:36:00Z'],
    ['2028-02-29', 'UTC', '2028-02-29T00:00:00Z', '2028-03-01T00:00:00Z'],
    // The days on which clocks change have 23 and 25 hours.
    ['2026-03-29', 'Europe/Amsterdam', '2026-03-28T23:00:00Z', '2026-03-29T22:00:00Z'],
    ['2026-10-25', 'Europe/Amsterdam', '2026-10-24T22:00:00Z', '2026-10-25T23:00:00Z'],
    // The hour that comes twice, and the one that never comes.
    ['2026-10-25 02:30', 'Europe/Amsterdam', '2026-10-25T00:30:00Z', '2026-10-25T01:31:00Z'],
    ['2026-03-29 02:30', 'Europe/Amsterdam', '2026-03-29T01:30:00Z', '2026-03-29T01:31:00Z'],
  ];
  for (const [typed, zone, begin, end] of CASES)
    it(`reads "${typed}" in ${zone}`, () => {
      expect(read(typed, zone)).to.deep.equal([begin, end]);
    });

  for (const typed of [
    '',
    'yesterday',
    '30-11-2026',
    '2026-13-01',
    '2026-02-30',
    '2026-11-30 24:00',
    '2026-1-1',
  ])
    it(`refuses "${typed}"`, () => {
      expect(read(typed)).to.equal(null);
    });

  it('refuses minutes, seconds and offsets that no clock has', () => {
    for (const typed of [
      '2026-11-30 12:60',
      '2026-11-30 12:00:60',
      '2026-11-30 12:00 +24:00',
      '2026-11-30 12:00+0060',
    ])
      expect(read(typed), typed).to.equal(null);
  });

  it('is of the day that clocks of the zone show', () => {
    const ms = Date.UTC(2026, 10, 30, 23, 30);
    expect(localDay(ms, 'UTC')).to.equal('2026-11-30');
    expect(localDay(ms, 'Europe/Amsterdam')).to.equal('2026-12-01');
    expect(localDay(ms, 'America/New_York')).to.equal('2026-11-30');
  });
});

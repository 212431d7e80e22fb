/** The places of IP addresses, from a file in the MaxMind DB format. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { openPlaces } from '../../../src/adapters/geo/places.ts';
import { placeName } from '../../../src/presentation/place-name.ts';
import { ipv4Network, mmdbFile, UTRECHT } from '../../support/mmdb.ts';
import { makeDataDir, removeDataDir } from '../../support/stores/embedded.ts';

describe('the places of IP addresses', () => {
  const folder = makeDataDir();
  const file = join(folder, 'places.mmdb');

  before(() => {
    const networks = [
      { bits: ipv4Network('203.0.113.0/24'), data: UTRECHT },
      { bits: ipv4Network('198.51.100.0/24'), data: { country: { iso_code: 'BE' } } },
      { bits: ipv4Network('192.0.2.0/24'), data: { city: 'Gent', country: 7 } },
      { bits: '0010000000000001'.padEnd(32, '0'), data: UTRECHT },
    ];
    writeFileSync(file, mmdbFile(networks));
  });

  after(() => removeDataDir(folder));

  it('are a city and a country, a country alone, or nothing', async () => {
    const placeOf = await openPlaces(file);
    const utrecht = { city: 'Utrecht', country: 'NL' };
    expect(placeOf('203.0.113.9')).to.deep.equal(utrecht);
    expect(placeOf('2001:0::1')).to.deep.equal(utrecht);
    expect(placeOf('198.51.100.1')).to.deep.equal({ city: null, country: 'BE' });
    expect(placeOf('127.0.0.1'), 'not in the file').to.equal(null);
    expect(placeOf('192.0.2.1'), 'values of another form').to.equal(null);
    expect(placeOf('not an address')).to.equal(null);
  });

  it('are unknown without a file', async () => {
    expect((await openPlaces(null))('203.0.113.9')).to.equal(null);
  });

  it('cannot be read from another file, and the error names it', async () => {
    const other = join(folder, 'other.mmdb');
    writeFileSync(other, 'no database');
    for (const path of [other, join(folder, 'absent.mmdb'), folder]) {
      const message = await openPlaces(path).then(String, String);
      expect(message).to.include('geo.database').and.include(path);
    }
    rmSync(other);
  });

  it('are named in the language of the reader', () => {
    const place = { city: 'Utrecht', country: 'NL' };
    expect(placeName(place, 'en')).to.equal('Utrecht, Netherlands');
    expect(placeName(place, 'nl')).to.equal('Utrecht, Nederland');
    expect(placeName({ city: null, country: 'BE' }, 'nl')).to.equal('België');
    expect(placeName({ city: 'Gent', country: 'no code' }, 'en')).to.equal('Gent');
    expect(placeName({ city: null, country: 'ZZZ' }, 'en')).to.equal(null);
    expect(placeName(null, 'en')).to.equal(null);
  });
});

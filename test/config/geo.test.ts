/** The operator's file of places, as the configuration is checked for it. */
import { mkdirSync } from 'node:fs';
import { expect } from 'chai';
import { ipv4Network, mmdbFile, UTRECHT } from '../support/mmdb.ts';
import { configFolder } from './config-file.ts';

describe('the file of places', () => {
  const folder = configFolder();
  const yaml = 'geo:\n  database: places.mmdb';

  it('is found relative to the file of the configuration', () => {
    folder.write('places.mmdb', mmdbFile([{ bits: ipv4Network('203.0.113.0/24'), data: UTRECHT }]));
    expect(folder.load(yaml).geo.database).to.equal(folder.path('places.mmdb'));
    expect(folder.load('{}').geo.database).to.equal(null);
  });

  it('is refused with its path when it is another file, or cannot be read', () => {
    expect(folder.faults(yaml)[0]).to.include({
      path: 'geo.database',
      line: 2,
      message: 'cannot be read (ENOENT)',
    });
    folder.write('places.mmdb', '');
    expect(folder.faults(yaml)[0]?.message).to.equal('is not a MaxMind DB file (.mmdb)');
    folder.write('places.mmdb', 'x'.repeat(300_000));
    expect(folder.faults(yaml)[0]?.message).to.equal('is not a MaxMind DB file (.mmdb)');
    mkdirSync(folder.path('folder.mmdb'));
    const [fault] = folder.faults('geo:\n  database: folder.mmdb');
    expect(fault?.message).to.equal('cannot be read as a file');
  });
});

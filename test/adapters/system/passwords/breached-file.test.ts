/** The look-up of a password in a sorted file of hashes, over files of many sizes. */
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { createBreachedFile } from '../../../../src/adapters/system/passwords/breached-file.ts';
import { StoreUnavailable } from '../../../../src/ports/faults.ts';
import { freshDataDir } from '../../../support/stores/embedded.ts';

const hashOf = (password: string) => createHash('sha1').update(password).digest('hex').toUpperCase();

describe('a file of breached passwords [D26]', () => {
  const folder = freshDataDir();
  const path = () => join(folder(), 'breached.txt');

  function fileOf(lines: readonly string[], lineEnd: string, end = lineEnd) {
    writeFileSync(path(), lines.join(lineEnd) + end);
    return createBreachedFile(path());
  }

  const passwords = Array.from({ length: 3000 }, (_, index) => `password ${index}`);
  const sorted = passwords.map(hashOf).toSorted();

  for (const [name, lineEnd, suffix] of [
    ['counts and CRLF, as the downloader writes on Windows', '\r\n', (at: number) => `:${at * 977 + 1}`],
    ['counts of many lengths and LF', '\n', (at: number) => `:${10 ** (at % 9)}`],
    ['no counts', '\n', () => ''],
  ] as const) {
    it(`has each of its passwords and no other, with ${name}`, async () => {
      const file = fileOf(
        sorted.map((hash, at) => hash + suffix(at)),
        lineEnd,
      );
      const found = await Promise.all(passwords.map((password) => file.has(password)));
      expect(found.filter(Boolean)).to.have.lengthOf(3000);
      const others = await Promise.all(passwords.map((password) => file.has(`${password} more`)));
      expect(others.some(Boolean)).to.equal(false);
    }).timeout(20_000);
  }

  it('is searched to its first and its last line at every size around a block', async () => {
    const beginning = new Set(sorted.slice(0, 210));
    const asked = passwords.filter((password) => beginning.has(hashOf(password)));
    for (const count of [1, 2, 84, 99, 100, 101, 102, 103, 104, 105, 190, 200, 205]) {
      for (const end of ['\n', '']) {
        const file = fileOf(sorted.slice(0, count), '\n', end);
        const inFile = new Set(sorted.slice(0, count));
        const found = await Promise.all(asked.map((password) => file.has(password)));
        const wanted = asked.map((password) => inFile.has(hashOf(password)));
        expect(found, `${count} lines`).to.deep.equal(wanted);
      }
    }
  }).timeout(60_000);

  it('may have hashes in lower case', async () => {
    const file = fileOf(
      sorted.map((hash) => `${hash.toLowerCase()}:3`),
      '\n',
    );
    expect(await file.has('password 7')).to.equal(true);
    expect(await file.has('violet kettle')).to.equal(false);
  });

  it('may be replaced while the server runs', async () => {
    const file = fileOf(sorted, '\n');
    expect(await file.has('violet kettle')).to.equal(false);
    fileOf([...sorted, hashOf('violet kettle')].toSorted(), '\n');
    expect(await file.has('violet kettle')).to.equal(true);
  });

  it('lets nobody choose a password while it cannot be read [R10]', async () => {
    const missing = createBreachedFile(join(folder(), 'missing.txt'));
    mkdirSync(join(folder(), 'a-folder'));
    const torn = fileOf(['x'.repeat(100_000)], '\n');
    for (const file of [missing, createBreachedFile(join(folder(), 'a-folder')), torn]) {
      const error = await file.has('password 7').catch((fault: unknown) => fault);
      expect(error).to.be.instanceOf(StoreUnavailable);
    }
  });
});

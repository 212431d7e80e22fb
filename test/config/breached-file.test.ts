/** The operator's file of breached passwords: a faulty one is named before the server starts. */
import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { expect } from 'chai';
import { configFolder } from './config-file.ts';

const hashes = Array.from({ length: 5000 }, (_, at) => createHash('sha1').update(`${at}`).digest('hex'))
  .map((hash) => hash.toUpperCase())
  .toSorted();
const content = hashes.map((hash, at) => `${hash}:${at}\r\n`);

describe('passwords.breached_file [D26]', () => {
  const folder = configFolder();
  const yaml = 'passwords:\n  breached_file: breached.txt';

  for (const [what, text] of [
    ['with counts and CRLF', content.join('')],
    ['without an end of its last line', content.join('').trimEnd()],
    ['of one line', content[0] ?? ''],
    ['of a hundred lines', content.slice(0, 100).join('')],
    ['without counts', hashes.join('\n')],
  ] as const) {
    it(`may be a sorted list of hashes ${what}`, () => {
      folder.write('breached.txt', text);
      expect(folder.load(yaml).passwords.breachedFile).to.equal(folder.path('breached.txt'));
    });
  }

  it('is none by default', () => {
    expect(folder.load('tenants: []').passwords.breachedFile).to.equal(null);
  });

  for (const [what, text, message] of [
    ['is empty', '', 'is empty'],
    ['has passwords in clear', 'password1\niloveyou\n', 'is not a list of SHA-1 hashes, one a line'],
    [
      'has NTLM hashes',
      `${hashes.map((hash) => `${hash.slice(8)}:1`).join('\n')}\n`,
      'has NTLM hashes: SHA-1 hashes are needed',
    ],
    ['is sorted by count', content.toReversed().join(''), /^is not sorted by hash/],
    [
      'has something else in the middle',
      content.toSpliced(2500, 0, 'x'.repeat(5000)).join(''),
      'is not a list of SHA-1 hashes, one a line',
    ],
    [
      'was cut off within a line',
      content.join('').slice(0, -30),
      'is not a list of SHA-1 hashes, one a line',
    ],
  ] as const) {
    it(`is refused with its line when it ${what}`, () => {
      folder.write('breached.txt', text);
      const [fault] = folder.faults(yaml);
      expect(fault).to.include({ path: 'passwords.breached_file', line: 2 });
      expect(fault?.message).to.match(
        message instanceof RegExp ? message : new RegExp(`^${message.replaceAll('.', '\\.')}$`),
      );
    });
  }

  it('is refused when it is missing, or a folder', () => {
    expect(folder.faults(yaml)[0]?.message).to.equal('cannot be read (ENOENT)');
    mkdirSync(folder.path('breached.txt'));
    expect(folder.faults(yaml)[0]?.message).to.equal('cannot be read as a file');
  });
});

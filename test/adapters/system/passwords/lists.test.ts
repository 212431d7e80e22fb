/** The list of common passwords that the product has, and the patterns that advice names. */
import { expect } from 'chai';
import { createPasswordAdvisor } from '../../../../src/adapters/system/passwords/advisor.ts';
import { createCommonPasswords } from '../../../../src/adapters/system/passwords/common-passwords.ts';
import type { PasswordPattern } from '../../../../src/domain/password/fault.ts';

describe('the list of common passwords [D26]', () => {
  const list = createCommonPasswords();

  for (const password of [
    'password1',
    'PASSWORD',
    'iloveyou',
    'Qwertyuiop',
    'aaaaaaaaaaaaaaaaaaaa',
    'passwordpassword',
    '123456789012345',
    'ababababababababab',
    'pasｓword',
  ]) {
    it(`has ${password}`, async () => expect(await list.has(password)).to.equal(true));
  }

  for (const password of ['correct horse battery staple', 'violet kettle', '82640917 ijsvogel', 'Zr8!kw0q']) {
    it(`does not have ${password}`, async () => expect(await list.has(password)).to.equal(false));
  }
});

describe('the advice on a password', () => {
  const advisor = createPasswordAdvisor();
  const OWNER = ['bob.jansen@acme.test', 'Bob Jansen', 'Acme'];

  const ROWS: readonly (readonly [string, readonly PasswordPattern[]])[] = [
    ['wertyuio', ['keyboard']],
    ['nananana', ['repeats']],
    ['cdefghij', ['sequence']],
    ['19871212', ['date']],
    ['p4ssw0rd', ['substitution']],
    ['iloveyou', ['known_password']],
    ['bob jansen', ['your_details']],
    ['Zr8!kw0q', []],
    ['', []],
  ];
  for (const [password, patterns] of ROWS) {
    it(`names ${patterns.join() || 'nothing'} for "${password}"`, async () => {
      expect(await advisor.patternsIn(password, OWNER)).to.deep.equal(patterns);
    });
  }

  it('names two patterns at most, and reads the beginning of a long password alone', async () => {
    expect(await advisor.patternsIn('iloveyou19871212cdefghijwertyuio', OWNER)).to.have.lengthOf(2);
    expect(await advisor.patternsIn(`Zr8!kw0qXv5?mj2pLd9&tb6nHf3^${'a'.repeat(90)}`, [])).to.deep.equal([]);
  });
});

/** The rules of a new password that need no list. */
import { expect } from 'chai';
import {
  commonSpellings,
  faultOf,
  type PasswordOwner,
  passwordLength,
  repeatedPart,
  shortestPassword,
} from '../../../src/domain/password/rules.ts';
import { aTenant } from '../../use-cases/setting.ts';

const OWNER: PasswordOwner = {
  email: 'rene.de.boer@kantoor.test',
  name: 'René de Boer',
  givenName: 'René',
  familyName: 'de Boer',
  username: null,
  tenantId: 'kantoor',
  groups: [],
};
const REQUIRED = { ...aTenant('kantoor', { enforcement: 'required' }), name: 'Het Grote Kantoor' };

describe('the rules of a new password [D26]', () => {
  it('ask for 8 characters beside a required second factor, and for 15 otherwise', () => {
    const staff = aTenant('kantoor', { enforcement: 'optional', groups: { finance: 'required' } });
    expect(shortestPassword(REQUIRED, OWNER)).to.equal(8);
    expect(shortestPassword(staff, OWNER)).to.equal(15);
    expect(shortestPassword(staff, { groups: ['finance'] })).to.equal(8);
    expect(shortestPassword(aTenant('kantoor', { enforcement: 'off' }), OWNER)).to.equal(15);
    expect(shortestPassword(null, OWNER)).to.equal(15);
  });

  it('take each length from the shortest to the longest, and no other', () => {
    const text = 'violet-kettle/ '.repeat(9);
    expect(faultOf(text.slice(0, 7), OWNER, REQUIRED)).to.deep.equal({ because: 'too_short', minimum: 8 });
    expect(faultOf(text.slice(0, 8), OWNER, REQUIRED)).to.equal(null);
    expect(faultOf(text.slice(0, 14), OWNER, null)).to.deep.equal({ because: 'too_short', minimum: 15 });
    expect(faultOf(text.slice(0, 15), OWNER, null)).to.equal(null);
    expect(faultOf(text.slice(0, 128), OWNER, null)).to.equal(null);
    expect(faultOf(text.slice(0, 129), OWNER, null)).to.deep.equal({ because: 'too_long', maximum: 128 });
  });

  it('count a character as one, whatever it takes to store', () => {
    expect(passwordLength('🔑🚲é€')).to.equal(4);
    expect(faultOf('🔑🚲🌷🧀🎨🚢🌊', OWNER, REQUIRED)).to.deep.include({ because: 'too_short' });
    expect(faultOf('🔑🚲🌷🧀🎨🚢🌊🐟', OWNER, REQUIRED)).to.equal(null);
  });

  it('ask for no kinds of characters', () => {
    for (const password of ['violet kettle', '82640917', '        ', 'éééèèèêê'])
      expect(faultOf(password, OWNER, REQUIRED), password).to.equal(null);
  });

  for (const password of [
    'rene.de.boer@kantoor.test',
    'Rene.de.Boer',
    'RENÉ DE BOER',
    'renédeboer!!',
    'het grote kantoor',
    'kantoor.test',
    'DoubleLock',
    'doublelockdoublelock',
    'ｄｏｕｂｌｅｌｏｃｋ',
  ]) {
    it(`refuse ${password}, which is about the person, the workspace or the product`, () => {
      expect(faultOf(password, OWNER, REQUIRED)).to.deep.equal({ because: 'about_you' });
    });
  }

  it('take a password in which such a word is only a part', () => {
    expect(faultOf('doublelock violet kettle', OWNER, null)).to.equal(null);
    expect(faultOf('!!!!!!!!', { ...OWNER, name: '' }, REQUIRED)).to.equal(null);
  });
});

describe('the spellings of a password in a list', () => {
  it('have no capitals and no wide letters', () => {
    expect(commonSpellings('PassWord')).to.deep.equal(['password']);
    expect(commonSpellings('ｐａｓｓｗｏｒｄ')).to.deep.equal(['password']);
  });

  it('include the part that repeats', () => {
    expect(commonSpellings('PasswordPassword')).to.deep.equal(['passwordpassword', 'password']);
    for (const [text, part] of [
      ['aaaa', 'a'],
      ['abcabcab', 'abc'],
      ['123456789012345', '1234567890'],
      ['abcd', 'abcd'],
      ['aabaaab', 'aaba'],
      ['', ''],
    ])
      expect(repeatedPart(text ?? ''), text).to.equal(part);
  });
});

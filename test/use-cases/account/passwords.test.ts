/** The check of a new password, and its hash. */
import { expect } from 'chai';
import { createPasswordAdvisor } from '../../../src/adapters/system/passwords/advisor.ts';
import { createPasswordBlockList } from '../../../src/adapters/system/passwords/block-list.ts';
import { createCommonPasswords } from '../../../src/adapters/system/passwords/common-passwords.ts';
import type { PasswordOwner } from '../../../src/domain/password/rules.ts';
import { createPasswords } from '../../../src/use-cases/account/passwords/passwords.ts';
import { acceptedBy, aTenant, hasher, refusalOf } from '../setting.ts';

const OWNER: PasswordOwner = {
  email: 'bob@acme.test',
  name: 'Bob',
  givenName: null,
  familyName: null,
  username: null,
  tenantId: 'acme',
  groups: [],
};

describe('a new password [D26]', () => {
  const blockList = createPasswordBlockList({
    common: createCommonPasswords(),
    breached: { has: async (password) => password === 'kettle violet seven' },
  });
  const passwords = createPasswords({
    blockList,
    advisor: createPasswordAdvisor(),
    hasher,
    tenants: [aTenant('acme', { enforcement: 'required' }), aTenant('plain', { enforcement: 'off' })],
  });

  it('is accepted in one spelling for all keyboards, and hashed in that', async () => {
    const password = acceptedBy(await passwords.check(OWNER, 'cafe\u0301 violet'));
    expect(password).to.equal('caf\u00e9 violet');
    const hash = await passwords.hash(password);
    expect(await hasher.inTurn((verify) => verify(hash, 'caf\u00e9 violet'))).to.equal(true);
  });

  it('is refused with the reason, and with what makes it easy to guess', async () => {
    const refusal = async (typed: string, owner = OWNER) => refusalOf(await passwords.check(owner, typed));
    const code = 'field_invalid';
    expect(await refusal('')).to.deep.equal({ code, because: 'password_missing' });
    expect(await refusal('kL9#', { ...OWNER, tenantId: 'plain' })).to.deep.equal({
      code,
      password: { because: 'too_short', minimum: 15 },
      patterns: [],
    });
    expect(await refusal('iloveyou')).to.deep.equal({
      code,
      password: { because: 'common' },
      patterns: ['known_password'],
    });
    expect(await refusal('kettle violet seven')).to.deep.include({ password: { because: 'breached' } });
    expect(await refusal('Doublelock')).to.deep.include({ password: { because: 'about_you' } });
    expect(await refusal('x'.repeat(129))).to.deep.include({ patterns: [] });
  });

  it('has the length that its tenant asks of this account', () => {
    expect(passwords.shortest(OWNER)).to.equal(8);
    expect(passwords.shortest({ ...OWNER, tenantId: 'plain' })).to.equal(15);
  });
});

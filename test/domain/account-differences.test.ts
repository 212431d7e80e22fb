/** The differences between an account of the configuration and the stored one. */
import { expect } from 'chai';
import {
  COMPARED_DETAILS,
  differencesOf,
  type StatedAccount,
} from '../../src/domain/administration/account-differences.ts';
import { anAccount } from '../contracts/examples.ts';

const stored = anAccount({ groups: ['a', 'b'], attributes: { team: 'x', badges: ['1'] } });
const stating = (changes: Partial<StatedAccount>): StatedAccount => ({
  ...stored,
  stated: [...COMPARED_DETAILS],
  ...changes,
});

describe('the differences of an account from the configuration', () => {
  it('are none where the details are equal, in any order of groups and attributes', () => {
    expect(differencesOf(stating({}), stored)).to.deep.equal([]);
    expect(differencesOf(stating({ groups: ['b', 'a'] }), stored)).to.deep.equal([]);
    expect(differencesOf(stating({ attributes: { badges: ['1'], team: 'x' } }), stored)).to.deep.equal([]);
  });

  it('name each detail with both values', () => {
    for (const [detail, value] of [
      ['name', 'Robert'],
      ['givenName', 'Rob'],
      ['familyName', 'B'],
      ['username', 'bob'],
      ['locale', 'nl'],
      ['attributes', { team: 'y' }],
      ['role', 'admin'],
      ['groups', ['a']],
      ['manages', ['a']],
      ['phone', '+31612345678'],
    ] as const)
      expect(differencesOf(stating({ [detail]: value }), stored)).to.deep.equal([
        { detail, stored: stored[detail], stated: value },
      ]);
  });

  it('leave out what the file does not write: a default says nothing of a person', () => {
    const changed = stating({ name: 'Robert', groups: [], phone: '+31612345678' });
    expect(differencesOf({ ...changed, stated: ['groups'] }, stored)).to.deep.equal([
      { detail: 'groups', stored: ['a', 'b'], stated: [] },
    ]);
    expect(differencesOf({ ...changed, stated: [] }, stored)).to.deep.equal([]);
  });
});

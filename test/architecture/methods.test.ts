/** The rules about methods find what they are there to find, and let pass what is right. */
import { expect } from 'chai';
import { methodNameFaults } from './methods.ts';
import { parseSource } from './source.ts';

describe('the rules about methods', () => {
  it('find the name of a method outside its module', () => {
    const stray = parseSource('src/use-cases/sign-in/password.ts', "const method: string = 'totp';");
    expect(methodNameFaults([stray], [])).to.deep.equal([
      'src/use-cases/sign-in/password.ts:1 names the method totp',
    ]);
    const type = parseSource('src/ports/stores.ts', "type Method = 'passkey';");
    expect(methodNameFaults([type], [])).to.have.lengthOf(1);
  });

  it('accept the name in the module and in the catalogue', () => {
    const own = parseSource('src/domain/methods/totp.ts', "export const name = 'totp';");
    expect(methodNameFaults([own], [])).to.deep.equal([]);
  });

  it('find an unused exception', () => {
    const exception = { path: 'src/oidc/', names: ['email'], reason: 'a claim' };
    expect(methodNameFaults([parseSource('src/oidc/claims.ts', '')], [exception])).to.deep.equal([
      'src/oidc/ does not say email any more (a claim)',
    ]);
  });
});

/** The date of a link "it was not me": it decides whether the link is from before the ending of its account. */
import { expect } from 'chai';
import type { Account } from '../../../src/domain/account.ts';
import { MINUTE } from '../../contracts/examples.ts';
import { ADDRESS, cipher, codeOf, freshSetting, refusalOf, withTotp } from '../setting.ts';

const LIFETIME = 30 * 24 * 60 * MINUTE;
const GONE = { code: 'session_expired' };

describe('the date of a link that says "it was not me"', () => {
  const setting = freshSetting();
  let bob: Account;
  beforeEach(async () => {
    bob = await setting().person(withTotp);
  });

  const now = async () => (await setting().stores.accounts.findById(bob.id)) ?? bob;
  const report = (token: string) => setting().links.report(token, ADDRESS);

  it('follows from its expiry in a link of an older release, which freezes once [A117 R26]', async () => {
    const content = JSON.stringify([bob.id, bob.email, setting().clock.now() + LIFETIME]);
    const older = cipher.encrypt(content, 'not-me');
    expect((await setting().links.whose('not-me', older))?.issuedAt).to.equal(setting().clock.now());
    setting().clock.nextStep(1);
    expect(codeOf(await report(older))).to.equal('ok');
    await setting().stores.accounts.setFrozen(bob.id, null);
    expect(refusalOf(await report(older))).to.deep.equal(GONE);
    expect((await now()).frozenAt).to.equal(null);
  });

  it('is after the ending that the maker of the link knows, also where its clock is behind [A117]', async () => {
    const before = setting().linkTokens.tokenFor('not-me', bob);
    await setting().stores.accounts.raiseEndsBefore(bob.id, setting().clock.now() + 20_000);
    expect(refusalOf(await report(before))).to.deep.equal(GONE);
    const after = setting().linkTokens.tokenFor('not-me', await now());
    expect(codeOf(await report(after))).to.equal('ok');
  });
});

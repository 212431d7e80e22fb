/** Names and the default of factors, where somebody else changes the account between two forms. */
import { expect } from 'chai';
import type { Account } from '../../../src/domain/account.ts';
import { FROZEN } from '../../../src/domain/refusal.ts';
import type { Visit } from '../../../src/use-cases/account/visit.ts';
import { aSignInRecord, MINUTE, NOW } from '../../contracts/examples.ts';
import { ADDRESS, acceptedBy, aTenant, codeOf, freshSetting, refusalOf, SECRET } from '../setting.ts';

const TWO_PHONES = [
  { method: 'totp', secret: SECRET },
  { method: 'totp', secret: 'NXUDEDWYJLU4KT2NCK3K42UBFT6AJJ2V' },
] as const;

describe('a change of a factor, beside another one', () => {
  const setting = freshSetting({ tenants: [aTenant('acme')] });
  let account: Account;
  let phone: string;
  let tablet: string;

  beforeEach(async () => {
    account = await setting().person({ factors: TWO_PHONES });
    const [one, two] = await stored();
    if (!one || !two) throw new Error('two phones are set up');
    phone = one.id;
    tablet = two.id;
  });

  const stored = () => setting().stores.enrolments.listByAccount(account.id);
  const labels = async () => (await stored()).map(({ label }) => label);
  const defaults = async () => (await stored()).filter(({ isDefault }) => isDefault).map(({ id }) => id);

  /** The page of the account, as it was opened now. */
  async function visit(): Promise<Visit> {
    const record = aSignInRecord({ accountId: account.id, expiresAt: NOW + 99 * MINUTE });
    return { record, policyResult: await setting().evaluated(account) };
  }

  async function undo(): Promise<string> {
    const page = await visit();
    const change = await setting().factorChanges.undoable(page);
    return codeOf(await setting().factorChanges.undo(page, change?.id ?? '', ADDRESS));
  }

  const rename = async (label: string, page?: Visit) =>
    setting().factorChanges.rename(page ?? (await visit()), phone, label, ADDRESS);

  it('names no factor that was removed in another window, and offers nothing to take back', async () => {
    const page = await visit();
    await setting().stores.enrolments.remove(account.id, phone);
    expect(codeOf(await rename('Mine', page))).to.equal('method_not_allowed');
    expect(await setting().factorChanges.undoable(page)).to.equal(null);
    expect(await setting().events()).to.deep.equal([]);
  });

  it('makes no factor of another account the default [A61]', async () => {
    const eve = await setting().person({ email: 'eve@acme.test', factors: TWO_PHONES.slice(0, 1) });
    const [hers] = await setting().stores.enrolments.listByAccount(eve.id);
    acceptedBy(await setting().factorChanges.makeDefault(await visit(), phone, ADDRESS));
    const outcome = await setting().factorChanges.makeDefault(await visit(), hers?.id ?? '', ADDRESS);
    expect(codeOf(outcome)).to.equal('method_not_allowed');
    expect(await defaults()).to.deep.equal([phone]);
    expect(await setting().events()).to.deep.equal(['enrolment.default_chosen']);
  });

  it('is refused to a frozen account, as is taking one back', async () => {
    acceptedBy(await rename('Mine'));
    await setting().stores.accounts.setFrozen(account.id, NOW);
    expect(refusalOf(await rename('Theirs'))).to.deep.equal(FROZEN);
    expect(refusalOf(await setting().factorChanges.makeDefault(await visit(), phone, ADDRESS))).to.deep.equal(
      FROZEN,
    );
    expect(await undo()).to.equal('forbidden');
    expect(await labels()).to.deep.equal(['Mine', '']);
    expect(await defaults()).to.deep.equal([]);
    await setting().stores.accounts.setFrozen(account.id, null);
    expect(await undo()).to.equal('ok');
    expect(await labels()).to.deep.equal(['', '']);
  });

  it('gives a first default up again when it is taken back', async () => {
    acceptedBy(await setting().factorChanges.makeDefault(await visit(), phone, ADDRESS));
    expect(await defaults()).to.deep.equal([phone]);
    expect(await undo()).to.equal('ok');
    expect(await defaults()).to.deep.equal([]);
  });

  it('takes a default back to the factor of before, and not over a later choice', async () => {
    acceptedBy(await setting().factorChanges.makeDefault(await visit(), phone, ADDRESS));
    acceptedBy(await setting().factorChanges.makeDefault(await visit(), tablet, ADDRESS));
    await setting().stores.enrolments.setDefault(account.id, null);
    expect(await undo(), 'the choice of another session stays').to.equal('ok');
    expect(await defaults()).to.deep.equal([]);
    acceptedBy(await setting().factorChanges.makeDefault(await visit(), phone, ADDRESS));
    acceptedBy(await setting().factorChanges.makeDefault(await visit(), tablet, ADDRESS));
    expect(await undo()).to.equal('ok');
    expect(await defaults()).to.deep.equal([phone]);
  });

  it('is taken back for no factor that was removed since [A13]', async () => {
    acceptedBy(await rename('Mine'));
    const page = await visit();
    const change = await setting().factorChanges.undoable(page);
    await setting().stores.enrolments.remove(account.id, phone);
    // The page of before still lists the factor.
    expect(codeOf(await setting().factorChanges.undo(page, change?.id ?? '', ADDRESS))).to.equal('ok');
    expect(await labels()).to.deep.equal(['']);
    expect(await setting().events()).to.deep.equal(['enrolment.renamed']);
  });
});

/** A password that is replaced whatever it is, while somebody else changes it. */
import { expect } from 'chai';
import type { Account } from '../../../src/domain/account.ts';
import { overwriteHash } from '../../../src/use-cases/account/passwords/overwrite-hash.ts';
import { freshSetting } from '../setting.ts';

describe('a password that is replaced whatever it is', () => {
  const setting = freshSetting();

  /** The store, in which somebody changes the password before each of the first tries. */
  function contested(tries: number) {
    const { accounts } = setting().stores;
    let count = 0;
    return {
      ...accounts,
      async replacePasswordHash(id: string, previous: string | null, next: string) {
        const now = (await accounts.findById(id))?.passwordHash ?? null;
        if (count < tries) await accounts.replacePasswordHash(id, now, `rival-${count}`);
        count += 1;
        return accounts.replacePasswordHash(id, previous, next);
      },
    };
  }

  const failure = (accounts: ReturnType<typeof contested>, account: Account) =>
    overwriteHash(accounts, account, 'mine').then(
      () => null,
      (error: Error) => error.message,
    );

  it('replaces a password that somebody else changes meanwhile', async () => {
    const account = await setting().person();
    await overwriteHash(contested(4), account, 'mine');
    expect((await setting().stores.accounts.findById(account.id))?.passwordHash).to.equal('mine');
  });

  it('gives up when the password changes at each try, and leaves the one of somebody else', async () => {
    const account = await setting().person();
    expect(await failure(contested(5), account)).to.equal(
      'the password of bob@acme.test keeps changing: try again',
    );
    expect((await setting().stores.accounts.findById(account.id))?.passwordHash).to.equal('rival-4');
  });

  it('fails for an account that is gone', async () => {
    const account = await setting().person();
    expect(await failure(contested(0), { ...account, id: 'nobody' })).to.equal(
      'the account bob@acme.test is gone',
    );
  });
});

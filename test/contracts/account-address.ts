/** The part of the contract of an account store that is about a change of the e-mail address. */
import { expect } from 'chai';
import type { AccountStore } from '../../src/ports/stores.ts';
import { anAccount, NOW } from './examples.ts';
import { winners } from './make-store.ts';

/** Called in the `describe` of the store. */
export function accountAddressContract(store: () => AccountStore): void {
  it('replaces an e-mail address by a confirmed one, only while it is the one that was read', async () => {
    await store().insert(anAccount());
    await store().insert(anAccount({ id: 'account-2', email: 'eve@acme.test' }));
    const replace = (previous: string, next: string) =>
      store().replaceEmail('account-1', previous, next, NOW + 1);
    expect(await replace('old@acme.test', 'rob@acme.test')).to.equal(false);
    expect(await replace('bob@acme.test', 'eve@acme.test'), 'taken').to.equal(false);
    expect(await store().findById('account-1')).to.deep.equal(anAccount());
    expect(await replace('bob@acme.test', 'rob@acme.test')).to.equal(true);
    const replaced = anAccount({ email: 'rob@acme.test', emailConfirmed: true, updatedAt: NOW + 1 });
    expect(await store().findByEmail('rob@acme.test')).to.deep.equal(replaced);
    expect(await store().findByEmail('bob@acme.test')).to.equal(null);
  });

  it('replaces the addresses that can be restored with the e-mail address, and forgets the pending one', async () => {
    const pendingEmail = { email: 'rob@acme.test', askedAt: NOW, linkIssuedAt: NOW };
    const first = [{ email: 'bob@acme.test', linkIssuedAt: NOW }];
    await store().insert(anAccount({ pendingEmail }));
    await store().replaceEmail('account-1', 'eve@acme.test', 'rob@acme.test', NOW, first);
    expect(await store().findById('account-1')).to.deep.equal(anAccount({ pendingEmail }));
    await store().replaceEmail('account-1', 'bob@acme.test', 'rob@acme.test', NOW, first);
    const replaced = anAccount({ email: 'rob@acme.test', emailConfirmed: true, formerEmails: first });
    expect(await store().findById('account-1')).to.deep.equal(replaced);
    await store().replaceEmail('account-1', 'rob@acme.test', 'rbt@acme.test', NOW);
    expect((await store().findById('account-1'))?.formerEmails, 'those of before').to.deep.equal(first);
    await store().replaceEmail('account-1', 'rbt@acme.test', 'bob@acme.test', NOW, []);
    expect((await store().findById('account-1'))?.formerEmails).to.deep.equal([]);
  });

  it('gives an address that 20 accounts want at once to one of them', async () => {
    const ids = Array.from({ length: 20 }, (_, index) => `account-${index}`);
    for (const id of ids) await store().insert(anAccount({ id, email: `${id}@acme.test` }));
    const won = await winners(20, (index) => {
      const id = `account-${index}`;
      return store().replaceEmail(id, `${id}@acme.test`, 'wanted@acme.test', NOW);
    });
    expect(won).to.equal(1);
  });
}

/** The rule that a tenant keeps an administrator, at each order in which two changes can meet. */
import { expect } from 'chai';
import type { Account } from '../../../../src/domain/account.ts';
import { createLastAdministrator } from '../../../../src/use-cases/administration/person/last-administrator.ts';
import { anAccount, NOW } from '../../../contracts/examples.ts';

describe('a tenant', () => {
  const stored = new Map<string, Account>();
  const accounts = {
    listByRole: async (tenantId: string, role: string) =>
      [...stored.values()].filter((each) => each.tenantId === tenantId && each.role === role),
  };
  const { removeUnlessLast } = createLastAdministrator({ accounts });

  const administrator = (id: string) => anAccount({ id, email: `${id}@acme.test`, role: 'admin' });

  function set(id: string, changes: Partial<Account>): void {
    const account = stored.get(id);
    if (account) stored.set(id, { ...account, ...changes });
  }

  function disabling(id: string, meanwhile: () => Promise<unknown> = async () => {}): Promise<boolean> {
    return removeUnlessLast(administrator(id), {
      apply: async () => {
        set(id, { disabledAt: NOW });
        await meanwhile();
      },
      undo: async () => set(id, { disabledAt: null }),
    });
  }

  beforeEach(() => {
    stored.clear();
    for (const id of ['one', 'two']) stored.set(id, administrator(id));
  });

  it('loses one of two administrators, and not the other one after it', async () => {
    expect([await disabling('one'), await disabling('two')]).to.deep.equal([true, false]);
    expect(stored.get('two')?.disabledAt).to.equal(null);
  });

  it('keeps an administrator when both changes were checked before either was stored', async () => {
    const done = await Promise.all([disabling('one'), disabling('two')]);
    expect(done).not.to.deep.equal([true, true]);
    const left = [...stored.values()].filter(({ disabledAt }) => disabledAt === null);
    expect(left.length).to.equal(done.filter((each) => !each).length);
    expect(left.length).to.be.at.least(1);
  });

  it('takes a change back when the other administrator went in the middle of it', async () => {
    const isDone = await disabling('one', async () => set('two', { role: 'member' }));
    expect([isDone, stored.get('one')?.disabledAt]).to.deep.equal([false, null]);
  });

  it('loses a member without a question', async () => {
    let isApplied = false;
    const member = anAccount({ id: 'three' });
    const apply = async () => {
      isApplied = true;
    };
    expect(await removeUnlessLast(member, { apply, undo: apply })).to.equal(true);
    expect(isApplied).to.equal(true);
  });
});

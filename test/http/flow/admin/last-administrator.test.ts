/** The last administrator of a tenant stays one, also when two of them act on each other at the same moment. */
import { expect } from 'chai';
import { interaction } from '../../oidc/story.ts';
import { addressOf, consoleConfig, idOf } from './console.ts';
import { openPerson } from './person.ts';

describe('the last administrator of a tenant', () => {
  const s = interaction(() => consoleConfig());

  async function administrators(): Promise<string[]> {
    const all = await s.app.parts.stores.accounts.listByRole('acme', 'admin');
    return all.filter(({ disabledAt }) => disabledAt === null).map(({ email }) => email);
  }

  /** Both are administrators again, and may sign in. */
  beforeEach(async () => {
    for (const name of ['admin', 'second'])
      await s.app.parts.stores.accounts.update(
        await idOf(s, addressOf(name)),
        { role: 'admin', disabledAt: null },
        s.clock.now(),
      );
  });

  for (const [button, fields] of [
    ['disable', {}],
    ['save', { role: 'member' }],
  ] as const)
    it(`stays when two of them send "${button}" on each other at the same moment`, async () => {
      const one = await openPerson(s, 'admin', 'second');
      const two = await openPerson(s, 'second', 'admin');
      await Promise.all([
        one.visitor.submit(one.page, fields, button),
        two.visitor.submit(two.page, fields, button),
      ]);
      expect((await administrators()).length).to.be.at.least(1);
    });

  it('cannot be taken away by one who was turned off meanwhile', async () => {
    const one = await openPerson(s, 'admin', 'second');
    const answer = await one.visitor.submit(one.page, {}, 'disable');
    expect(answer.status).to.equal(303);
    expect(await administrators()).to.deep.equal([addressOf('admin')]);
  });
});

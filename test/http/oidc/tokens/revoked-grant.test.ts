/** A grant that is revoked while a request widens it stays revoked. */
import { expect } from 'chai';
import type { Stores } from '../../../../src/compose/parts.ts';
import type { RelyingParty } from '../../../support/hosts/relying-party.ts';
import type { Visitor } from '../../../support/visitor.ts';
import { answerOf, askAgain, errorOf, interaction, redeem, signIn } from '../story.ts';

/** Destroys a grant as soon as a request has read it, as another request that finds a replayed token does. */
function createRevoker() {
  let reads = 0;
  return {
    /** At the read of this number: 1 for the next. */
    revokeAtRead(number: number): void {
      reads = number;
    },
    around(stores: Stores): Stores {
      const { providerDurable } = stores;
      const find: typeof providerDurable.find = async (model, id, now) => {
        const found = await providerDurable.find(model, id, now);
        if (model !== 'Grant' || !found) return found;
        reads -= 1;
        if (reads === 0) await providerDurable.destroy(model, id);
        return found;
      };
      return { ...stores, providerDurable: { ...providerDurable, find } };
    },
  };
}

describe('a grant that is revoked while a request widens it', () => {
  const revoker = createRevoker();
  const at = interaction(() => ({}), revoker);
  let third: RelyingParty;
  before(async () => {
    third = await at.app.relyingParty('third');
  });

  const allow = async (visitor: Visitor) => visitor.follow(await visitor.submit(visitor.page, {}, 'allow'));

  it('stays revoked, and the request of a first-party client gets no code [A46]', async () => {
    const visitor = at.app.visitor();
    await redeem(
      at.rp,
      await signIn(at.app, visitor, await at.rp.authorizationUrl({ scope: 'openid' }), 'new@open.test'),
    );
    const wider = { scope: 'openid email', prompt: 'none' };
    revoker.revokeAtRead(1);
    expect(errorOf(await askAgain(visitor, at.rp, wider))).to.equal('access_denied');
    expect(answerOf(await askAgain(visitor, at.rp, wider)).has('code'), 'under a new grant').to.equal(true);
  });

  it('stays revoked at the consent page, and the next consent makes a new one [A46]', async () => {
    const visitor = at.app.visitor();
    await signIn(at.app, visitor, await third.authorizationUrl({ scope: 'openid' }), 'new@open.test');
    await redeem(third, await allow(visitor));
    expect((await askAgain(visitor, third, { scope: 'openid email' })).name).to.equal('consent');
    revoker.revokeAtRead(1);
    const refused = await visitor.submit(visitor.page, {}, 'allow');
    expect([refused.status, refused.name]).to.deep.equal([400, 'error']);
    expect((await askAgain(visitor, third, { scope: 'openid email' })).name).to.equal('consent');
    await redeem(third, await allow(visitor));
  });
});

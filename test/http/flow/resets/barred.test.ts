/** Requests for a reset of accounts that nobody may get into: they are disabled, or wait for an answer to a report. */
import { expect } from 'chai';
import { interaction, tenantsWith } from '../../oidc/story.ts';
import { accounts, alertOf, withApp } from '../members.ts';
import { resetsIn } from './resets.ts';

const CONFIRMED = { email_confirmed: true };

describe('a reset of an account that nobody may get into', () => {
  const s = interaction(() => ({
    ...tenantsWith('strict', { set_up_proof: 'email' }),
    ...accounts(...['ann', 'ben', 'cat'].map((name) => withApp(name, 'strict', CONFIRMED))),
  }));
  const { atRequest, ask, newest, listed, decide, stored, linkOf } = resetsIn(s);

  it('is not asked for while a report of a removal waits for an answer [A117]', async () => {
    const email = 'ann@strict.test';
    const { account } = await stored(email);
    await s.app.parts.stores.accounts.setHeld(account?.id ?? '', s.clock.now());
    const { visitor, page } = await atRequest(email);
    const refused = await visitor.submit(page, { reason: 'lost' }, 'send');
    expect([refused.status, refused.error]).to.deep.equal([403, 'forbidden']);
    expect(alertOf(refused)).to.include('Contact your administrators');
    expect(await listed(email)).to.deep.equal([]);
    expect((await stored(email)).events).to.deep.equal(['reset.requested held']);
  });

  it('has a link to the set-up that works only while the account is open [A117]', async () => {
    const email = 'ben@strict.test';
    await ask(email);
    await decide('approve', email);
    const link = await linkOf(email, 'set-up-again');
    const owner = s.app.visitor();
    const page = await owner.open(link);
    const { accounts: store } = s.app.parts.stores;
    const id = (await stored(email)).account?.id ?? '';
    const now = s.clock.now();
    const refuses = async () => {
      expect((await s.app.visitor().open(link)).status).to.equal(400);
      expect((await owner.submit(page, {}, 'continue')).error).to.equal('session_expired');
    };
    await store.update(id, { disabledAt: now }, now);
    await refuses();
    await store.update(id, { disabledAt: null }, now);
    await store.setHeld(id, now);
    await refuses();
    await store.setHeld(id, null);
    expect((await owner.submit(page, {}, 'continue')).status).to.equal(303);
  });

  it('has no effect while the account is disabled [A125]', async () => {
    const email = 'cat@strict.test';
    await ask(email);
    const { accounts: store } = s.app.parts.stores;
    await store.update((await newest(email)).account.id, { disabledAt: s.clock.now() }, s.clock.now());
    expect(await decide('approve', email)).to.deep.equal({ kind: 'late', state: 'expired' });
    expect((await stored(email)).methods).to.deep.equal(['totp']);
  });
});

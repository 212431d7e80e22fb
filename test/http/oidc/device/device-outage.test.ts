/** A store is away while a person signs a device in: nothing is lost, and the same form works afterwards. */
import { expect } from 'chai';
import { createOutage, STORES } from '../../../support/stores/outage.ts';
import { claimsOf, interaction, post, refusal, tokensFor } from '../story.ts';
import { ask, deviceParty, poll, type, withDevices } from './device-story.ts';

describe('while a store is away, a device', () => {
  const outage = createOutage();
  before(outage.prepare);
  const at = interaction(withDevices);
  after(outage.end);

  for (const store of STORES)
    it(`is not signed in without its ${store} store, and is by the same form afterwards [R30]`, async () => {
      const tv = await deviceParty(at.app);
      const { visitor } = await tokensFor(at.app, at.rp, 'new@open.test');
      const device = await ask(tv);
      const page = await visitor.follow(await type(visitor, device.user_code));
      const away = await outage.during(at.app, [store], () => visitor.submit(page, {}, 'confirm'));
      expect(away).to.include({ status: 503, name: 'error' });
      expect(Number(away.headers['retry-after'])).to.be.within(1, 60);
      expect(await refusal(poll(at.app, tv, device))).to.equal('authorization_pending');
      const done = await visitor.follow(await visitor.submit(page, {}, 'confirm'));
      expect(done.name).to.equal('device-done');
      expect(claimsOf(await poll(at.app, tv, device)).sub).to.be.a('string');
    });

  it('and its person get 503, each in their own form, and a new code afterwards [R30]', async () => {
    const code = 'BBBB-BBBB';
    const visitor = at.app.visitor();
    const page = await visitor.open('/device');
    const { asked, typed } = await outage.during(at.app, STORES, async () => ({
      asked: await post(at.app, '/device/auth', { scope: 'openid' }, 'tv'),
      typed: await visitor.submit(page, { user_code: code }),
    }));
    expect(asked.status).to.equal(503);
    expect(asked.body).to.include({ error: 'temporarily_unavailable' });
    expect(typed).to.include({ status: 503, name: 'error' });
    expect((await ask(await deviceParty(at.app))).user_code).to.be.a('string');
    expect(await visitor.submit(page, { user_code: code })).to.include({ status: 422 });
  });
});

/** `session.idle_minutes`: a session that nobody uses ends before its time. */
import { expect } from 'chai';
import * as client from 'openid-client';
import { PASSWORD } from '../../../support/app.ts';
import { createStoreActs } from '../../../support/stores/store-acts.ts';
import type { Visitor } from '../../../support/visitor.ts';
import { MINUTE } from '../machine-clock.ts';
import { askAgain, errorOf, interaction, MFA, nextCode, redeem, refusal, tokensFor } from '../story.ts';

const IDLE = 30;

describe('a session with an idle limit', () => {
  const acts = createStoreActs();
  const at = interaction(() => ({ session: { absolute_hours: 2, idle_minutes: IDLE } }), {
    around: (stores) => acts.around(stores),
  });

  const pass = (minutes: number) => at.clock.nextStep(minutes * MINUTE);
  const silently = async (visitor: Visitor) =>
    errorOf(await askAgain(visitor, at.rp, { prompt: 'none' })) ?? 'signed in';
  const pageOf = async (visitor: Visitor) => (await visitor.open('/account')).name;
  /** Saves of the provider's models that last for a sign-in at most. */
  const saves = () =>
    acts
      .take()
      .filter(({ store, act }) => store === 'providerShortLived' && ['replace', 'upsert'].includes(act));

  it('ends when nobody uses it, for applications and for pages of the account [U.3]', async () => {
    const { visitor } = await tokensFor(at.app, at.rp, 'app@open.test');
    pass(IDLE - 1);
    expect(await silently(visitor)).to.equal('signed in');
    pass(IDLE + 1);
    expect(await silently(visitor)).to.equal('login_required');
    const other = await tokensFor(at.app, at.rp, 'app@open.test');
    pass(IDLE + 1);
    expect(await pageOf(other.visitor)).to.equal('sign-in');
  });

  it('goes on by each sign-in of an application, and ends at its time all the same [U.3]', async () => {
    const { visitor } = await tokensFor(at.app, at.rp, 'app@open.test');
    for (let minutes = 20; minutes < 120; minutes += 20) {
      pass(20);
      expect(await silently(visitor), `after ${minutes} min`).to.equal('signed in');
    }
    pass(21);
    expect(await silently(visitor)).to.equal('login_required');
  });

  it('goes on by the pages of the account [U.3]', async () => {
    const { visitor } = await tokensFor(at.app, at.rp, 'app@open.test');
    for (let minutes = 20; minutes < 100; minutes += 20) {
      pass(20);
      expect(await pageOf(visitor), `after ${minutes} min`).to.equal('account');
    }
    pass(20);
    expect(await silently(visitor)).to.equal('signed in');
  });

  it('goes on by the pages of a step-up [U.3]', async () => {
    const { visitor } = await tokensFor(at.app, at.rp, 'app@plain.test');
    pass(20);
    const page = await askAgain(visitor, at.rp, { acr_values: MFA });
    expect(page.name).to.equal('enter-code');
    for (let times = 0; times < 2; times += 1) {
      pass(7);
      await visitor.get(new URL(page.url).pathname);
    }
    pass(20);
    expect(await silently(visitor)).to.equal('signed in');
  });

  it('ends for a cookie that was kept, and comes back with no later configuration [A86]', async () => {
    const { visitor } = await tokensFor(at.app, at.rp, 'app@open.test');
    const cookie = visitor.jar.getCookieStringSync(at.app.origin);
    pass(IDLE + 1);
    const replay = async () =>
      errorOf(await at.app.visitor().get(await at.rp.authorizationUrl({ prompt: 'none' }), { cookie }));
    expect(await replay()).to.equal('login_required');
    await at.app.reload({ session: { absolute_hours: 2 } });
    expect(await replay()).to.equal('login_required');
    await at.app.reload({ session: { absolute_hours: 2, idle_minutes: IDLE } });
  });

  it('ends at once under a shorter limit of a new configuration [B.2]', async () => {
    const { visitor } = await tokensFor(at.app, at.rp, 'app@open.test');
    pass(10);
    await at.app.reload({ session: { absolute_hours: 2, idle_minutes: 5 } });
    expect(await silently(visitor)).to.equal('login_required');
    await at.app.reload({ session: { absolute_hours: 2, idle_minutes: IDLE } });
  });

  it('is used by nobody who uses its tokens, which end with it [U.3]', async () => {
    await at.app.reload({ session: { absolute_hours: 2, idle_minutes: 5 } });
    const { visitor, tokens, claims } = await tokensFor(at.app, at.rp, 'app@open.test');
    const told = () => client.fetchUserInfo(at.rp.configuration, tokens.access_token, claims.sub);
    for (const minutes of [2, 2]) {
      pass(minutes);
      expect((await told()).sub).to.equal(claims.sub);
    }
    pass(2);
    expect(await refusal(told())).to.equal('invalid_token');
    expect(await silently(visitor)).to.equal('login_required');
    await at.app.reload({ session: { absolute_hours: 2, idle_minutes: IDLE } });
  });

  it('leaves the time of a sign-in that begins as it is [U.3]', async () => {
    await at.app.reload({ session: { absolute_hours: 2, idle_minutes: 1 } });
    const visitor = at.app.visitor();
    await visitor.open(await at.rp.authorizationUrl());
    pass(5);
    await visitor.signIn('app@open.test', PASSWORD);
    pass(5);
    const end = await visitor.enterCode(nextCode(at.app));
    expect((await redeem(at.rp, end)).claims.acr).to.equal(MFA);
    await at.app.reload({ session: { absolute_hours: 2, idle_minutes: IDLE } });
  });

  it('is saved once a minute at most by pages, and never without a limit [U.3]', async () => {
    const { visitor } = await tokensFor(at.app, at.rp, 'app@open.test');
    saves();
    await pageOf(visitor);
    expect(saves()).to.have.length(0);
    pass(2);
    for (let times = 0; times < 5; times += 1) await pageOf(visitor);
    expect(saves()).to.have.length(1);
    await at.app.reload({ session: { absolute_hours: 2 } });
    pass(20);
    for (let times = 0; times < 5; times += 1) await pageOf(visitor);
    expect(saves()).to.have.length(0);
    await at.app.reload({ session: { absolute_hours: 2, idle_minutes: IDLE } });
  });
});

/**
 * The end of a browser's trust ends everything that relied on it: sessions, prompt=none, refresh tokens, userinfo,
 * introspection.
 */
import { expect } from 'chai';
import * as client from 'openid-client';
import { createFactors } from '../../../../src/use-cases/administration/factors.ts';
import { createEventLog } from '../../../../src/use-cases/events/event-log.ts';
import { SECRET } from '../../../support/app.ts';
import type { Visitor } from '../../../support/visitor.ts';
import { DAY } from '../../oidc/machine-clock.ts';
import {
  askAgain,
  errorOf,
  interaction,
  MFA,
  nextCode,
  post,
  redeem,
  refresh,
  refusal,
  SFA,
  type SignedIn,
  signIn,
} from '../../oidc/story.ts';
import { accounts, givePassword, lastRemoval, member, removeAt, removeWith, withApp } from '../members.ts';
import { livingOnTrust, openSecurity, signInAgain, trust, trusting } from './trust.ts';

const TABLET = 'NXUDEDWYJLU4KT2NCK3K42UBFT6AJJ2V';
const ALLOWED = trusting('open', 'strict');
const OFFLINE = { scope: 'openid offline_access' };

describe('the trust in a browser', () => {
  const s = interaction(() => ({
    ...ALLOWED,
    ...accounts(
      ...'ann ben cat dan eve fay gus hal'.split(' ').map((name) => withApp(name, 'strict')),
      ...['ida', 'jan'].map((name) =>
        member(name, 'strict', {
          factors: [
            { method: 'totp', secret: SECRET },
            { method: 'totp', secret: TABLET },
          ],
        }),
      ),
    ),
  }));

  async function idOf(email: string): Promise<string> {
    return (await s.app.parts.stores.accounts.findByEmail(email))?.id ?? '';
  }

  /** The owner, in another browser, with the phone. */
  async function owner(email: string): Promise<Visitor> {
    const { visitor } = await givePassword(s, email);
    await visitor.enterCode(nextCode(s.app));
    return visitor;
  }

  const isActive = async (token = '') => (await post(s.app, '/token/introspection', { token })).body.active;
  const userInfo = ({ tokens, claims }: SignedIn) =>
    client.fetchUserInfo(s.rp.configuration, tokens.access_token, claims.sub);

  async function expectAlive(lives: SignedIn): Promise<void> {
    expect(errorOf(await askAgain(lives.visitor, s.rp, { prompt: 'none' }))).to.equal(null);
    expect(await isActive(lives.tokens.access_token)).to.equal(true);
    expect(await isActive(lives.tokens.refresh_token)).to.equal(true);
    expect((await userInfo(lives)).sub).to.equal(lives.claims.sub);
    expect((await lives.visitor.open('/account')).name).to.equal('account');
  }

  /** `next`: the page that a person is led to. */
  async function expectEnded(lives: SignedIn, next = 'enter-code'): Promise<void> {
    expect(errorOf(await askAgain(lives.visitor, s.rp, { prompt: 'none' }))).to.equal('interaction_required');
    expect(await isActive(lives.tokens.access_token)).to.equal(false);
    expect(await isActive(lives.tokens.refresh_token)).to.equal(false);
    expect(await refusal(userInfo(lives))).to.equal('invalid_token');
    expect(await refusal(refresh(s.rp, lives.tokens.refresh_token))).to.equal('invalid_grant');
    expect((await lives.visitor.open('/account')).name).to.equal(next);
    const rp2 = await s.app.relyingParty('rp2');
    expect((await askAgain(lives.visitor, rp2)).name).to.equal(next);
  }

  it('ends when its owner revokes it [B.2]', async () => {
    const lives = await livingOnTrust(s, 'ann@strict.test');
    await expectAlive(lives);
    const visitor = await owner('ann@strict.test');
    await removeWith(visitor, await openSecurity(s, visitor), 'remove-trusted-browser');
    await expectEnded(lives);
    const end = await lives.visitor.enterCode(nextCode(s.app));
    const rp2 = await s.app.relyingParty('rp2');
    expect(errorOf(end)).to.equal(null);
    expect((await redeem(rp2, await askAgain(lives.visitor, rp2))).claims.acr).to.equal(MFA);
  });

  it('ends when the tenant forbids it, also for the time when it is allowed again [B.2]', async () => {
    const lives = await livingOnTrust(s, 'ben@strict.test');
    await s.app.reload(trusting('open'));
    try {
      await expectEnded(lives);
      expect((await signInAgain(s, 'ben@strict.test', lives.visitor)).name).to.equal('enter-code');
    } finally {
      await s.app.reload(ALLOWED);
    }
    await expectEnded(lives);
    expect((await signInAgain(s, 'ben@strict.test', lives.visitor)).name).to.equal('enter-code');
    const { audit } = s.app.parts.stores;
    const [revoked] = await audit
      .list({ tenantId: 'strict', limit: 100 })
      .then((lines) =>
        lines.filter(({ event, accountId }) => event === 'browser.revoked' && accountId === null),
      );
    expect(revoked?.reason).to.equal('enforced');
    const anew = await trust(s, 'ben@strict.test', lives.visitor);
    expect(errorOf(anew.end)).to.equal(null);
    expect(errorOf(await signInAgain(s, 'ben@strict.test', lives.visitor))).to.equal(null);
  });

  it('ends when a factor is enrolled [A58]', async () => {
    const lives = await livingOnTrust(s, 'cat@strict.test');
    const visitor = await owner('cat@strict.test');
    const page = await visitor.follow(await visitor.submit(await openSecurity(s, visitor), {}, 'set-up'));
    await expectAlive(lives);
    await visitor.enterCode(nextCode(s.app, page.mark('secret')));
    await expectEnded(lives);
  });

  it('ends when a factor is removed [A58]', async () => {
    const lives = await livingOnTrust(s, 'ida@strict.test');
    const visitor = await owner('ida@strict.test');
    const page = await openSecurity(s, visitor);
    // The second one listed: the phone in the owner's hand stays.
    expect((await removeAt(visitor, page, lastRemoval(page))).status).to.equal(303);
    await expectEnded(lives);
  });

  it('ends when an operator removes one factor or all [A58]', async () => {
    const { stores } = s.app.parts;
    const { random } = s.app.parts;
    const events = createEventLog({ ...stores, subscribers: [], clock: s.clock, random, log: () => {} });
    const factors = createFactors({ ...stores, endSessions: null, events, actor: 'operator' });
    const lives = await livingOnTrust(s, 'jan@strict.test');
    const id = await idOf('jan@strict.test');
    const [, tablet] = await factors.list(id);
    await factors.remove(id, { id: tablet?.id ?? '' });
    await expectEnded(lives);

    const other = await livingOnTrust(s, 'dan@strict.test');
    await factors.remove(await idOf('dan@strict.test'), 'all');
    await expectEnded(other, 'set-up-choose');
  });

  it('ends after 30 days, together with the refresh tokens of sign-ins based on it', async () => {
    const { visitor } = await trust(s, 'eve@strict.test');
    s.clock.nextStep(20 * DAY);
    const { tokens } = await redeem(s.rp, await signInAgain(s, 'eve@strict.test', visitor, OFFLINE));
    s.clock.nextStep(9 * DAY);
    const refreshed = await refresh(s.rp, tokens.refresh_token);
    expect(refreshed.claims()?.acr).to.equal(SFA);
    s.clock.nextStep(DAY);
    expect(await refusal(refresh(s.rp, refreshed.refresh_token))).to.equal('invalid_grant');
  });

  it('ends without an effect on sign-ins with a second factor', async () => {
    const visitor = s.app.visitor();
    const end = await signIn(s.app, visitor, await s.rp.authorizationUrl(OFFLINE), 'fay@strict.test');
    const full = { visitor, ...(await redeem(s.rp, end)) };
    const lives = await livingOnTrust(s, 'fay@strict.test');
    await s.app.parts.stores.trustedBrowsers.removeAll(await idOf('fay@strict.test'));
    await expectEnded(lives);
    await expectAlive(full);
  });

  it('ends without an effect on other accounts in the same browser', async () => {
    const { visitor } = await trust(s, 'gus@strict.test');
    const lives = await livingOnTrust(s, 'hal@strict.test');
    await s.app.parts.stores.trustedBrowsers.removeAll(await idOf('gus@strict.test'));
    expect((await signInAgain(s, 'gus@strict.test', visitor)).name).to.equal('enter-code');
    await expectAlive(lives);
  });

  it('lets none of 50 requests pass after its end', async () => {
    const lives = await livingOnTrust(s, 'gus@strict.test');
    await s.app.parts.stores.trustedBrowsers.removeAll(await idOf('gus@strict.test'));
    const urls = await Promise.all(
      Array.from({ length: 50 }, () => s.rp.authorizationUrl({ prompt: 'none' })),
    );
    const answers = await Promise.all(urls.map((url) => lives.visitor.get(url)));
    expect(new Set(answers.map(errorOf))).to.deep.equal(new Set(['interaction_required']));
  });
});

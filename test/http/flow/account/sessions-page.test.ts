/** The page of sessions: what it lists, and how a session on it ends. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { toldApplications } from '../../../support/hosts/told-application.ts';
import { ipv4Network, mmdbFile, UTRECHT } from '../../../support/mmdb.ts';
import type { Page } from '../../../support/pages/page.ts';
import { makeDataDir, removeDataDir } from '../../../support/stores/embedded.ts';
import type { Visitor } from '../../../support/visitor.ts';
import { MINUTE } from '../../oidc/machine-clock.ts';
import {
  askAgain,
  confidential,
  errorOf,
  interaction,
  redeem,
  refresh,
  refusal,
  type SignedIn,
  signIn,
  tokensFor,
  withClients,
} from '../../oidc/story.ts';
import { accounts, withApp } from '../members.ts';
import { openAccount, send } from './own-account.ts';

const OFFLINE = { scope: 'openid offline_access' };
const PHONE = { 'user-agent': 'Mozilla/5.0 (iPhone; CPU iPhone OS 26_0) Version/26.0 Mobile Safari/604.1' };

describe('the page of sessions', () => {
  const applications = toldApplications();
  const folder = makeDataDir();
  const places = join(folder, 'places.mmdb');
  writeFileSync(places, mmdbFile([{ bits: ipv4Network('203.0.113.0/24'), data: UTRECHT }]));
  const s = interaction(() => ({
    listen: { trusted_proxies: 1 },
    geo: { database: places },
    ...withClients(
      confidential('shop', { client_name: 'The <b>Shop</b>', ...applications.metadata('shop') }),
    ),
    ...accounts(...'ann ben cat dan eve fay gus'.split(' ').map((name) => withApp(name, 'open'))),
  }));
  after(() => removeDataDir(folder));
  const at = (name: string) => `${name}@open.test`;

  const open = (name: string, visitor?: Visitor) =>
    openAccount(s, at(name), { ...(visitor && { visitor }), path: '/account/sessions' });

  /** Signed in to the shop by a phone in Utrecht. */
  async function byPhone(name: string): Promise<SignedIn> {
    const shop = await s.app.relyingParty('shop');
    const visitor = s.app.visitor({ headers: { ...PHONE, 'x-forwarded-for': '203.0.113.9' } });
    const url = await shop.authorizationUrl(OFFLINE);
    await visitor.open(url);
    return { visitor, ...(await redeem(shop, await signIn(s.app, visitor, url, at(name)))) };
  }

  const idOf = (page: Page) => String(page.$('button[name=end]').first().val());
  const end = (visitor: Visitor, page: Page, id: string) => {
    const token = String(page.$('form[action="/account/sessions"] [name=_token]').val());
    return visitor.post('/account/sessions', { end: id, _token: token });
  };
  const isOut = async (visitor: Visitor) =>
    errorOf(await askAgain(visitor, s.rp, { prompt: 'none' })) === 'login_required';

  it('lists each with browser, place, times and applications, and marks this one', async () => {
    await byPhone('ann');
    s.clock.set(s.clock.now() + MINUTE);
    const { page } = await open('ann');
    const rows = page.$('[data-mark=session]').toArray();
    expect(rows).to.have.length(2);
    const [own, phone] = rows.map((row) => page.$(row).text().replace(/\s+/g, ' '));
    expect(own).to.include('Firefox, Linux').and.include('This browser').and.include('127.0.0.0/24');
    expect(phone)
      .to.include('Safari, iPhone')
      .and.include('Utrecht, Netherlands')
      .and.include('The <b>Shop</b>');
    expect(page.text).not.to.include('<b>Shop').and.not.include('203.0.113.9');
    expect(page.$('[data-mark=session]:has([data-mark=this-session]) button')).to.have.lengthOf(0);
    expect(page.marks('this-session')).to.have.length(1);
    const dutch = await s.app.visitor({ headers: { 'accept-language': 'nl' } });
    expect((await open('ann', dutch)).page.text).to.include('Utrecht, Nederland');
  });

  it('ends one without a fresh factor: its browser, its refresh token and its applications [A120]', async () => {
    const phone = await byPhone('ben');
    const { visitor } = await open('ben');
    s.clock.set(s.clock.now() + 10 * MINUTE);
    const done = await send(visitor, await visitor.open('/account/sessions'), {}, 'end');
    expect([done.name, done.marks('session').length]).to.deep.equal(['sessions', 1]);
    expect(done.$('[role=status]').text()).to.equal('Signed out there.');
    expect(await isOut(phone.visitor)).to.equal(true);
    const shop = await s.app.relyingParty('shop');
    expect(await refusal(refresh(shop, phone.tokens.refresh_token))).to.equal('invalid_grant');
    const [told] = await applications.expect(1);
    expect((await applications.claimsOf(told, s.app.origin)).sid).to.equal(phone.claims.sid);
    expect((await visitor.open('/account/sessions')).name, 'this session goes on').to.equal('sessions');
    const { id = '' } = (await s.app.parts.stores.accounts.findByEmail(at('ben'))) ?? {};
    const lines = await s.app.parts.stores.audit.list({ accountId: id, limit: 5 });
    expect(lines.map(({ event }) => event)).to.include('session.ended');
  });

  it('ends all others, and keeps this one', async () => {
    const phones = [await byPhone('cat'), await byPhone('cat')];
    const { visitor, page } = await open('cat');
    const done = await send(visitor, page, {}, 'end-others');
    expect(done.marks('session')).to.have.length(1);
    expect(await Promise.all(phones.map((phone) => isOut(phone.visitor)))).to.deep.equal([true, true]);
    await applications.expect(2);
    expect(await isOut(visitor)).to.equal(false);
  });

  it('does nothing for the session of another account, an unknown one, and a form of another page [A56]', async () => {
    const victim = await open('dan');
    const thief = await open('eve');
    const { id = '' } = (await s.app.parts.stores.accounts.findByEmail(at('dan'))) ?? {};
    const [record] = await s.app.parts.stores.records.listByAccount(id, s.clock.now());
    for (const foreign of [record?.sessionUid ?? '', 'unknown', ''])
      expect((await end(thief.visitor, thief.page, foreign)).status, foreign).to.equal(404);
    expect(await isOut(victim.visitor)).to.equal(false);
    await byPhone('eve');
    const own = idOf(await thief.visitor.open('/account/sessions'));
    const forged = await thief.visitor.post('/account/sessions', { end: own, _token: 'x' });
    expect(forged.status).to.equal(403);
    expect((await thief.visitor.get(`/account/sessions?end=${own}`)).status, 'a GET ends nothing').to.equal(
      200,
    );
    expect((await thief.visitor.open('/account/sessions')).marks('session')).to.have.length(2);
  });

  it('lists a session that was left while an application has a token that outlives it', async () => {
    const { visitor, tokens } = await tokensFor(s.app, s.rp, at('fay'), OFFLINE);
    const page = await visitor.open('/session/end');
    await visitor.follow(await visitor.submit(page, {}));
    const own = await open('fay');
    expect(own.page.marks('session')).to.have.length(2);
    expect(own.page.text).to.include('Signed out in the browser, but applications still have access');
    await refresh(s.rp, tokens.refresh_token);
    await send(own.visitor, own.page, {}, 'end');
    expect(await refusal(refresh(s.rp, tokens.refresh_token))).to.equal('invalid_grant');
    const gone = s.app.visitor();
    await open('fay', gone);
    await gone.follow(await gone.submit(await gone.open('/session/end'), {}));
    const after = await own.visitor.open('/account/sessions');
    expect(after.marks('session'), 'left with nothing').to.have.length(1);
  });

  it('tells the last use: of single sign-on and of a token, noted every ten minutes', async () => {
    const { visitor, tokens } = await tokensFor(s.app, s.rp, at('gus'), OFFLINE);
    const { id = '' } = (await s.app.parts.stores.accounts.findByEmail(at('gus'))) ?? {};
    const lastUse = async () => {
      const [record] = await s.app.parts.stores.records.listByAccount(id, s.clock.now());
      return s.clock.now() - (record?.lastUsedAt ?? 0);
    };
    s.clock.set(s.clock.now() + 9 * MINUTE);
    await refresh(s.rp, tokens.refresh_token);
    expect(await lastUse(), 'too soon to be noted').to.be.at.least(9 * MINUTE);
    s.clock.set(s.clock.now() + 2 * MINUTE);
    await refresh(s.rp, tokens.refresh_token);
    expect(await lastUse(), 'a refresh').to.be.below(MINUTE);
    s.clock.set(s.clock.now() + 11 * MINUTE);
    await askAgain(visitor, s.rp, { prompt: 'none' });
    expect(await lastUse(), 'single sign-on').to.be.below(MINUTE);
  });
});

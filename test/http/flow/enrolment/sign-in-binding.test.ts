/** A sign-in belongs to one browser, a form to its page, and a page to this site. */
import { expect } from 'chai';
import { PASSWORD } from '../../../support/app.ts';
import type { Visitor } from '../../../support/visitor.ts';
import { interaction, nextCode } from '../../oidc/story.ts';
import { accounts, arrive, givePassword, hasCode, uidOf, withApp } from '../members.ts';

const GONE = [400, 'error', 'session_expired'];

describe('the binding of a sign-in to its browser', () => {
  const s = interaction(() =>
    accounts(...['ann', 'ben', 'cat', 'dan', 'eve', 'fay', 'gus'].map((name) => withApp(name, 'strict'))),
  );

  async function code(visitor: Visitor): Promise<boolean> {
    return hasCode(await visitor.enterCode(nextCode(s.app)));
  }

  it('refuses its URL in another browser, and continues in its own [A6]', async () => {
    const { visitor, page } = await givePassword(s, 'ann@strict.test');
    const other = s.app.visitor();
    const base = `/interaction/${uidOf(page)}`;
    for (const path of ['', '/sign-in', '/second-factor', '/second-factor/verify/totp', '/consent']) {
      const answer = await other.get(base + path);
      expect([answer.status, answer.name, answer.error], path).to.deep.equal(GONE);
    }
    const posted = await other.submit(page, { code: nextCode(s.app) });
    expect([posted.status, posted.name, posted.error]).to.deep.equal(GONE);
    expect((await other.submit(page, {}, 'cancel')).status).to.equal(400);
    expect((await other.get(`/auth/${uidOf(page)}`)).status).to.equal(400);
    expect(await code(visitor)).to.equal(true);
  });

  it('refuses the cookie of another sign-in [A6]', async () => {
    const one = await givePassword(s, 'ben@strict.test');
    const two = await givePassword(s, 'cat@strict.test');
    const cookies = one.visitor.jar.getCookiesSync(one.page.url);
    const cookie = cookies.map((each) => each.cookieString()).join('; ');
    expect((await s.app.visitor().get(one.page.url, { cookie })).name).to.equal('enter-code');
    const crossed = await s.app.visitor().get(two.page.url, { cookie });
    expect([crossed.status, crossed.name, crossed.error]).to.deep.equal(GONE);
    expect(crossed.text).not.to.include('cat@strict.test');
  });

  it('shows no form to a victim who follows a link to another person’s sign-in [A7]', async () => {
    const attacker = await arrive(s);
    const victim = s.app.visitor();
    const lured = await victim.open(attacker.page.url);
    expect([lured.status, lured.name]).to.deep.equal([400, 'error']);
    const fields = { email: 'dan@strict.test', password: PASSWORD };
    expect((await victim.submit(attacker.page, fields)).status).to.equal(400);
    expect((await attacker.visitor.open(attacker.page.url)).name).to.equal('sign-in');
  });

  it('ignores a cookie without our signature [A8]', async () => {
    const { visitor, page } = await givePassword(s, 'dan@strict.test');
    const uid = uidOf(page);
    const [signature] = visitor.jar.getCookiesSync(page.url).filter(({ key }) => key === '_interaction.sig');
    for (const cookie of [
      `_interaction=${uid}`,
      `_interaction=${uid}; _interaction.sig=AAAAAAAAAAAAAAAAAAAAAAAAAAA`,
      `_interaction=${uid}x; _interaction.sig=${signature?.value}`,
      `_interaction.sig=${signature?.value}`,
    ]) {
      const answer = await s.app.visitor().get(page.url, { cookie });
      expect([answer.status, answer.name, answer.error], cookie).to.deep.equal(GONE);
    }
    expect(await code(visitor)).to.equal(true);
  });

  it('refuses a form without its token, or with one of another page, sign-in or person [A56]', async () => {
    const { visitor, page } = await givePassword(s, 'eve@strict.test');
    const other = await givePassword(s, 'fay@strict.test');
    const signInPage = (await arrive(s, visitor)).page;
    await visitor.open(page.url);
    const tokens = [other.page, signInPage].map((from) => from.form({}).body.get('_token') ?? '');
    const cancel = page.form({}, 'cancel').body.get('_token') ?? '';
    for (const token of ['', 'x', ...tokens, cancel]) {
      const refused = await visitor.submit(page, { code: nextCode(s.app), _token: token });
      expect([refused.status, refused.name, refused.error], token).to.deep.equal([403, 'error', 'forbidden']);
    }
    const { action, body } = page.form({ code: nextCode(s.app) });
    body.delete('_token');
    expect((await visitor.post(action, Object.fromEntries(body))).status).to.equal(403);
    await visitor.open(page.url);
    expect(await code(visitor)).to.equal(true);
  });

  it('refuses a form of another site on the sign-in page (login CSRF) and on every other [A57 A56]', async () => {
    const { visitor, page } = await arrive(s);
    const evil = 'https://evil.test';
    for (const headers of [
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { origin: evil },
      { origin: 'null' },
      { origin: evil, 'sec-fetch-site': null },
      { origin: null, 'sec-fetch-site': null },
      { origin: null, 'sec-fetch-site': null, referer: `${evil}/${s.app.origin}/` },
    ]) {
      const refused = await visitor.submit(
        page,
        { email: 'gus@strict.test', password: PASSWORD },
        undefined,
        headers,
      );
      expect([refused.status, refused.name, refused.error]).to.deep.equal([403, 'error', 'forbidden']);
    }
    await visitor.open(page.url);
    const second = await visitor.signIn('gus@strict.test', PASSWORD);
    const crossed = await visitor.submit(second, { code: nextCode(s.app) }, undefined, { origin: evil });
    expect(crossed.status).to.equal(403);
    await visitor.open(second.url);
    expect(await code(visitor)).to.equal(true);
  });

  it('changes nothing by a GET or by a body that is not a form [A56]', async () => {
    const { visitor, page } = await givePassword(s, 'ann@strict.test');
    const base = `/interaction/${uidOf(page)}/second-factor`;
    expect((await visitor.get(`${base}/cancel`)).status).to.equal(404);
    const { action, body } = page.form({ code: nextCode(s.app) });
    const json = JSON.stringify(Object.fromEntries(body));
    for (const type of ['text/plain', 'application/json', 'multipart/form-data; boundary=x']) {
      const answer = await visitor.post(action, { [json]: '' }, { 'content-type': type });
      expect([answer.status, answer.name], type).to.deep.equal([400, 'error']);
    }
    expect((await visitor.open(page.url)).name).to.equal('enter-code');
    expect(await code(visitor)).to.equal(true);
    const security = await visitor.open('/account/security');
    expect(security.name).to.equal('security');
    expect((await visitor.get(`${security.url}/set-up`)).status).to.equal(404);
    // The questions before a removal: to look at them removes nothing.
    // The policy requires the factor, so the questions before a removal lead back to the page.
    expect(security.$('[data-mark=factor]').length).to.equal(1);
    const remove = security.$('form[action$="/rename"]').attr('action')?.replace('/rename', '/remove') ?? '';
    for (const path of ['/account/security/turn-off', remove]) {
      const shown = await visitor.open(path);
      expect([shown.name, shown.$('[data-mark=factor]').length], path).to.deep.equal(['security', 1]);
    }
    expect((await visitor.get('/locale')).status).to.equal(404);
  });
});

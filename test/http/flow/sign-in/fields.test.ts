/** Fields that no form has, names that other people's parsers trip over, and the status of every answer. */
import { expect } from 'chai';
import { PASSWORD } from '../../../support/app.ts';
import type { Page } from '../../../support/pages/page.ts';
import { claimsOf, interaction, nextCode, partyOf } from '../../oidc/story.ts';
import { accounts, arrive, givePassword, hasCode, member, uidOf, withApp } from '../members.ts';

const HOSTILE: readonly Readonly<Record<string, string>>[] = [
  { 'email[$gt]': '' },
  { 'code[$ne]': 'null' },
  { $where: 'sleep(1000)' },
  { 'id[$in][]': 'x' },
  { 'two_factor[verified]': 'true' },
  { ['__proto__']: '1' },
  { 'a.b': '1' },
  { 'constructor.prototype.isAdmin': '1' },
  { '__proto__[polluted]': '1' },
  { 'settings[view options][client]': '1' },
  { 'settings[view options][outputFunctionName]': 'x;process.exit(1);s' },
];

describe('unexpected form fields', () => {
  const s = interaction(() => ({
    ...accounts(
      ...['ann', 'ben', 'cat', 'dan'].map((name) => withApp(name, 'strict')),
      member('eve', 'strict'),
      member('u2', 'strict'),
    ),
  }));

  it('with brackets, dots and dollars in their names are refused as malformed on every form [A88 A89 A90]', async () => {
    const { visitor, page } = await arrive(s);
    const signIn = { email: 'ann@strict.test', password: PASSWORD };
    for (const extra of HOSTILE) {
      const refused = await visitor.submit(page, { ...signIn, ...extra });
      expect([refused.status, refused.name], JSON.stringify(extra)).to.deep.equal([400, 'error']);
    }
    await visitor.open(page.url);
    const second = await visitor.signIn('ann@strict.test', PASSWORD);
    for (const extra of HOSTILE) {
      for (const button of [undefined, 'cancel']) {
        const refused = await visitor.submit(second, { code: '000000', ...extra }, button);
        expect(refused.status, JSON.stringify(extra)).to.equal(400);
      }
    }
    await visitor.open(second.url);
    expect(hasCode(await visitor.enterCode(nextCode(s.app)))).to.equal(true);
    const security = await visitor.open('/account/security');
    for (const button of ['set-up', 'remove', 'rename', 'replace', 'turn-off', 'locale']) {
      if (security.$(`button[name=${button}]`).length === 0) continue;
      const refused = await visitor.submit(security, { 'factor[$ne]': '' }, button);
      expect(refused.status, button).to.equal(400);
    }
  });

  it('in a URL or a cookie change nothing [A89 A90]', async () => {
    const names = [
      '__proto__[polluted]=1',
      'constructor[prototype][polluted]=1',
      'settings[view options][client]=1',
    ];
    const engine = ['outputFunctionName=x', 'cache=1', 'debug=1', 'client=1', 'escapeFunction=x'];
    const visitor = s.app.visitor();
    const query = [...names, ...engine].map((each) => encodeURI(each)).join('&');
    const page = await visitor.get(`/account/return?error=x&${query}`, {
      cookie: '__proto__=1; constructor=2; __proto__[polluted]=1; locale=__proto__',
    });
    expect(page.name).to.equal('error');
    expect('polluted' in {}).to.equal(false);
    expect((await arrive(s)).page.name).to.equal('sign-in');
  });

  it('that claim a factor are ignored on the password form and on the code form [A13]', async () => {
    const lies = {
      skip: '1',
      method: 'none',
      amr: 'mfa',
      acr: 'phr',
      later: '1',
      two_factor: 'true',
      verified: '1',
    };
    const { visitor, page } = await arrive(s);
    const victim = await s.app.parts.stores.accounts.findByEmail('u2@strict.test');
    const given = { email: 'ben@strict.test', password: PASSWORD, accountid: victim?.id ?? '', ...lies };
    const second = await visitor.follow(await visitor.submit(page, given));
    expect(second.name).to.equal('enter-code');
    const wrong = await visitor.submit(second, { code: '000000', account_id: victim?.id ?? '', ...lies });
    expect([wrong.status, wrong.error]).to.deep.equal([422, 'code_invalid']);
    const camel = await visitor.submit(second, { code: '000000', accountId: victim?.id ?? '' });
    expect(camel.status).to.equal(400);
    await visitor.open(second.url);
    const end = await visitor.follow(
      await visitor.submit(visitor.page, { code: nextCode(s.app), account_id: victim?.id ?? '', ...lies }),
    );
    const owner = await s.app.parts.stores.accounts.findByEmail('ben@strict.test');
    const claims = claimsOf(await s.rp.exchange(end.location ?? ''));
    expect(claims.sub).to.equal(owner?.id);
    expect(claims.amr).to.deep.equal(['pwd', 'otp', 'mfa']);
  });

  it('naming a method that is not enrolled, not allowed or unknown are refused [A13 A105]', async () => {
    const { visitor, page } = await givePassword(s, 'cat@strict.test');
    const base = `/interaction/${uidOf(page)}/second-factor`;
    for (const method of ['sms', 'email', 'passkey', 'recovery', 'none', '__proto__', 'constructor', '']) {
      expect((await visitor.open(`${base}/verify/${method}`)).name, method).to.be.oneOf([
        'enter-code',
        'error',
      ]);
      expect(visitor.page.status, method).to.be.oneOf([200, 404]);
      const posted = await visitor.post(`${base}/verify/${method}`, { code: '000000', _token: 'x' });
      expect(posted.status, method).to.be.oneOf([403, 404]);
    }
    const setUp = await givePassword(s, 'eve@strict.test');
    const chooser = await setUp.visitor.open(setUp.page.url.replace('/totp', ''));
    for (const method of ['sms', 'none', 'constructor', '']) {
      const refused = await setUp.visitor.submit(chooser, { method });
      expect([refused.status, refused.name, refused.error], method).to.deep.equal([
        422,
        'set-up-choose',
        'method_not_allowed',
      ]);
    }
  });

  it('lead to 303 for every accepted form and 422 for every refused one, never to 307 [A85]', async () => {
    const seen: (readonly [string | null, number])[] = [];
    const note = (page: Page): Page => {
      seen.push([page.url.replace(/^.*second-factor/, ''), page.status]);
      return page;
    };
    const third = await partyOf(s.app, 'third');
    const { visitor, page } = await arrive({ app: s.app, rp: third });
    note(await visitor.submit(page, { email: 'dan@strict.test', password: 'wrong' }));
    note(await visitor.submit(page, { email: 'dan@strict.test', password: PASSWORD }));
    await visitor.follow(visitor.page);
    const code = visitor.page;
    note(await visitor.submit(code, { code: '000000' }));
    note(await visitor.submit(code, { code: nextCode(s.app) }));
    const consent = await visitor.follow(visitor.page);
    expect(consent.name).to.equal('consent');
    note(await visitor.submit(consent, {}, 'locale'));
    note(await visitor.submit(consent, {}, 'allow'));
    expect(hasCode(await visitor.follow(visitor.page))).to.equal(true);
    expect(seen.map(([, status]) => status)).to.deep.equal([422, 303, 422, 303, 303, 303]);
  });
});

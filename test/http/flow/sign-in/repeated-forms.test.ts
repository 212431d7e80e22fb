/** The same form sent twice, by an impatient finger or by the Back button, and a sign-in in two tabs. */
import { expect } from 'chai';
import { isFactor } from '../../../../src/domain/enrolment/enrolment.ts';
import { PASSWORD } from '../../../support/app.ts';
import type { Page } from '../../../support/pages/page.ts';
import type { Visitor } from '../../../support/visitor.ts';
import { interaction, nextCode, partyOf, redeem, tenantsWith } from '../../oidc/story.ts';
import { accounts, arrive, givePassword, hasCode, member, withApp } from '../members.ts';

type Fields = Readonly<Record<string, string>>;

/** How far apart the two clicks are: in the same moment, or the second one when the first was answered. */
const CLICKS = ['at once', 'one after the other'] as const;

describe('a form sent twice', () => {
  const s = interaction(() => ({
    ...tenantsWith('strict', { grace_days: 14 }),
    ...accounts(
      ...CLICKS.flatMap((_, n) => [
        withApp(`sign${n}`, 'open'),
        withApp(`code${n}`, 'open'),
        withApp(`allow${n}`, 'open'),
        withApp(`leave${n}`, 'open'),
        member(`choose${n}`, 'strict'),
        member(`later${n}`, 'strict'),
        member(`setup${n}`, 'strict', { groups: [] }),
      ]),
    ),
  }));

  /** The browser shows the answer to its last request, and goes on from there. */
  async function twice(visitor: Visitor, page: Page, fields: Fields, button?: string): Promise<Page[]> {
    const click = () => visitor.submit(page, fields, button);
    return Promise.all([click(), click()]);
  }

  async function pressed(
    clicks: (typeof CLICKS)[number],
    visitor: Visitor,
    page: Page,
    fields: Fields,
    button?: string,
  ): Promise<Page> {
    if (clicks === 'at once') {
      const answers = await twice(visitor, page, fields, button);
      expect(answers.map(({ status, error }) => [status, error])).to.deep.equal([
        [303, null],
        [303, null],
      ]);
      return visitor.putAway(answers.at(-1) ?? page);
    }
    const first = await visitor.submit(page, fields, button);
    expect(first.status).to.equal(303);
    const second = await visitor.submit(page, fields, button);
    expect([second.status, second.error]).to.deep.equal([303, null]);
    return visitor.putAway(second);
  }

  for (const [n, clicks] of CLICKS.entries()) {
    it(`continues one sign-in for the password, ${clicks}`, async () => {
      const { visitor, page } = await arrive(s);
      const fields = { email: `sign${n}@open.test`, password: PASSWORD };
      expect((await pressed(clicks, visitor, page, fields)).name).to.equal('enter-code');
      expect(hasCode(await visitor.enterCode(nextCode(s.app)))).to.equal(true);
    });

    it(`accepts a right code once, without an error, ${clicks} [A32]`, async () => {
      const email = `code${n}@open.test`;
      const { visitor, page } = await givePassword(s, email);
      const end = await pressed(clicks, visitor, page, { code: nextCode(s.app) });
      expect((await redeem(s.rp, end)).claims.amr).to.deep.equal(['pwd', 'otp', 'mfa']);
      const { accounts, audit, lockouts } = s.app.parts.stores;
      const account = await accounts.findByEmail(email);
      const events = await audit.list({ accountId: account?.id ?? '', limit: 50 });
      const codes = events.filter(({ event }) => event.startsWith('second_factor.'));
      expect(codes.map(({ event }) => event)).to.deep.equal(['second_factor.accepted']);
      expect((await lockouts.read(`second-factor:${account?.id}`)).failures).to.deep.equal({});
    });

    it(`makes one secret for the choice of a method, ${clicks}`, async () => {
      const { visitor, page } = await givePassword(s, `choose${n}@strict.test`);
      const shown = await pressed(clicks, visitor, page, { method: 'totp' });
      expect(shown.name).to.equal('set-up-totp');
      expect((await visitor.open(shown.url)).mark('secret')).to.equal(shown.mark('secret'));
    });

    it(`postpones an enrolment once, ${clicks}`, async () => {
      const { visitor, page } = await givePassword(s, `later${n}@strict.test`);
      expect(hasCode(await pressed(clicks, visitor, page, {}, 'later'))).to.equal(true);
    });

    it(`enrols one factor for the code of an enrolment, ${clicks}`, async () => {
      const email = `setup${n}@strict.test`;
      const { visitor } = await givePassword(s, email);
      const page = await visitor.chooseMethod('totp');
      const fields = { code: nextCode(s.app, page.mark('secret')), label: 'phone' };
      expect(hasCode(await pressed(clicks, visitor, page, fields))).to.equal(true);
      const account = await s.app.parts.stores.accounts.findByEmail(email);
      const factors = await s.app.parts.stores.enrolments.listByAccount(account?.id ?? '');
      expect(factors.filter(isFactor).map(({ label }) => label)).to.deep.equal(['phone']);
      expect(factors).to.have.length(2);
    });

    it(`grants consent once, ${clicks}`, async () => {
      const third = await partyOf(s.app, 'third');
      const { visitor } = await givePassword({ app: s.app, rp: third }, `allow${n}@open.test`);
      const consent = await visitor.enterCode(nextCode(s.app));
      const end = await pressed(clicks, visitor, consent, {}, 'allow');
      expect((await redeem(third, end)).tokens.access_token).to.be.a('string');
    });

    it(`cancels once, ${clicks}`, async () => {
      const { visitor, page } = await givePassword(s, `leave${n}@open.test`);
      const end = await pressed(clicks, visitor, page, {}, 'cancel');
      expect(new URL(end.location ?? '').searchParams.get('error')).to.equal('access_denied');
    });
  }

  it('makes one secret when the password form leads to several enrolments at once', async () => {
    const always = await partyOf(s.app, 'always');
    const { visitor, page } = await arrive({ app: s.app, rp: always });
    const fields = { email: 'new@open.test', password: PASSWORD };
    const shown = await pressed('at once', visitor, page, fields);
    expect(shown.name).to.equal('set-up-totp');
    expect(hasCode(await visitor.enterCode(nextCode(s.app, shown.mark('secret'))))).to.equal(true);
  });
});

describe('the Back button and several tabs', () => {
  const s = interaction(() => accounts(...['ann', 'ben', 'cat', 'dan'].map((name) => withApp(name, 'open'))));

  it('issue no second authorization code when the last form is sent again [A11]', async () => {
    const { visitor, page } = await givePassword(s, 'ann@open.test');
    const code = nextCode(s.app);
    const ended = await visitor.submit(page, { code });
    const resume = ended.location ?? '';
    expect(hasCode(await visitor.follow(ended))).to.equal(true);
    for (const again of [code, nextCode(s.app)]) {
      const refused = await visitor.submit(page, { code: again });
      expect([refused.status, refused.name, refused.error]).to.deep.equal([400, 'error', 'session_expired']);
    }
    expect(hasCode(await visitor.open(resume))).to.equal(false);
    expect(hasCode(await visitor.open(page.url))).to.equal(false);
  });

  it('issue one authorization code when two requests resume at once [A11]', async () => {
    const { visitor, page } = await givePassword(s, 'ben@open.test');
    const { location } = await visitor.submit(page, { code: nextCode(s.app) });
    const answers = await Promise.all([visitor.get(location ?? ''), visitor.get(location ?? '')]);
    expect(answers.filter(hasCode)).to.have.length(1);
  });

  it('continue the sign-in when the password is sent again', async () => {
    const { visitor, page } = await arrive(s);
    const signIn = { email: 'cat@open.test', password: PASSWORD };
    const first = await visitor.follow(await visitor.submit(page, signIn));
    const second = await visitor.follow(await visitor.submit(page, signIn));
    expect([first.name, second.name]).to.deep.equal(['enter-code', 'enter-code']);
    const other = await visitor.follow(await visitor.submit(page, { ...signIn, email: 'dan@open.test' }));
    expect(other.name).to.equal('enter-code');
    const wrong = await visitor.submit(page, { ...signIn, password: 'wrong' });
    expect(wrong.error).to.equal('credentials_invalid');
    await visitor.open(other.url);
    const { claims } = await redeem(s.rp, await visitor.enterCode(nextCode(s.app)));
    const dan = await s.app.parts.stores.accounts.findByEmail('dan@open.test');
    expect(claims.sub).to.equal(dan?.id);
  });

  it('complete two sign-ins in two tabs', async () => {
    const visitor = s.app.visitor();
    const one = (await givePassword(s, 'ann@open.test', visitor)).page;
    const two = (await givePassword(s, 'ann@open.test', visitor)).page;
    const code = nextCode(s.app);
    const end = await visitor.follow(await visitor.submit(one, { code }));
    expect(hasCode(end)).to.equal(true);
    // The session of the first tab answers the second, so the code is not checked again.
    const second = await visitor.follow(await visitor.submit(two, { code }));
    expect(hasCode(second)).to.equal(true);
    expect(second.location).not.to.equal(end.location);
  });

  it('ask to leave the first account when a second tab signs in to another', async () => {
    const visitor = s.app.visitor();
    const one = (await givePassword(s, 'ben@open.test', visitor)).page;
    const two = (await givePassword(s, 'cat@open.test', visitor)).page;
    await visitor.follow(await visitor.submit(one, { code: nextCode(s.app) }));
    const change = await visitor.follow(await visitor.submit(two, { code: nextCode(s.app) }));
    expect([change.status, change.name]).to.deep.equal([200, 'switch-account']);
    const { claims } = await redeem(s.rp, await visitor.follow(await visitor.submit(change, {})));
    const cat = await s.app.parts.stores.accounts.findByEmail('cat@open.test');
    expect(claims.sub).to.equal(cat?.id);
  });
});

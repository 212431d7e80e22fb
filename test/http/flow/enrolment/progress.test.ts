/** "Step 2 of 3": each page of a set-up says its place, and the pages that come are as many as were announced. */
import { expect } from 'chai';
import { PASSWORD, SECRET, standardConfig, type Yaml } from '../../../support/app.ts';
import type { Page } from '../../../support/pages/page.ts';
import { totpCode } from '../../../support/totp.ts';
import type { Visitor } from '../../../support/visitor.ts';
import { interaction, nextCode } from '../../oidc/story.ts';
import { givePassword, hasCode, member, words } from '../members.ts';
import { codeTo, phoneFor } from '../outbox.ts';

const SECURITY = '/account/security';

const TENANTS: Readonly<Record<string, Yaml>> = {
  single: { methods: ['totp'], set_up_proof: 'none' },
  proven: { methods: ['totp'] },
  several: { methods: ['totp', 'email', 'sms'] },
  alike: { methods: ['totp', 'sms'], set_up_proof: 'none' },
  grace: { methods: ['totp'], set_up_proof: 'none', grace_days: 7 },
};

function config(): Yaml {
  const { tenants, accounts } = standardConfig();
  const more = Object.entries(TENANTS).map(([id, secondFactor]) => ({
    id,
    name: id,
    second_factor: { enforcement: 'required', ...secondFactor },
  }));
  const people = Object.keys(TENANTS).flatMap((id) =>
    ['ann', 'ben', 'cat', 'dan', 'eve'].map((name) => member(name, id)),
  );
  const factors = [{ method: 'totp', secret: SECRET }];
  return {
    tenants: [...tenants, ...more],
    accounts: [...accounts, ...people, member('old', 'several', { factors })],
  };
}

describe('the place of a page in its set-up', () => {
  const s = interaction(config);

  /** Answers the page, and gives the page after it. */
  async function next(visitor: Visitor, page: Page, email: string, method: string): Promise<Page> {
    const phone = phoneFor(email.slice(0, 3));
    const go = async (fields: Readonly<Record<string, string>>, button?: string) =>
      visitor.follow(await visitor.submit(page, fields, button));
    switch (page.name) {
      case 'set-up-choose':
        return go({ method }, 'choose');
      case 'set-up-totp':
        return go({ code: totpCode(page.mark('secret').replaceAll(' ', ''), s.clock.now()) });
      case 'recovery-codes':
        return go({}, 'saved');
      default:
        if (page.$('[name=code]').length > 0)
          return go({ code: await codeTo(s.app, page.name === 'set-up-sms' ? phone : email) });
        return go(page.name === 'set-up-sms' ? { phone } : {}, 'send');
    }
  }

  /** The name and the place of each page, up to the application. A page that is shown again counts once. */
  async function walk(visitor: Visitor, first: Page, email: string, method: string): Promise<string[]> {
    const places: string[] = [];
    let page = first;
    while (page.name?.startsWith('set-up-') || page.name === 'recovery-codes') {
      const place = page.marks('step')[0] ?? '';
      const said = `${page.name} ${place}`.trim();
      const title = page.$('title').text();
      expect(title.includes(place), title).to.equal(true);
      if (places.at(-1) !== said) places.push(said);
      page = await next(visitor, page, email, method);
    }
    expect(hasCode(page) || page.name === 'security', `${page.name} ${page.url}`).to.equal(true);
    return places;
  }

  async function atSignIn(email: string, method = 'totp'): Promise<string[]> {
    const { visitor, page } = await givePassword(s, email);
    return walk(visitor, page, email, method);
  }

  it('counts the code and the recovery codes where one method is set up without a mailed code', async () => {
    expect(await atSignIn('ann@single.test')).to.deep.equal([
      'set-up-totp Step 1 of 2',
      'recovery-codes Step 2 of 2',
    ]);
  });

  it('counts the mailed code', async () => {
    expect(await atSignIn('ann@proven.test')).to.deep.equal([
      'set-up-proof Step 1 of 3',
      'set-up-totp Step 2 of 3',
      'recovery-codes Step 3 of 3',
    ]);
  });

  it('gives no total on the choice while it depends on the method, and the right one afterwards', async () => {
    expect(await atSignIn('ann@several.test', 'sms')).to.deep.equal([
      'set-up-choose Step 1',
      'set-up-proof Step 2 of 4',
      'set-up-sms Step 3 of 4',
      'recovery-codes Step 4 of 4',
    ]);
    expect(await atSignIn('ben@several.test', 'email')).to.deep.equal([
      'set-up-choose Step 1',
      'set-up-proof Step 2 of 3',
      'recovery-codes Step 3 of 3',
    ]);
  });

  it('counts the choice where all methods take as many pages, and where it may be postponed', async () => {
    expect(await atSignIn('ann@alike.test', 'sms')).to.deep.equal([
      'set-up-choose Step 1 of 3',
      'set-up-sms Step 2 of 3',
      'recovery-codes Step 3 of 3',
    ]);
    expect((await atSignIn('ann@grace.test'))[0]).to.equal('set-up-choose Step 1 of 3');
  });

  it('stays true for a person who goes back and chooses another method', async () => {
    const email = 'cat@several.test';
    const { visitor, page } = await givePassword(s, email);
    const proof = await visitor.follow(await visitor.submit(page, { method: 'totp' }, 'choose'));
    const asked = await next(visitor, proof, email, 'totp');
    const app = await next(visitor, asked, email, 'totp');
    expect(`${app.name} ${app.mark('step')}`).to.equal('set-up-totp Step 3 of 4');
    const chooser = await visitor.open(app.url.replace(/\/totp$/, ''));
    expect([chooser.name, chooser.marks('step')]).to.deep.equal(['set-up-choose', []]);
    expect((await walk(visitor, chooser, email, 'sms')).slice(1)).to.deep.equal([
      'set-up-sms Step 3 of 4',
      'recovery-codes Step 4 of 4',
    ]);
  });

  it('is told on the security page too, where nothing is chosen on a page of its own', async () => {
    const visitor = s.app.visitor();
    const { page } = await givePassword(s, 'old@several.test', visitor);
    expect(page.name).to.equal('enter-code');
    await visitor.enterCode(nextCode(s.app));
    const begun = await visitor.submit(await visitor.open(SECURITY), {}, 'set-up=sms');
    expect(await walk(visitor, await visitor.follow(begun), 'old@several.test', 'sms')).to.deep.equal([
      'set-up-sms Step 1 of 2',
      'recovery-codes Step 2 of 2',
    ]);
    // The codes are there now, and the set-up is one page.
    const again = await visitor.submit(await visitor.open(SECURITY), {}, 'set-up=totp');
    expect(await walk(visitor, await visitor.follow(again), 'old@several.test', 'totp')).to.deep.equal([
      'set-up-totp',
    ]);
    const renewed = await visitor.submit(await visitor.open(SECURITY), {}, 'new-recovery-codes');
    const codes = await visitor.follow(renewed);
    expect([codes.name, codes.marks('step'), codes.$('.done').length]).to.deep.equal([
      'recovery-codes',
      [],
      0,
    ]);
  });

  it('leads to recovery codes that say what was set up, in the language of the page', async () => {
    for (const [name, language, said] of [
      ['ben', 'en', 'Your authenticator app is set up.'],
      ['cat', 'nl', 'Je authenticator-app is ingesteld.'],
    ] as const) {
      const visitor = s.app.visitor({ headers: { 'accept-language': language } });
      const { page } = await givePassword(s, `${name}@single.test`, visitor);
      const codes = await next(visitor, page, `${name}@single.test`, 'totp');
      expect(codes.$('[role=status].done').text().trim()).to.equal(said);
    }
  });

  it('leads back from a page of a set-up that is done to where the person is, and to no secret', async () => {
    const email = 'dan@single.test';
    const { visitor, page } = await givePassword(s, email);
    const codes = await next(visitor, page, email, 'totp');
    const back = await visitor.open(page.url);
    expect([back.status, back.name]).to.deep.equal([200, 'recovery-codes']);
    expect(back.text).not.to.include(page.mark('secret'));
    // The page that the browser has kept is sent again.
    const again = await next(visitor, page, email, 'totp');
    expect([again.status, again.name]).to.deep.equal([200, 'recovery-codes']);
    const account = await s.app.parts.stores.accounts.findByEmail(email);
    const factors = await s.app.parts.stores.enrolments.listByAccount(account?.id ?? '');
    expect(factors.map(({ method }) => method)).to.have.members(['totp', 'recovery']);
    expect(hasCode(await next(visitor, codes, email, 'totp'))).to.equal(true);
  });

  it('leads back to the security page after a set-up there', async () => {
    const visitor = s.app.visitor();
    await visitor.open(SECURITY);
    await visitor.signIn('new@open.test', PASSWORD);
    const begun = await visitor.submit(await visitor.open(SECURITY), {}, 'set-up=totp');
    const page = await visitor.follow(begun);
    const codes = await next(visitor, page, 'new@open.test', 'totp');
    for (const url of [page.url, `${page.url}?again`]) {
      const back = await visitor.open(url);
      expect([back.status, back.name]).to.deep.equal([200, 'recovery-codes']);
      expect(back.text).not.to.include(page.mark('secret'));
    }
    expect((await next(visitor, codes, '', '')).name).to.equal('security');
    for (const url of [page.url, codes.url]) {
      const back = await visitor.open(url);
      expect([back.status, back.name]).to.deep.equal([200, 'security']);
      expect(words(back)).not.to.include(page.mark('secret'));
    }
    expect((await next(visitor, page, '', '')).name).to.equal('security');
  });
});

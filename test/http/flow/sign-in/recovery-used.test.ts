/** The page at the end of a sign-in with a recovery code: how many are left, new ones, and a new phone. */
import { expect } from 'chai';
import { SECRET } from '../../../support/app.ts';
import type { Page } from '../../../support/pages/page.ts';
import type { Visitor } from '../../../support/visitor.ts';
import { askAgain, errorOf, interaction, MFA, nextCode, redeem } from '../../oidc/story.ts';
import { accounts, givePassword, hasCode, member, withApp, words } from '../members.ts';
import { openSecurity } from '../trusted-browsers/trust.ts';

describe('after a sign-in with a recovery code', () => {
  const names = 'ann ben cat dan eve fay gus'.split(' ');
  const both = { email_confirmed: true, factors: [{ method: 'totp', secret: SECRET }, { method: 'email' }] };
  const s = interaction(() =>
    accounts(...names.map((name) => withApp(name, 'open')), member('hal', 'open', both)),
  );
  const addressOf = (name: string) => `${name}@open.test`;

  /** Ten codes, made on the security page. */
  async function codesOf(name: string): Promise<string[]> {
    const { visitor: owner } = await givePassword(s, addressOf(name));
    await owner.enterCode(nextCode(s.app));
    const shown = await owner.follow(
      await owner.submit(await openSecurity(s, owner), {}, 'new-recovery-codes'),
    );
    const codes = shown.marks('recovery-code');
    await owner.follow(await owner.submit(shown, {}, 'saved'));
    s.clock.nextStep(1000);
    return codes;
  }

  /** In a new browser, to where a code leads. */
  async function useCode(
    name: string,
    code: string,
    parameters: Readonly<Record<string, string>> = {},
  ): Promise<{ visitor: Visitor; page: Page }> {
    const { visitor } = await givePassword(s, addressOf(name), s.app.visitor(), parameters);
    const asked = await visitor.chooseMethod('recovery');
    const page = await visitor.follow(await visitor.submit(asked, { code }));
    s.clock.nextStep(1000);
    return { visitor, page };
  }

  function buttonsOf(page: Page): string[] {
    return page
      .$('form[action$="/recovery-used"] button')
      .toArray()
      .map((each) => each.attribs.name ?? '');
  }

  it('a page says how many codes are left, and goes on with one press [A52]', async () => {
    const [first = '', second = ''] = await codesOf('ann');
    const { visitor, page } = await useCode('ann', first);
    expect([page.status, page.name, page.mark('recovery-left')]).to.deep.equal([
      200,
      'recovery-used',
      'You have 9 codes left.',
    ]);
    expect(buttonsOf(page)).to.deep.equal(['continue', 'new-recovery-codes', 'set-up']);
    // A reload changes nothing.
    expect((await visitor.get(page.url)).mark('recovery-left')).to.equal('You have 9 codes left.');
    const { claims } = await redeem(s.rp, await visitor.follow(await visitor.submit(page, {}, 'continue')));
    expect([claims.acr, claims.amr]).to.deep.equal([MFA, ['pwd', 'recovery', 'mfa']]);
    const again = await useCode('ann', second);
    expect(again.page.mark('recovery-left')).to.equal('You have 8 codes left.');
  });

  it('new codes are shown within the sign-in, which then goes on with them [A52 A58]', async () => {
    const [first = '', old = ''] = await codesOf('ben');
    const { visitor, page } = await useCode('ben', first);
    const shown = await visitor.follow(await visitor.submit(page, {}, 'new-recovery-codes'));
    expect([shown.name, shown.marks('recovery-code').length]).to.deep.equal(['recovery-codes', 10]);
    // A form that was sent twice makes no second set.
    const twice = await visitor.follow(await visitor.submit(page, {}, 'new-recovery-codes'));
    expect(twice.marks('recovery-code')).to.deep.equal(shown.marks('recovery-code'));
    const back = await visitor.follow(await visitor.submit(shown, {}, 'saved'));
    expect([back.name, back.mark('recovery-left')]).to.deep.equal([
      'recovery-used',
      'You have 10 codes left.',
    ]);
    expect(buttonsOf(back)).to.deep.equal(['continue', 'set-up']);
    const end = await visitor.follow(await visitor.submit(back, {}, 'continue'));
    const { claims, tokens } = await redeem(s.rp, end);
    expect(claims.acr).to.equal(MFA);
    // The session stands on the new set: silent sign-ins and tokens go on.
    expect(errorOf(await askAgain(visitor, s.rp, { prompt: 'none' }))).to.equal(null);
    expect(tokens.access_token).to.be.a('string');
    expect((await useCode('ben', old)).page.error).to.equal('code_invalid');
    expect((await useCode('ben', shown.marks('recovery-code')[0] ?? '')).page.name).to.equal('recovery-used');
  });

  it('a new phone is set up within the sign-in, and its codes sign in [A58]', async () => {
    const [first = ''] = await codesOf('cat');
    const { visitor, page } = await useCode('cat', first);
    const chooser = await visitor.follow(await visitor.submit(page, {}, 'set-up'));
    expect([chooser.name, chooser.$('.notice').length]).to.deep.equal(['set-up-choose', 0]);
    const setUp = await visitor.chooseMethod('totp');
    expect([setUp.name, setUp.$('.notice').length]).to.deep.equal(['set-up-totp', 0]);
    const secret = setUp.mark('secret').replaceAll(' ', '');
    const end = await visitor.follow(await visitor.submit(setUp, { code: nextCode(s.app, secret) }));
    const { claims } = await redeem(s.rp, end);
    expect([claims.acr, claims.amr]).to.deep.equal([MFA, ['pwd', 'recovery', 'otp', 'mfa']]);
    const again = await givePassword(s, addressOf('cat'));
    expect(hasCode(await again.visitor.enterCode(nextCode(s.app, secret)))).to.equal(true);
  });

  it('no second e-mail factor is offered, and no eleventh app [A19 A100]', async () => {
    const { enrolments, accounts: people } = s.app.parts.stores;
    const [first = ''] = await codesOf('hal');
    const { visitor, page } = await useCode('hal', first);
    const shown = async () => {
      const chooser = await visitor.open(page.url.replace('/recovery-used', '/set-up'));
      return chooser
        .$('[name=method]')
        .toArray()
        .map((each) => each.attribs.value);
    };
    expect(await shown())
      .to.include('totp')
      .and.not.include('email');
    const id = (await people.findByEmail('hal@open.test'))?.id ?? '';
    const app = (await enrolments.listByAccount(id)).find(({ method }) => method === 'totp');
    if (!app) throw new Error('there is no app');
    for (let more = 2; more <= 10; more += 1)
      await enrolments.insert({ ...app, id: `app-${more}`, isDefault: false });
    expect(await shown()).not.to.include('totp');
  });

  it('the set-up of a new phone can be left at each step, and the sign-in goes on', async () => {
    const [first = ''] = await codesOf('dan');
    const { visitor, page } = await useCode('dan', first);
    const chooser = await visitor.follow(await visitor.submit(page, {}, 'set-up'));
    const skip = (at: Page) => new URL(at.$('p.way a').last().attr('href') ?? '', at.url).href;
    expect((await visitor.open(skip(chooser))).name).to.equal('recovery-used');
    await visitor.open(chooser.url);
    await visitor.chooseMethod('totp');
    const left = await visitor.open(page.url);
    expect(left.name).to.equal('recovery-used');
    expect(hasCode(await visitor.follow(await visitor.submit(left, {}, 'continue')))).to.equal(true);
  });

  it('nothing stands in the way of prompt, of a step-up and of another factor', async () => {
    const [first = '', second = ''] = await codesOf('eve');
    expect(hasCode((await useCode('eve', first, { prompt: 'login' })).page)).to.equal(true);
    const { visitor, page } = await useCode('eve', second);
    await visitor.follow(await visitor.submit(page, {}, 'continue'));
    const app = await givePassword(s, addressOf('eve'));
    expect(
      hasCode(await app.visitor.submit(app.page, { code: nextCode(s.app) }).then(app.visitor.follow)),
    ).to.equal(true);
  });

  it('the page is not there before the code, and none of its forms does anything then [A47]', async () => {
    await codesOf('fay');
    const { visitor, page } = await givePassword(s, addressOf('fay'));
    const base = page.url.replace(/verify\/.*$/, '');
    for (const path of ['recovery-used', 'set-up', 'set-up/totp', 'set-up/recovery-codes'])
      expect((await visitor.open(base + path)).name, path).to.equal('enter-code');
    const { _token = '' } = Object.fromEntries(page.form({}).body);
    for (const path of ['recovery-used', 'set-up']) {
      const refused = await visitor.post(base + path, { _token, 'new-recovery-codes': '1', method: 'totp' });
      expect(refused.status, path).to.equal(403);
    }
  });

  it('the last code is named, and the account that must not change is offered nothing [A53]', async () => {
    const codes = await codesOf('gus');
    for (const code of codes.slice(0, 8)) {
      const { visitor, page } = await useCode('gus', code);
      await visitor.follow(await visitor.submit(page, {}, 'continue'));
    }
    const few = (await useCode('gus', codes[8] ?? '')).page;
    expect(few.mark('recovery-left')).to.equal('You have 1 code left.');
    expect(words(few)).to.include('Create new codes before you need them.');
    const { accounts: store } = s.app.parts.stores;
    const account = await store.findByEmail(addressOf('gus'));
    await store.setFrozen(account?.id ?? '', s.clock.now());
    const frozen = (await useCode('gus', codes[9] ?? '')).page;
    expect([frozen.mark('recovery-left'), ...buttonsOf(frozen)]).to.deep.equal([
      'You have no codes left.',
      'continue',
    ]);
  });
});

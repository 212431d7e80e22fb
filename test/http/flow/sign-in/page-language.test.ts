/** The language of codes, and the language that is kept for an account. */
import { expect } from 'chai';
import { PASSWORD, SECRET } from '../../../support/app.ts';
import type { Page } from '../../../support/pages/page.ts';
import type { Visitor } from '../../../support/visitor.ts';
import { interaction, nextCode, tenantsWith } from '../../oidc/story.ts';
import { accounts, arrive, givePassword, hasCode, member } from '../members.ts';
import { codeTo, desk, phoneFor, reachable, sentTo } from '../outbox.ts';

const DUTCH = { 'accept-language': 'nl-NL,nl;q=0.9,en;q=0.5' };
const APP = { method: 'totp', secret: SECRET } as const;

describe('the language of a page', () => {
  const s = interaction(() =>
    desk(
      ...['ann', 'ben', 'cat'].map((name) => reachable(name, 'desk', 'email')),
      { ...reachable('dan', 'desk', 'email'), locale: 'nl' },
      ...['eve', 'fay', 'gus', 'hal'].map((name) => reachable(name, 'desk', APP)),
    ),
  );
  const address = (name: string) => `${name}@desk.test`;
  const language = (page: Page) => page.$('html').attr('lang');
  const mailTo = async (name: string) => (await sentTo(s.app, address(name)))[0]?.text ?? '';

  /** Presses a button of the language switch. */
  async function choose(visitor: Visitor, page: Page, locale: 'en' | 'nl'): Promise<Page> {
    const form = page.$('footer form');
    const returnTo = String(form.find('[name=return_to]').val());
    return visitor.follow(await visitor.post(form.attr('action') ?? '', { locale, return_to: returnTo }));
  }

  /** The language that the account has in a browser in which nothing was chosen. */
  async function languageElsewhere(name: string): Promise<string | undefined> {
    return language((await givePassword(s, address(name))).page);
  }

  it('is that of a code that goes with the password [1.7]', async () => {
    const { page } = await givePassword(s, address('ann'), s.app.visitor({ headers: DUTCH }));
    expect([page.name, language(page)]).to.deep.equal(['enter-code', 'nl']);
    expect(await mailTo('ann'))
      .to.include('seconden')
      .and.not.include('seconds');
  });

  it('is that of a code that is sent again, whatever language the account has [1.7]', async () => {
    const { visitor, page } = await givePassword(s, address('dan'));
    expect(language(page)).to.equal('nl');
    expect(await mailTo('dan')).to.include('seconden');
    const english = await choose(visitor, page, 'en');
    await visitor.follow(await visitor.submit(english, {}, 'resend'));
    expect(await mailTo('dan'))
      .to.include('seconds')
      .and.not.include('seconden');
  });

  it('is that of a code for a number that is set up [1.7]', async () => {
    const visitor = s.app.visitor({ headers: DUTCH });
    await visitor.open('/account/security');
    await visitor.signIn(address('eve'), PASSWORD);
    const page = await visitor.putAway(await visitor.enterCode(nextCode(s.app)));
    const setUp = await visitor.follow(await visitor.submit(page, {}, 'set-up=sms'));
    expect([setUp.name, language(setUp)]).to.deep.equal(['set-up-sms', 'nl']);
    await visitor.follow(await visitor.submit(setUp, { phone: phoneFor('new') }, 'send'));
    const [message] = await sentTo(s.app, phoneFor('new'));
    expect(message?.text).to.include('seconden').and.not.include('seconds');
  });

  it('is kept for the account that is signed in when it is chosen [1.7]', async () => {
    const visitor = s.app.visitor();
    await visitor.open('/account/security');
    await visitor.signIn(address('fay'), PASSWORD);
    const page = await visitor.putAway(await visitor.enterCode(nextCode(s.app)));
    expect(await languageElsewhere('fay')).to.equal('en');
    expect(language(await choose(visitor, page, 'nl'))).to.equal('nl');
    expect(await languageElsewhere('fay')).to.equal('nl');
  });

  it('is kept for the account at the end of the sign-in in which it is chosen, and not before [1.7]', async () => {
    const { visitor, page } = await arrive(s);
    await choose(visitor, page, 'nl');
    await visitor.signIn(address('ben'), PASSWORD);
    expect(await languageElsewhere('ben')).to.equal('en');
    const codes = await sentTo(s.app, address('ben'));
    const dutch = codes.find(({ text }) => text.includes('seconden'));
    const signedIn = await visitor.enterCode(/\b\d{6}\b/.exec(dutch?.text ?? '')?.[0] ?? '');
    expect(hasCode(signedIn)).to.equal(true);
    expect(await languageElsewhere('ben')).to.equal('nl');
  });

  it('is not kept for the next person at the same browser, who has chosen none', async () => {
    const { visitor, page } = await arrive(s);
    await choose(visitor, page, 'nl');
    await visitor.signIn(address('gus'), PASSWORD);
    expect(hasCode(await visitor.enterCode(nextCode(s.app)))).to.equal(true);
    const next = s.app.visitor();
    const kept = await visitor.jar.getCookies(s.app.origin);
    for (const cookie of kept.filter(({ key }) => key.startsWith('locale')))
      await next.jar.setCookie(cookie, s.app.origin);
    expect(language((await givePassword(s, address('hal'), next)).page)).to.equal('nl');
    expect(hasCode(await next.enterCode(nextCode(s.app)))).to.equal(true);
    expect(await languageElsewhere('gus')).to.equal('nl');
    expect(await languageElsewhere('hal')).to.equal('en');
  });

  it('is not kept for an account that somebody without its second factor tries', async () => {
    const { visitor, page } = await arrive(s);
    await choose(visitor, page, 'nl');
    const atCode = await visitor.signIn(address('cat'), PASSWORD);
    await choose(visitor, atCode, 'nl');
    await visitor.enterCode('000000');
    expect(await languageElsewhere('cat')).to.equal('en');
    expect(await codeTo(s.app, address('cat'))).to.match(/^\d{6}$/);
  });
});

describe('the language of a page with the proof of an address', () => {
  const s = interaction(() => ({
    ...tenantsWith('strict', { set_up_proof: 'email', methods: ['totp', 'email'] }),
    ...accounts(member('ann', 'strict')),
  }));

  it('is that of the code and its link [1.7]', async () => {
    const { visitor } = await givePassword(s, 'ann@strict.test', s.app.visitor({ headers: DUTCH }));
    const proof = await visitor.chooseMethod('totp');
    expect(proof.name).to.equal('set-up-proof');
    await visitor.follow(await visitor.submit(proof, {}, 'send'));
    const [mail] = await sentTo(s.app, 'ann@strict.test');
    expect(mail?.text).to.include('/confirm-email/').and.include('seconden').and.not.include('seconds');
  });
});

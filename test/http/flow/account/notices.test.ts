/** The owner gets a mail for every change of the account's factors: the whole way, from a form to the mail. */
import { expect } from 'chai';
import { PASSWORD, SECRET } from '../../../support/app.ts';
import type { Page } from '../../../support/pages/page.ts';
import type { Visitor } from '../../../support/visitor.ts';
import { interaction, nextCode } from '../../oidc/story.ts';
import { givePassword, hasCode, lastRemoval, member, removeAt, removeWith } from '../members.ts';
import { codeTo, desk, linkIn, phoneFor, reachable, type Sent, sentTo } from '../outbox.ts';
import { openSecurity } from '../trusted-browsers/trust.ts';

const APP = { method: 'totp', secret: SECRET } as const;
const TABLET = { method: 'totp', secret: 'NXUDEDWYJLU4KT2NCK3K42UBFT6AJJ2V' } as const;

const ADDED = 'A second step was added';
const REMOVED = 'A second step was removed';
const MADE = 'New recovery codes were created';
const USED = 'A recovery code';
const CHANGED = 'The phone number';

describe('notices', () => {
  const at = (name: string) => `${name}@desk.test`;
  const s = interaction(() =>
    desk(
      ...['ann', 'ben', 'dan', 'fay', 'gus'].map((name) => reachable(name, 'desk', APP)),
      member('cat', 'desk'),
      reachable('eve', 'desk', 'sms', APP),
      reachable('hal', 'desk', APP, TABLET, 'email'),
      reachable('ida', 'desk', 'sms'),
    ),
  );

  /** Lists the messages since then, as `to: the beginning of the subject or text`, each with a link of its own. */
  async function told(since: number): Promise<readonly Sent[]> {
    const all = await sentTo(s.app);
    const notices = all.slice(0, all.length - since).filter(({ text }) => text.includes('/not-me/'));
    const links = notices.map((notice) => linkIn(notice, 'not-me'));
    expect(new Set(links).size, 'a link for each').to.equal(notices.length);
    for (const link of links) expect(new URL(link).origin).to.equal(s.app.config.issuer);
    return notices;
  }

  const count = async () => (await sentTo(s.app)).length;
  const toWhom = (notices: readonly Sent[], words: string) =>
    notices.filter(({ subject, text }) => `${subject} ${text}`.includes(words)).map(({ to }) => to);

  /** On the security page, with what is asked for there. */
  async function security(name: string): Promise<{ visitor: Visitor; page: Page }> {
    const visitor = s.app.visitor();
    await visitor.open('/account/security');
    const page = await visitor.signIn(at(name), PASSWORD);
    if (page.name === 'choose-method') await visitor.chooseMethod('totp');
    if (visitor.page.name === 'enter-code') {
      const isSms = visitor.page.$('body').attr('data-method') === 'sms';
      await visitor.enterCode(isSms ? await codeTo(s.app, phoneFor(name)) : nextCode(s.app));
    }
    return { visitor, page: await openSecurity(s, visitor) };
  }

  async function beginSetUp(
    { visitor, page }: { visitor: Visitor; page: Page },
    method: string,
  ): Promise<Page> {
    return visitor.follow(await visitor.submit(page, {}, `set-up=${method}`));
  }

  it('of an enrolled app go to the confirmed e-mail address [A48]', async () => {
    const before = await security('ann');
    const since = await count();
    const shown = await beginSetUp(before, 'totp');
    expect(await count(), 'begun, not done').to.equal(since);
    await before.visitor.enterCode(nextCode(s.app, shown.mark('secret')));
    const notices = await told(since);
    expect(toWhom(notices, ADDED)).to.deep.equal([at('ann')]);
    expect(notices[0]?.text).to.include('Authenticator app').and.to.include('UTC');
    expect(notices).to.have.length(1);
  });

  it('of enrolled e-mail and SMS go by mail, and not to the new phone number [A48]', async () => {
    const before = await security('ben');
    const since = await count();
    const mail = await beginSetUp(before, 'email');
    const asked = await before.visitor.follow(await before.visitor.submit(mail, {}, 'send'));
    await before.visitor.submit(asked, { code: await codeTo(s.app, at('ben')) });
    expect(toWhom(await told(since), ADDED)).to.deep.equal([at('ben')]);

    const then = await count();
    const sms = await beginSetUp({ ...before, page: await openSecurity(s, before.visitor) }, 'sms');
    const fields = { phone: phoneFor('ben') };
    const sent = await before.visitor.follow(await before.visitor.submit(sms, fields, 'send'));
    await before.visitor.submit(sent, { code: await codeTo(s.app, phoneFor('ben')) });
    const notices = await told(then);
    expect(toWhom(notices, ADDED)).to.deep.equal([at('ben')]);
  });

  it('of a first factor, at sign-in, go to an address that nobody confirmed: there is no other [A48]', async () => {
    const always = await s.app.relyingParty('always');
    const { visitor, page } = await givePassword({ app: s.app, rp: always }, at('cat'));
    const since = await count();
    const shown = page.name === 'set-up-choose' ? await visitor.chooseMethod('totp') : page;
    expect(hasCode(await visitor.enterCode(nextCode(s.app, shown.mark('secret'))))).to.equal(true);
    expect(toWhom(await told(since), ADDED)).to.deep.equal([at('cat')]);
  });

  it('of removed factors name each one and also go to the phone number that received codes [A48]', async () => {
    const { visitor, page } = await security('hal');
    const since = await count();
    // The last one listed are codes by mail: the phone in the hand stays.
    await removeAt(visitor, page, lastRemoval(page));
    const one = await told(since);
    expect(toWhom(one, REMOVED)).to.deep.equal([at('hal')]);
    expect(one[0]?.text).to.match(/Second step:? .*mail/i);
    const then = await count();
    await removeWith(visitor, page, 'turn-off');
    expect(toWhom(await told(then), REMOVED), 'two phones').to.deep.equal([at('hal'), at('hal')]);

    const eve = await security('eve');
    const last = await count();
    await removeWith(eve.visitor, eve.page, 'turn-off');
    const hers = await told(last);
    expect(toWhom(hers, REMOVED)).to.have.members([at('eve'), at('eve')]);
    expect(hers.filter(({ to }) => to === phoneFor('eve'))).to.have.length.of.at.least(1);
  });

  it('of a changed phone number go to the old number and not to the new one [A48 3.5]', async () => {
    const before = await security('ida');
    const since = await count();
    const OTHER = '+31687654321';
    const sms = await beginSetUp(before, 'sms');
    const asked = await before.visitor.follow(await before.visitor.submit(sms, { phone: OTHER }, 'send'));
    const done = await before.visitor.submit(asked, { code: await codeTo(s.app, OTHER) });
    expect(done.status).to.equal(303);
    const notices = await told(since);
    expect(toWhom(notices, ADDED)).to.deep.equal([at('ida')]);
    expect(toWhom(notices, CHANGED)).to.deep.equal([at('ida')]);
    const texts = notices.filter(({ channel }) => channel === 'sms');
    expect(texts.map(({ to }) => to)).to.deep.equal([phoneFor('ida')]);
    expect(texts[0]?.text).to.include('phone number').and.to.include('/not-me/');
  });

  it('of new and used recovery codes say how many are left [A41]', async () => {
    const { visitor, page } = await security('dan');
    const since = await count();
    const shown = await visitor.follow(await visitor.submit(page, {}, 'new-recovery-codes'));
    expect(shown.name).to.equal('recovery-codes');
    const [code = ''] = shown.marks('recovery-code');
    expect(toWhom(await told(since), MADE)).to.deep.equal([at('dan')]);

    const then = await count();
    const { visitor: other } = await givePassword(s, at('dan'));
    await other.chooseMethod('recovery');
    expect(hasCode(await other.enterCode(code))).to.equal(true);
    const notices = await told(then);
    expect(toWhom(notices, USED)).to.deep.equal([at('dan')]);
    expect(notices.find(({ text }) => text.includes(USED))?.text).to.match(/Recovery codes left:? 9/);
  });

  it('are not sent for attempts [A48]', async () => {
    const before = await security('fay');
    const since = await count();
    const shown = await beginSetUp(before, 'totp');
    expect((await before.visitor.submit(shown, { code: '000000' })).error).to.equal('code_invalid');
    const page = await openSecurity(s, before.visitor);
    await before.visitor.submit(page, { _token: 'x' }, 'remove');
    expect(await count()).to.equal(since);
  });

  it('contain no code, no key and no password [A98]', async () => {
    const before = await security('gus');
    const since = await count();
    const shown = await beginSetUp(before, 'totp');
    const secret = shown.mark('secret');
    const code = nextCode(s.app, secret);
    const answer = await before.visitor.follow(await before.visitor.submit(shown, { code }));
    const codes = answer.marks('recovery-code');
    for (const { subject, text } of await told(since)) {
      for (const word of [secret, code, PASSWORD, ...codes]) {
        expect(`${subject} ${text.replace(/\/not-me\/\S+/g, '')}`).not.to.include(word);
      }
    }
  });
});

/** The security page: setting up, changing and turning off one's own second factor. */
import { expect } from 'chai';
import { isFactor } from '../../../../src/domain/enrolment/enrolment.ts';
import { PASSWORD, SECRET } from '../../../support/app.ts';
import type { Page } from '../../../support/pages/page.ts';
import { totpCode } from '../../../support/totp.ts';
import type { Visitor } from '../../../support/visitor.ts';
import { askAgain, interaction, MFA, nextCode, redeem, SFA, tenantsWith } from '../../oidc/story.ts';
import {
  accounts,
  alertOf,
  askSetUp,
  givePassword,
  hasCode,
  member,
  removeAt,
  removeWith,
  withApp,
  words,
} from '../members.ts';

const SECURITY = '/account/security';

describe('the security page', () => {
  const s = interaction(() =>
    accounts(
      ...['ann', 'ben', 'cat', 'dan', 'eve', 'kim'].map((name) => member(name, 'open')),
      ...['fay', 'gus', 'hal'].map((name) => withApp(name, 'open')),
      ...['ida', 'jan'].map((name) => withApp(name, 'strict')),
    ),
  );

  /** In a browser of its own, with the code of the phone where one is asked for. */
  async function open(email: string): Promise<{ visitor: Visitor; page: Page }> {
    const visitor = s.app.visitor();
    await visitor.open(SECURITY);
    const second = await visitor.signIn(email, PASSWORD);
    const page = second.name === 'enter-code' ? await visitor.enterCode(nextCode(s.app)) : second;
    expect([page.name, page.status]).to.deep.equal(['security', 200]);
    return { visitor, page };
  }

  async function setUp(visitor: Visitor, label = ''): Promise<{ page: Page; secret: string }> {
    const shown = await visitor.follow(await visitor.submit(await visitor.open(SECURITY), {}, 'set-up'));
    const secret = shown.mark('secret');
    const fields = { code: nextCode(s.app, secret), label };
    return { page: await visitor.putAway(await visitor.submit(shown, fields)), secret };
  }

  /** The form of each factor that can be removed. */
  function removals(page: Page): { action: string; fields: Record<string, string> }[] {
    const forms = page.$('button[name=remove]').toArray();
    return forms.map((button) => {
      const form = page.$(button).closest('form');
      return {
        action: form.attr('action') ?? '',
        fields: { _token: String(form.find('[name=_token]').val()) },
      };
    });
  }

  async function factorsOf(email: string): Promise<string[]> {
    const account = await s.app.parts.stores.accounts.findByEmail(email);
    const factors = await s.app.parts.stores.enrolments.listByAccount(account?.id ?? '');
    return factors.filter(isFactor).map(({ label }) => label);
  }

  it('sets up an authenticator app: QR code, key, code; from then on sign-ins ask for it [1.1 2.6 4.1]', async () => {
    const { visitor, page } = await open('ann@open.test');
    expect(words(page)).to.include('Off.');
    expect(page.$('button[name=turn-off]').length).to.equal(0);

    const shown = await visitor.follow(await visitor.submit(page, {}, 'set-up'));
    expect(shown.name).to.equal('set-up-totp');
    expect(shown.$('img[data-mark=qr]').length).to.equal(1);
    expect(words(shown)).not.to.include('open requires two-step verification');
    const refused = await visitor.submit(shown, { code: '000000' });
    expect([refused.status, refused.name, refused.error]).to.deep.equal([422, 'set-up-totp', 'code_invalid']);
    expect(refused.mark('secret')).to.equal(shown.mark('secret'));

    const code = nextCode(s.app, shown.mark('secret'));
    const accepted = await visitor.submit(refused, { code });
    expect(accepted.status).to.equal(303);
    const done = await visitor.putAway(accepted);
    expect(words(done)).to.include('Your second step is set up.').and.to.include('On.');

    const { claims } = await redeem(s.rp, await askAgain(visitor, s.rp));
    expect(claims)
      .to.include({ acr: MFA })
      .and.to.deep.include({ amr: ['pwd', 'otp', 'mfa'] });
    expect((await givePassword(s, 'ann@open.test')).page.name).to.equal('enter-code');
  });

  it('turns the second factor off, and the next sign-in asks for the password alone [1.6 4.2]', async () => {
    const { visitor, page } = await open('fay@open.test');
    const last = page.$('main form').last();
    expect(last.find('button[name=turn-off]').length).to.equal(1);
    const done = await visitor.follow(await removeWith(visitor, page, 'turn-off'));
    expect(words(done)).to.include('Two-step verification is turned off.').and.to.include('Off.');
    expect(await factorsOf('fay@open.test')).to.deep.equal([]);
    const { claims } = await redeem(s.rp, (await givePassword(s, 'fay@open.test')).page);
    expect(claims.acr).to.equal(SFA);
  });

  it('lists two phones by name, and each works at a sign-in [4.1]', async () => {
    const { visitor } = await open('ben@open.test');
    const one = await setUp(visitor, 'Old phone');
    const two = await setUp(visitor, 'New phone');
    expect(await factorsOf('ben@open.test')).to.deep.equal(['Old phone', 'New phone']);
    expect(words(two.page)).to.include('Old phone').and.to.include('New phone');
    for (const { secret } of [one, two]) {
      const arrival = await givePassword(s, 'ben@open.test');
      expect(hasCode(await arrival.visitor.enterCode(nextCode(s.app, secret)))).to.equal(true);
    }
  });

  it('replaces an app without an unprotected moment: the new one comes before the old one goes [4.3]', async () => {
    const { visitor } = await open('gus@open.test');
    const { page, secret } = await setUp(visitor, 'New phone');
    // The oldest is the first one listed.
    const done = await visitor.follow(await removeWith(visitor, page, 'remove'));
    expect(words(done)).to.include('Removed.').and.to.include('On.');
    expect(await factorsOf('gus@open.test')).to.deep.equal(['New phone']);

    const { visitor: again } = await givePassword(s, 'gus@open.test');
    expect((await again.enterCode(totpCode(SECRET, s.clock.now()))).error).to.equal('code_invalid');
    expect(hasCode(await again.enterCode(nextCode(s.app, secret)))).to.equal(true);
  });

  it('keeps a required second factor from being turned off and its last factor from being removed [1.6 A53]', async () => {
    const { visitor, page } = await open('ida@strict.test');
    expect(page.$('button[name=turn-off], button[name=remove]').length).to.equal(0);
    expect(words(page)).to.include('You can’t turn this off because strict requires it.');

    // The forms of two phones, kept until one of them is the last.
    const { page: two } = await setUp(visitor, 'Second');
    const [first, second] = removals(two);
    const question = await visitor.follow(await visitor.post(second?.action ?? '', second?.fields ?? {}));
    expect(question.name).to.equal('confirm-removal');
    expect((await removeAt(visitor, two, first?.action ?? '')).status).to.equal(303);
    const late = await visitor.submit(question, {}, 'confirm');
    expect([late.status, late.name, late.error], 'asked before').to.deep.equal([422, 'security', 'enforced']);
    const refused = await visitor.post(second?.action ?? '', second?.fields ?? {});
    expect([refused.status, refused.name, refused.error]).to.deep.equal([422, 'security', 'enforced']);
    expect(alertOf(refused)).to.include('requires two-step verification');
    expect(await factorsOf('ida@strict.test')).to.deep.equal(['Second']);
  });

  it('refuses a form that was loaded before the second factor became required [1.6 A53]', async () => {
    const { visitor, page } = await open('hal@open.test');
    await s.app.reload(tenantsWith('open', { enforcement: 'required' }));
    for (const button of ['turn-off', 'remove']) {
      const refused = await visitor.submit(page, {}, button);
      expect([refused.status, refused.name, refused.error]).to.deep.equal([422, 'security', 'enforced']);
    }
    expect(await factorsOf('hal@open.test')).to.have.length(1);
    await s.app.reload(tenantsWith('open', { enforcement: 'optional' }));
    expect((await removeWith(visitor, page, 'turn-off')).status).to.equal(303);
  });

  it('removes no factor of another account and none that it did not list [A13]', async () => {
    const { visitor } = await open('cat@open.test');
    const { page } = await setUp(visitor, 'Mine');
    const other = await s.app.parts.stores.accounts.findByEmail('jan@strict.test');
    const [factor] = await s.app.parts.stores.enrolments.listByAccount(other?.id ?? '');
    const [own] = removals(page);
    for (const id of [factor?.id ?? '', 'made-up', '..', '%2e%2e']) {
      const action = `${SECURITY}/factors/${id}/remove`;
      const refused = await visitor.post(action, { ...own?.fields, factor: factor?.id ?? '' });
      expect(refused.status, id).to.be.oneOf([403, 404]);
    }
    expect(await factorsOf('jan@strict.test')).to.have.length(1);
    expect(await factorsOf('cat@open.test')).to.deep.equal(['Mine']);
  });

  it('refuses forms of another session, even of the same person [A56]', async () => {
    const one = await open('dan@open.test');
    const two = await open('dan@open.test');
    for (const button of ['set-up']) {
      const refused = await two.visitor.submit(one.page, {}, button);
      expect([refused.status, refused.name, refused.error]).to.deep.equal([403, 'error', 'forbidden']);
    }
    const { page } = await setUp(one.visitor);
    for (const button of ['remove', 'turn-off', 'rename', 'replace']) {
      const refused = await one.visitor.submit(page, { _token: 'x' }, button);
      expect(refused.status, button).to.equal(403);
    }
    expect(await factorsOf('dan@open.test')).to.have.length(1);
  });

  it('offers members no enrolment where the policy is off, but removal, and administrators both [U.5]', async () => {
    const nothing = await open('new@plain.test');
    expect(nothing.page.$('button[name=set-up]').length).to.equal(0);
    const { page } = await open('app@plain.test');
    expect(words(page))
      .to.include('your workspace doesn’t ask for it')
      .and.not.to.include('Nobody can sign in');
    expect(page.$('button[name=set-up]').length).to.equal(0);
    expect(page.$('button[name=turn-off]').length).to.equal(1);
    expect((await open('boss@plain.test')).page.$('button[name=set-up]').length).to.equal(1);
  });

  it('carries out each form once when it is sent twice, without an error', async () => {
    const { visitor, page } = await open('kim@open.test');
    async function pressTwice(on: Page, fields: Record<string, string>, button?: string): Promise<Page> {
      const clicks: Page[] = await Promise.all([
        visitor.submit(on, fields, button),
        visitor.submit(on, fields, button),
      ]);
      clicks.push(await visitor.submit(on, fields, button));
      expect(clicks.map(({ status, error }) => [status, error])).to.deep.equal(Array(3).fill([303, null]));
      return visitor.putAway(clicks[2] ?? on);
    }

    const shown = await pressTwice(page, {}, 'set-up');
    expect((await visitor.open(shown.url)).mark('secret')).to.equal(shown.mark('secret'));
    const code = nextCode(s.app, shown.mark('secret'));
    expect((await pressTwice(shown, { code, label: 'One' })).name).to.equal('security');
    expect(await factorsOf('kim@open.test')).to.deep.equal(['One']);

    const { page: two } = await setUp(visitor, 'Two');
    const question = await pressTwice(two, {}, 'remove');
    expect(words(await pressTwice(question, {}, 'confirm'))).to.include('Removed.');
    expect(await factorsOf('kim@open.test')).to.deep.equal(['Two']);
    const last = await pressTwice(await visitor.open(SECURITY), {}, 'turn-off');
    expect(words(await pressTwice(last, {}, 'confirm'))).to.include('Two-step verification is turned off.');
    expect(await factorsOf('kim@open.test')).to.deep.equal([]);
  });

  it('refuses a method that is not offered [A105]', async () => {
    const { visitor, page } = await open('eve@open.test');
    for (const method of ['sms', 'email', 'constructor', '']) {
      const refused = await askSetUp(visitor, page, method);
      expect([refused.status, refused.name, refused.error], method).to.deep.equal([
        422,
        'security',
        'method_not_allowed',
      ]);
    }
  });
});

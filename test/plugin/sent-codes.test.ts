import { expect } from 'chai';
import type { SecondFactorOptions } from '../../src/index.ts';
import { IN_EXPRESS, KINDS } from '../support/hosts/guest-kinds.ts';
import { createPost, NUMBER, type Post, sendAtSetUp } from './post.ts';
import { begin, errorOf, interaction, MFA, redeem } from './story.ts';

const TWO_STEP = 'urn:doublelock:acr:two-step';
const MAIL = 'ann@host.test';
/** An undefined option counts as missing, although this project's types forbid it. */
const SILENT = { sender: undefined, sms: undefined } as unknown as Partial<SecondFactorOptions>;

for (const kind of KINDS) {
  describe(`sent codes at ${kind.title} [U.6]`, () => {
    const at = interaction(kind, { options: { policy: { enforcement: 'required' } } });
    let post: Post;
    beforeEach(async () => {
      post = createPost(() => at);
      await at.host.restart(post.options);
    });

    it('by mail can be enrolled, which confirms the e-mail address, and used to sign in', async () => {
      const visitor = at.host.visitor();
      await begin(at, visitor, 'ann');
      const asked = await sendAtSetUp(visitor, 'email');
      expect([asked.name, asked.mark('destination')]).to.deep.equal(['set-up-email', 'a••••••@h••••••']);
      const end = await visitor.enterCode(post.codeTo(MAIL));
      const first = await redeem(at.rp, end);
      expect([first.claims.acr, first.claims.amr]).to.deep.equal([TWO_STEP, ['pwd', 'email']]);
      expect(post.contacts).to.deep.equal([{ id: 'ann', email: MAIL }]);
      expect(post.sent.map(({ channel, to, subject }) => [channel, to, subject])).to.deep.equal([
        ['email', MAIL, `${post.codeTo(MAIL)} is your security code for Acme`],
        ['email', MAIL, 'A second step was added to your account at Acme'],
      ]);

      const other = at.host.visitor();
      // The host's own login page leads here by a GET, which sends nothing.
      expect((await begin(at, other, 'ann')).name).to.equal('choose-method');
      expect(post.sent).to.have.lengthOf(2);
      const page = await other.chooseMethod('email');
      expect([page.name, page.mark('destination')]).to.deep.equal(['enter-code', 'a••••••@h••••••']);
      const older = post.codeTo(MAIL);
      at.host.clock.nextStep(3000);
      await other.follow(await other.submit(page, {}, 'resend'));
      if (older !== post.codeTo(MAIL)) expect((await other.enterCode(older)).error).to.equal('code_invalid');
      expect((await redeem(at.rp, await other.enterCode(post.codeTo(MAIL)))).claims.acr).to.equal(TWO_STEP);
    });

    it('by SMS can be enrolled with a number that the host receives, and used to sign in', async () => {
      const visitor = at.host.visitor();
      await begin(at, visitor, 'ann');
      await sendAtSetUp(visitor, 'sms', '06 12');
      expect(visitor.page.error).to.equal('phone_invalid');
      await visitor.follow(await visitor.submit(visitor.page, { phone: '+31 6 12345678' }, 'send'));
      expect((await redeem(at.rp, await visitor.enterCode(post.codeTo(NUMBER)))).claims.acr).to.equal(MFA);
      expect(post.contacts).to.deep.equal([{ id: 'ann', phone: NUMBER }]);

      const other = at.host.visitor();
      await begin(at, other, 'ann');
      await other.chooseMethod('sms');
      const { text } = post.sent.at(-1) ?? { text: '' };
      expect(text.split('\n').at(-1)).to.equal(`@127.0.0.1 #${post.codeTo(NUMBER)}`);
      const { claims } = await redeem(at.rp, await other.enterCode(post.codeTo(NUMBER)));
      expect([claims.acr, claims.amr]).to.deep.equal([MFA, ['pwd', 'sms', 'mfa']]);
    });
  });
}

describe('sent codes after the host has changed an account or an option [U.6]', () => {
  const at = interaction(IN_EXPRESS);
  let post: Post;

  async function startWith(more: Parameters<typeof createPost>[1]): Promise<void> {
    post = createPost(() => at, more);
    await at.host.restart(post.options);
  }

  async function setUpBy(method: 'email' | 'sms'): Promise<void> {
    const visitor = at.host.visitor();
    await begin(at, visitor, 'ann');
    await sendAtSetUp(visitor, method);
    const to = method === 'email' ? MAIL : NUMBER;
    await redeem(at.rp, await visitor.enterCode(post.codeTo(to)));
  }

  const another = '+31687654321';

  it('are not sent to another phone number of the account, and that factor signs nobody in [3.5]', async () => {
    await startWith({});
    await setUpBy('sms');
    const visitor = at.host.visitor();
    const chooser = await begin(at, visitor, 'ann');
    expect(chooser.name).to.equal('choose-method');
    at.host.people.set('ann', { ...at.host.people.get('ann'), phone: another });
    expect((await visitor.submit(chooser, { method: 'sms' })).error).to.equal('method_not_allowed');
    const page = await begin(at, at.host.visitor(), 'ann');
    // Recovery codes came with the first factor: they are what is left.
    expect([page.name, page.$('body').attr('data-method')]).to.deep.equal(['enter-code', 'recovery']);
    expect(post.sent.filter(({ to }) => to === another)).to.deep.equal([]);

    at.host.people.set('ann', { ...at.host.people.get('ann'), phone: NUMBER });
    const later = at.host.visitor();
    await begin(at, later, 'ann');
    await later.chooseMethod('sms');
    expect((await redeem(at.rp, await later.enterCode(post.codeTo(NUMBER)))).claims.acr).to.equal(MFA);
  });

  it('are not sent to an e-mail address that is no longer confirmed', async () => {
    await startWith({});
    await setUpBy('email');
    at.host.people.set('ann', { email: 'ann@elsewhere.test' });
    const page = await begin(at, at.host.visitor(), 'ann');
    expect(page.$('body').attr('data-method')).to.equal('recovery');
    expect(post.sent.some(({ to }) => to === 'ann@elsewhere.test')).to.equal(false);
  });

  it('cannot be used without a sender, but still count as enrolled', async () => {
    await startWith({});
    await setUpBy('email');
    await at.host.restart(SILENT);
    expect(at.host.useCases.available()).to.not.include.members(['email', 'sms']);
    const page = await begin(at, at.host.visitor(), 'ann');
    expect(page.$('body').attr('data-method')).to.equal('recovery');
  });

  it('come before any enrolment where the policy asks for a mailed code first [A48]', async () => {
    await startWith({ policy: { enforcement: 'required', setUpProof: 'email' } });
    const visitor = at.host.visitor();
    await begin(at, visitor, 'ann');
    const authentication = await visitor.chooseMethod('totp');
    expect(authentication.name).to.equal('set-up-proof');
    await visitor.follow(await visitor.submit(authentication, {}, 'send'));
    const page = await visitor.enterCode(post.codeTo(MAIL));
    expect(page.name).to.equal('set-up-totp');
    expect(post.contacts).to.deep.equal([{ id: 'ann', email: MAIL }]);
    expect(at.host.people.get('ann')).to.include({ emailConfirmed: true });
  });

  it('are Dutch in pages and messages for a Dutch reader', async () => {
    await startWith({});
    at.host.people.set('ann', { email: MAIL, locale: 'nl' });
    const visitor = at.host.visitor();
    await begin(at, visitor, 'ann');
    const page = await sendAtSetUp(visitor, 'sms');
    expect(page.$('html').attr('lang')).to.equal('nl');
    expect(post.sent.at(-1)?.text).to.match(/is je code|Je code/);
    await visitor.enterCode(post.codeTo(NUMBER));
    expect(post.sent.find(({ channel }) => channel === 'email')?.subject).to.match(/tweede stap/);
  });

  it('can be chosen among several methods, and a recovery code signs in once', async () => {
    await startWith({ policy: { enforcement: 'optional' } });
    const visitor = at.host.visitor();
    await begin(at, visitor, 'ann', { acr_values: MFA });
    await sendAtSetUp(visitor, 'sms');
    const shown = await visitor.follow(await visitor.submit(visitor.page, { code: post.codeTo(NUMBER) }));
    expect(shown.name).to.equal('recovery-codes');
    const [code = ''] = shown.marks('recovery-code');
    await redeem(at.rp, await visitor.follow(await visitor.submit(shown, {}, 'saved')));
    const accepted: string[] = [];
    for (const other of [at.host.visitor(), at.host.visitor()]) {
      await begin(at, other, 'ann');
      const chooser = other.page;
      expect(
        chooser
          .$('[name=method]')
          .toArray()
          .map((each) => chooser.$(each).val()),
      ).to.deep.equal(['sms', 'recovery']);
      await other.chooseMethod('recovery');
      const end = await other.enterCode(code);
      accepted.push(end.error ?? errorOf(end) ?? 'in');
    }
    expect(accepted).to.deep.equal(['in', 'code_used']);
    expect(post.sent.some(({ subject }) => subject.includes('recovery'))).to.equal(true);
  });
});

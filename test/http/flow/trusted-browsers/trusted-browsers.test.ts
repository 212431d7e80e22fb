/** A trusted browser skips the second factor for a while, if the tenant allows it: its conditions and its limits. */
import { expect } from 'chai';
import type { Page } from '../../../support/pages/page.ts';
import { createVisitor, type Visitor } from '../../../support/visitor.ts';
import { DAY, MINUTE } from '../../oidc/machine-clock.ts';
import { askAgain, errorOf, interaction, MFA, nextCode, partyOf, redeem, SFA } from '../../oidc/story.ts';
import { accounts, givePassword, hasCode, removeWith, withApp, words } from '../members.ts';
import { livingOnTrust, openSecurity, signInAgain, signOut, trust, trusting } from './trust.ts';

const NAMES = 'ann ben cat dan eve fay gus hal ida jan kim lea max'.split(' ');
const ALWAYS = 'always';

function cookieOf(page: Page, name = 'trusted'): string | undefined {
  return page.headers['set-cookie']?.find((line) => line.startsWith(`${name}-`));
}

describe('a trusted browser', () => {
  const s = interaction(() => ({
    ...trusting('open', 'strict'),
    ...accounts(...NAMES.flatMap((name) => [withApp(name, 'open'), withApp(name, 'strict')])),
  }));

  async function listed(email: string) {
    const account = await s.app.parts.stores.accounts.findByEmail(email);
    return s.app.parts.stores.trustedBrowsers.listByAccount(account?.id ?? '', s.clock.now());
  }

  for (const tenant of ['open', 'strict']) {
    it(`is asked for the password alone in a tenant called ${tenant}, and its tokens say so [A76]`, async () => {
      const { visitor, end } = await trust(s, `ann@${tenant}.test`);
      const first = await redeem(s.rp, end);
      expect(first.claims.acr).to.equal(MFA);

      const { claims } = await redeem(s.rp, await signInAgain(s, `ann@${tenant}.test`, visitor));
      expect(claims.acr).to.equal(SFA);
      expect(claims.amr).to.deep.equal(['pwd']);
      const silent = await redeem(s.rp, await askAgain(visitor, s.rp, { prompt: 'none' }));
      expect(silent.claims).to.deep.include({ acr: SFA, amr: ['pwd'], auth_time: claims.auth_time });
      expect((await givePassword(s, `ann@${tenant}.test`)).page.name, 'another browser').to.equal(
        'enter-code',
      );
    });
  }

  it('is recognised for 30 days by an HttpOnly cookie whose value is not stored [A94]', async () => {
    const page = await signInAgain(s, 'ben@open.test', s.app.visitor());
    expect(page.$('[name=trust_device]').attr('type')).to.equal('checkbox');
    expect(page.$('[name=trust_device]').attr('checked')).to.equal(undefined);
    expect(words(page)).to.include('for 30 days');
    const { visitor } = await givePassword(s, 'ben@open.test');
    const answer = await visitor.submit(visitor.page, { code: nextCode(s.app), trust_device: '1' });
    const [pair = '', ...attributes] = (cookieOf(answer) ?? '').split('; ');
    const expires = attributes.find((each) => each.startsWith('expires='))?.slice('expires='.length);
    expect(Date.parse(expires ?? '')).to.be.closeTo(s.clock.now() + 30 * DAY, MINUTE);
    expect(attributes.filter((each) => !each.startsWith('expires='))).to.have.members([
      'path=/',
      'samesite=lax',
      'httponly',
    ]);
    expect(answer.headers['set-cookie']?.some((line) => line.startsWith('trusted.sig'))).to.equal(false);
    const [name = '', kept = ''] = pair.split('=');
    expect(name).to.match(/^trusted-[\w-]{11}$/);
    expect(kept).to.match(/^[\w-]{43}$/);
    const [browser] = await listed('ben@open.test');
    expect(JSON.stringify(browser)).not.to.include(kept);
  });

  it('is not trusted without the ticked checkbox', async () => {
    const { visitor, page } = await givePassword(s, 'cat@open.test');
    const answer = await visitor.submit(page, { code: nextCode(s.app) });
    expect(cookieOf(answer)).to.equal(undefined);
    await visitor.follow(answer);
    expect((await signInAgain(s, 'cat@open.test', visitor)).name).to.equal('enter-code');
    expect(await listed('cat@open.test')).to.deep.equal([]);
  });

  it('is not trusted by a wrong code', async () => {
    const { visitor, page } = await givePassword(s, 'dan@open.test');
    const refused = await visitor.submit(page, { code: '000000', trust_device: '1' });
    expect([refused.status, cookieOf(refused)]).to.deep.equal([422, undefined]);
    expect(await listed('dan@open.test')).to.deep.equal([]);
  });

  it('is not trusted by a forged field where the tenant forbids it [A13]', async () => {
    await s.app.reload(trusting('strict'));
    const { visitor, page } = await givePassword(s, 'eve@open.test');
    expect(page.$('[name=trust_device]').length).to.equal(0);
    const answer = await visitor.submit(page, { code: nextCode(s.app), trust_device: '1' });
    expect([answer.status, cookieOf(answer)]).to.deep.equal([303, undefined]);
    expect(hasCode(await visitor.follow(answer))).to.equal(true);
    expect(await listed('eve@open.test')).to.deep.equal([]);
    await s.app.reload(trusting('open', 'strict'));
    expect((await signInAgain(s, 'eve@open.test', visitor)).name).to.equal('enter-code');
  });

  it('satisfies neither a client that always requires a second factor nor a requested level', async () => {
    const { visitor } = await livingOnTrust(s, 'fay@strict.test');
    const always = await partyOf(s.app, ALWAYS);
    expect(errorOf(await askAgain(visitor, always, { prompt: 'none' }))).to.equal('interaction_required');
    expect((await askAgain(visitor, always)).name).to.equal('enter-code');
    const essential = { id_token: { acr: { essential: true, value: MFA } } };
    for (const asked of [{ acr_values: MFA }, { claims: JSON.stringify(essential) }] as const) {
      const parameters: Record<string, string> = asked;
      expect(errorOf(await askAgain(visitor, s.rp, { ...parameters, prompt: 'none' }))).to.equal(
        'interaction_required',
      );
      expect((await signInAgain(s, 'fay@strict.test', visitor, parameters)).name).to.equal('enter-code');
    }
    // The same, from the start.
    const { page } = await givePassword({ app: s.app, rp: always }, 'fay@strict.test', visitor, {
      prompt: 'login',
    });
    expect(page.name).to.equal('enter-code');
    const end = await visitor.enterCode(nextCode(s.app));
    expect((await redeem(always, end)).claims.acr).to.equal(MFA);
  });

  it('keeps auth_time when a factor is given later', async () => {
    const { visitor, claims } = await livingOnTrust(s, 'gus@open.test');
    const page = await askAgain(visitor, s.rp, { acr_values: MFA });
    expect(page.name).to.equal('enter-code');
    const raised = await redeem(s.rp, await visitor.enterCode(nextCode(s.app)));
    expect(raised.claims).to.include({ acr: MFA, auth_time: claims.auth_time });
    expect(raised.claims.amr).to.deep.equal(['pwd', 'otp', 'mfa']);
    // From here on the session stands on the factor: taking the trust back changes nothing for it.
    const account = await s.app.parts.stores.accounts.findByEmail('gus@open.test');
    await s.app.parts.stores.trustedBrowsers.removeAll(account?.id ?? '');
    expect(errorOf(await askAgain(visitor, s.rp, { prompt: 'none' }))).to.equal(null);
  });

  it('cannot change factors without one, and is listed on the security page [A51]', async () => {
    const { visitor } = await livingOnTrust(s, 'hal@open.test');
    expect((await visitor.open('/account')).name).to.equal('account');
    expect((await visitor.open('/account/security')).name).to.equal('enter-code');
    const page = await openSecurity(s, visitor);
    expect(words(page))
      .to.include('Firefox')
      .and.to.match(/last.*\brp\b/i);
    expect(page.$('button[name=remove-trusted-browser]').length).to.equal(1);
  });

  it('can be revoked by its owner for good', async () => {
    const { visitor } = await livingOnTrust(s, 'ida@open.test');
    const owner = s.app.visitor();
    await givePassword(s, 'ida@open.test', owner);
    await owner.enterCode(nextCode(s.app));
    const page = await openSecurity(s, owner);
    const done = await owner.follow(await removeWith(owner, page, 'remove-trusted-browser'));
    expect([done.name, done.status]).to.deep.equal(['security', 200]);
    expect(done.$('button[name=remove-trusted-browser]').length).to.equal(0);
    const again = await removeWith(owner, page, 'remove-trusted-browser');
    expect([again.name, again.status], 'once more').to.deep.equal(['security', 200]);
    expect((await signInAgain(s, 'ida@open.test', visitor)).name).to.equal('enter-code');
  });

  it('cannot be revoked by another person [A13]', async () => {
    await trust(s, 'jan@open.test');
    const [browser] = await listed('jan@open.test');
    const { visitor: eve } = await trust(s, 'eve@strict.test');
    const page = await openSecurity(s, eve);
    const { body } = page.form({}, 'remove-trusted-browser');
    const action = `/account/security/browsers/${browser?.id}/remove`;
    const refused = await eve.post(action, Object.fromEntries(body));
    expect(refused.status).to.equal(403);
    expect(await listed('jan@open.test')).to.have.length(1);
  });

  it('stays trusted after a sign-out, and signs nobody in [A86]', async () => {
    const { visitor } = await livingOnTrust(s, 'jan@strict.test');
    await signOut(visitor);
    expect(errorOf(await askAgain(visitor, s.rp, { prompt: 'none' }))).to.equal('login_required');
    expect((await askAgain(visitor, s.rp)).name).to.equal('sign-in');
    expect(hasCode(await signInAgain(s, 'jan@strict.test', visitor))).to.equal(true);
  });

  it('is trusted for each account separately [A86]', async () => {
    const { visitor } = await trust(s, 'kim@open.test');
    await signOut(visitor);
    expect((await signInAgain(s, 'kim@strict.test', visitor)).name).to.equal('enter-code');
    await trust(s, 'kim@strict.test', visitor);
    await signOut(visitor);
    expect(hasCode(await signInAgain(s, 'kim@open.test', visitor))).to.equal(true);
    await signOut(visitor);
    expect(hasCode(await signInAgain(s, 'kim@strict.test', visitor))).to.equal(true);
  });

  it('is not trusted by a malformed, foreign or invented cookie [R33]', async () => {
    const { visitor: other } = await trust(s, 'lea@open.test');
    const jar = (visitor: Visitor) => visitor.jar.getCookieStringSync(s.app.origin);
    const foreign = /trusted-[\w-]{11}=([^;]+)/.exec(jar(other))?.[1] ?? '';
    const { visitor } = await trust(s, 'max@open.test');
    const [, name = '', own = ''] = /(trusted-[\w-]{11})=([^;]+)/.exec(jar(visitor)) ?? [];
    expect(own).to.match(/^[\w-]{43}$/);
    const [browser] = await listed('max@open.test');
    const values = [
      foreign,
      `${own}.1.${own.slice(0, 22)}`,
      own.slice(0, -1),
      own.split('').reverse().join(''),
      String(browser?.id),
      '%00',
      '__proto__',
      '"',
      'x'.repeat(5000),
    ];
    for (const value of values) {
      const thief = s.app.visitor();
      thief.jar.setCookieSync(`${name}=${value}; Path=/`, s.app.origin, { ignoreError: true });
      expect((await givePassword(s, 'max@open.test', thief)).page.name, value).to.equal('enter-code');
    }
    expect(hasCode(await signInAgain(s, 'max@open.test', visitor))).to.equal(true);
  });

  it('is stored once when the form is sent several times at once', async () => {
    const { visitor, page } = await givePassword(s, 'max@strict.test');
    const fields = { code: nextCode(s.app), trust_device: '1' };
    // As many as a sign-in has tries.
    const answers = await Promise.all(Array.from({ length: 5 }, () => visitor.submit(page, fields)));
    for (const answer of answers) expect([answer.status, answer.error]).to.deep.equal([303, null]);
    expect(new Set(answers.flatMap((answer) => cookieOf(answer)?.split(';')[0] ?? [])).size).to.equal(1);
    expect(await listed('max@strict.test')).to.have.length(1);
    await visitor.follow(answers[0] ?? page);
    expect(hasCode(await signInAgain(s, 'max@strict.test', visitor))).to.equal(true);
  });

  it('is asked again after 30 days', async () => {
    const { visitor } = await trust(s, 'lea@strict.test');
    s.clock.nextStep(30 * DAY - MINUTE);
    expect(hasCode(await signInAgain(s, 'lea@strict.test', visitor))).to.equal(true);
    s.clock.nextStep(2 * MINUTE);
    expect((await signInAgain(s, 'lea@strict.test', visitor)).name).to.equal('enter-code');
  });
});

describe('a trusted browser over https, behind a proxy', () => {
  const s = interaction(() => ({
    ...trusting('open'),
    environment: 'development',
    issuer: 'https://op.test',
    listen: { trusted_proxies: 1 },
    clients: [],
  }));

  it('is recognised by a Secure cookie with the __Host- prefix [A94]', async () => {
    const visitor = createVisitor('https://op.test', { via: s.app.origin });
    await visitor.open('/account');
    const page = await visitor.signIn('app@open.test', 'correct horse battery staple');
    expect(page.name).to.equal('enter-code');
    const answer = await visitor.submit(page, { code: nextCode(s.app), trust_device: '1' });
    expect(cookieOf(answer)).to.equal(undefined);
    const attributes = cookieOf(answer, '__Host-trusted')?.split('; ').slice(1) ?? [];
    expect(attributes).to.include.members(['path=/', 'secure', 'httponly', 'samesite=lax']);
    expect((await visitor.follow(answer)).name).to.equal('account');
    const again = createVisitor('https://op.test', { via: s.app.origin });
    const kept = /__Host-(trusted-[\w-]{11}=[^;]+)/.exec(visitor.jar.getCookieStringSync('https://op.test'));
    again.jar.setCookieSync(`${kept?.[1]}; Path=/`, 'https://op.test');
    await again.open('/account');
    expect((await again.signIn('app@open.test', 'correct horse battery staple')).name).to.equal('enter-code');
  });
});

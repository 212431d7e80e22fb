/** The answer that the browser posts to the relying party: a page of ours, that submits itself or by a button. */
import { expect } from 'chai';
import { CALLBACK, PASSWORD } from '../../../support/app.ts';
import type { Page } from '../../../support/pages/page.ts';
import { askAgain, interaction, MFA, nextCode, tokensFor } from '../story.ts';

const FORM_POST = { response_mode: 'form_post' };

describe('an answer by form_post', () => {
  const at = interaction();

  function policyOf({ headers }: Page): Map<string, string[]> {
    const policy = String(headers['content-security-policy'] ?? '');
    return new Map(
      policy.split(';').map((directive) => {
        const [name = '', ...values] = directive.trim().split(/\s+/);
        return [name, values];
      }),
    );
  }

  function expectWorking(page: Page) {
    const policy = policyOf(page);
    expect(page.name).to.equal('form-post');
    expect(page.$('script[src^="/assets/self-submit."]')).to.have.length(1);
    expect(page.$('script')).to.have.length(1);
    expect(policy.get('script-src')).to.deep.equal(["'self'"]);
    // Chromium would hold it against the relying party's own redirects, too.
    expect(policy.has('form-action')).to.equal(false);
    expect(policy.get('default-src')).to.deep.equal(["'none'"]);
    expect(policy.get('frame-ancestors')).to.deep.equal(["'none'"]);
    expect(page.headers['cache-control']).to.equal('no-store');
    // The address of a resumed interaction stays between us.
    expect(page.headers['referrer-policy']).to.equal('same-origin');
    expect(page.$('form[data-self-submit] button').text()).not.to.equal('');
    // Another language would mean to ask for another code.
    expect(page.$('form')).to.have.length(1);
  }

  it('goes to the redirect URI after a sign-in, and its script may run [U.3]', async () => {
    const visitor = at.app.visitor();
    await visitor.open(await at.rp.authorizationUrl(FORM_POST));
    await visitor.signIn('app@open.test', PASSWORD);
    const page = await visitor.enterCode(nextCode(at.app));
    expect(page.status).to.equal(200);
    expectWorking(page);
    const { action, body } = page.form({});
    expect(action).to.equal(CALLBACK);
    const tokens = await at.rp.exchange(`${CALLBACK}?${body}`);
    expect(tokens.claims()?.acr).to.equal(MFA);
  });

  it('goes to the redirect URI on SSO [U.3]', async () => {
    const { visitor } = await tokensFor(at.app, at.rp, 'new@open.test');
    const page = await askAgain(visitor, at.rp, FORM_POST);
    expectWorking(page);
    expect([...page.form({}).body.keys()]).to.include.members(['code', 'state', 'iss']);
  });

  it('goes to the redirect URI with an error [U.3]', async () => {
    const page = await askAgain(at.app.visitor(), at.rp, { ...FORM_POST, prompt: 'none' });
    expectWorking(page);
    expect(page.status).to.equal(400);
    expect(page.form({}).body.get('iss')).to.equal(at.app.origin);
    expect(page.form({}).action).to.equal(CALLBACK);
    expect(page.form({}).body.get('error')).to.equal('login_required');
  });

  it('speaks the language that the relying party asks for, and names it [1.7]', async () => {
    const { visitor } = await tokensFor(at.app, at.rp, 'new@open.test');
    for (const [locale, title] of [
      ['nl', 'Terug naar rp'],
      ['en', 'Back to rp'],
    ] as const) {
      const page = await askAgain(visitor, at.rp, { ...FORM_POST, ui_locales: locale });
      expect(page.$('html').attr('lang')).to.equal(locale);
      expect(page.$('h1').text()).to.equal(title);
      const error = await askAgain(at.app.visitor(), at.rp, {
        ...FORM_POST,
        ui_locales: locale,
        prompt: 'none',
      });
      expect(error.$('h1').text()).to.equal(title);
    }
  });

  it('has the brand of the tenant whose member signed in, or that the client belongs to', async () => {
    const { visitor } = await tokensFor(at.app, at.rp, 'app@strict.test');
    const page = await askAgain(visitor, at.rp, FORM_POST);
    expect(page.$('header .brand').text()).to.include('strict');
    const only = await at.app.relyingParty('strict-only');
    const error = await askAgain(at.app.visitor(), only, { ...FORM_POST, prompt: 'none' });
    expect(error.$('header .brand').text()).to.include('strict');
  });

  it('carries a state of markup as text [A91]', async () => {
    const { visitor } = await tokensFor(at.app, at.rp, 'new@open.test');
    const state = '"/><script>alert(1)</script>';
    const page = await askAgain(visitor, at.rp, { ...FORM_POST, state });
    expect(page.form({}).body.get('state')).to.equal(state);
    expect(page.$('script')).to.have.length(1);
  });

  it('comes in a page that cannot be framed and runs no foreign script [A93]', async () => {
    const { visitor } = await tokensFor(at.app, at.rp, 'new@open.test');
    const signIn = await askAgain(at.app.visitor(), at.rp);
    const error = await at.app.visitor().get('/auth?client_id=nobody');
    const signOut = await visitor.open('/session/end');
    const signedOut = await at.app.visitor().open('/session/end');
    await askAgain(visitor, at.rp, { prompt: 'login' });
    const switching = await visitor.signIn('boss@open.test', PASSWORD);
    const third = await askAgain(visitor, await at.app.relyingParty('third'));
    const pages = { 'sign-in': signIn, error, 'sign-out': signOut, 'signed-out': signedOut };
    for (const [name, page] of Object.entries({ ...pages, 'switch-account': switching, consent: third })) {
      expect(page.name).to.equal(name);
      const policy = policyOf(page);
      expect(page.headers['x-frame-options'], name).to.equal('DENY');
      expect(policy.get('frame-ancestors'), name).to.deep.equal(["'none'"]);
      expect([...policy.values()].flat().join(' '), name).not.to.include('unsafe');
      expect(policy.has('form-action'), name).to.equal(false);
      expect(page.$('script:not([src]), style, [style], [onclick], [onsubmit]'), name).to.have.length(0);
    }
  });
});

import { expect } from 'chai';
import type { Context } from 'koa';
import { LOCALES } from '../../../src/domain/account.ts';
import type { PageName, Render } from '../../../src/http/pages/page-contract.ts';
import type { Page } from '../../support/pages/page.ts';
import { NEWER_METHOD, SAMPLE_NOW, type Sample } from '../../support/pages/page-sample.ts';
import { PAGE_SAMPLES } from '../../support/pages/page-samples.ts';
import { type PageServer, startPageServer } from '../../support/pages/page-server.ts';
import { createVisitor } from '../../support/visitor.ts';

describe('every page', () => {
  let server: PageServer;
  before(async () => {
    server = await startPageServer();
  });
  after(() => server.close());

  const open = (name: string, language: string): Promise<Page> =>
    createVisitor(server.origin, { headers: { 'accept-language': language } }).get(
      `/interaction/sample/${name}`,
    );

  it('has a sample', () => {
    const pages: Readonly<Record<PageName, true>> = {
      'admin-users': true,
      'admin-invite': true,
      'admin-overview': true,
      'admin-security': true,
      'admin-preview': true,
      'admin-campaigns': true,
      'admin-campaign': true,
      'admin-campaign-preview': true,
      'admin-requests': true,
      'admin-request': true,
      'admin-whatif': true,
      'admin-user': true,
      'admin-audit': true,
      'sign-in': true,
      'select-account': true,
      'choose-method': true,
      'enter-code': true,
      'use-passkey': true,
      'offer-passkey': true,
      'recovery-used': true,
      'set-up-choose': true,
      'set-up-proof': true,
      'set-up-totp': true,
      'set-up-email': true,
      'set-up-sms': true,
      'set-up-passkey': true,
      'set-up-finish': true,
      'recovery-codes': true,
      consent: true,
      error: true,
      'sign-out': true,
      'signed-out': true,
      'switch-account': true,
      'device-code': true,
      'device-confirm': true,
      'device-done': true,
      'form-post': true,
      'confirm-email': true,
      'not-me': true,
      'forgot-password': true,
      'reset-password': true,
      password: true,
      invitation: true,
      'request-reset': true,
      'cancel-reset': true,
      'set-up-again': true,
      account: true,
      'change-email-code': true,
      sessions: true,
      'change-email': true,
      'confirm-notices': true,
      'restore-email': true,
      security: true,
      help: true,
      'confirm-removal': true,
      demo: true,
      'demo-signed-in': true,
      'demo-api': true,
      'demo-error': true,
      outbox: true,
      'outbox-message': true,
      'mail-samples': true,
    };
    expect(PAGE_SAMPLES.map(({ page }) => page)).to.include.members(Object.keys(pages));
  });

  for (const { name, page, pageContext } of PAGE_SAMPLES) {
    for (const locale of LOCALES) {
      it(`has ${name} in ${locale}, with its title, its tenant and a heading [1.7]`, async () => {
        const shown = await open(name, locale);
        const { $ } = shown;

        expect(shown.name).to.equal(page);
        expect($('html').attr('lang')).to.equal(locale);
        expect($('h1')).to.have.lengthOf(1);
        expect($('main, header, footer')).to.have.lengthOf(3);
        expect($('a.skip').attr('href')).to.equal(`#${$('main').attr('id')}`);
        const brand = { acme: 'Acme', globex: 'Globex' }[pageContext.tenantId ?? ''] ?? 'Doublelock';
        expect($('header .brand').text()).to.include(brand);
        expect($('title').text())
          .to.include($('h1').text())
          .and.to.match(new RegExp(` – ${brand}$`));
        expect(shown.headers).to.include({
          'content-type': 'text/html; charset=utf-8',
          'cache-control': 'no-store',
          'content-language': locale,
        });
      });
    }

    it(`translates all of ${name} except names [1.7]`, async () => {
      const [english, dutch] = await Promise.all([open(name, 'en'), open(name, 'nl')]);
      for (const selector of ['h1', 'main button', 'footer p']) {
        const texts = [english, dutch].map(({ $ }) => $(selector).text());
        if (texts[0] !== '' && !['Outbox'].includes(texts[0] ?? '')) expect(texts[0]).not.to.equal(texts[1]);
      }
    });

    it(`lets ${name} work by forms and links only [B.5]`, async () => {
      const { $ } = await open(name, 'en');
      const hasScript = [
        'switch-account',
        'form-post',
        'use-passkey',
        'set-up-passkey',
        'set-up-totp',
        'recovery-codes',
      ].includes(page);
      const hasPasskeys =
        (['sign-in', 'invitation'].includes(page) && $('form[data-passkey]').length > 0) ||
        $('[data-signals], [name=can_use_passkeys], form[data-options] [name=response]').length > 0;
      const hasPassword = $('input[type=password]').length > 0;
      const scripts = [hasScript || hasPasskeys, hasPassword].filter(Boolean);
      expect($('script').length).to.equal(scripts.length);
      expect($('script').text()).to.equal('');
      expect($('[style]')).to.have.lengthOf(0);
      // Its host serves no stylesheet.
      expect($('style').length).to.equal(name === 'error-misdirected' ? 1 : 0);
      expect(
        $('*').filter((_, element) => Object.keys($(element).attr() ?? {}).some(isHandler)),
      ).to.have.lengthOf(0);
      // A form that asks and changes nothing is a GET, which carries no token.
      expect($('form:not([method=post], [method=get]), form:not([action])')).to.have.lengthOf(0);
      expect($('form[method=get]').find('[name=_token], button[name]')).to.have.lengthOf(0);
      expect($('a[href^="javascript:"]')).to.have.lengthOf(0);
    });

    it(`shows on ${name} no button that needs a script [B.5]`, async () => {
      const { $ } = await open(name, 'en');
      expect($('form[data-passkey] button, button[type=button]').filter(':not([hidden])')).to.have.lengthOf(
        0,
      );
    });

    it(`labels the fields of ${name}, names its buttons and has at most one primary button`, async () => {
      const { $ } = await open(name, 'en');
      for (const field of $('main').find('input:not([type=hidden], [type=radio]), select').toArray()) {
        const id = $(field).attr('id');
        const label = id === undefined ? $(field).closest('label') : $(`label[for="${id}"]`);
        expect(label.text().trim(), id).not.to.equal('');
        const described = $(field).attr('aria-describedby')?.split(' ') ?? [];
        for (const one of described) expect($(`#${one}`), one).to.have.lengthOf(1);
      }
      const primary = $('main').find('button:not([class]), a[class=button]');
      expect(primary.length).to.be.at.most(1);
      expect($('[autofocus]').length).to.be.at.most(1);
      const ids = $('[id]')
        .toArray()
        .map((element) => $(element).attr('id'));
      expect(ids).to.have.lengthOf(new Set(ids).size);
    });
  }

  it('shows the plain name of a method of a newer release in the console', async () => {
    for (const name of ['admin-overview', 'admin-user-newer'])
      for (const language of LOCALES) {
        const { text } = await open(name, language);
        expect(text, name).to.include(NEWER_METHOD).and.not.include(`method.${NEWER_METHOD}`);
      }
    const { $ } = await open('admin-user-newer', 'en');
    expect($('[data-mark=factor] strong').first().text()).to.equal(NEWER_METHOD);
    const { $: known } = await open('admin-user', 'en');
    expect(known('[data-mark=method]').first().text()).to.equal('Authenticator app');
  });

  it('puts the token of its own model into each form', async () => {
    for (const { name, page } of PAGE_SAMPLES) {
      const { $ } = await open(name, 'en');
      if (['sign-out', 'switch-account'].includes(page)) {
        expect($('main form [name=xsrf]').attr('value')).to.equal('xsrf');
        continue;
      }
      // It posts to a relying party, which must not learn a token of ours.
      if (page === 'form-post') {
        expect($('main form [name=_token], main form [name=xsrf]')).to.have.lengthOf(0);
        continue;
      }
      for (const form of $('main form:not([method=get])').toArray()) {
        expect($(form).find('[name=_token]').attr('value'), name).to.equal('token-of-the-form');
      }
    }
  });
});

describe('a page that refuses', () => {
  let server: PageServer;
  let show: (ctx: Context, render: Render) => void;
  before(async () => {
    server = await startPageServer({ show: (ctx, render) => show(ctx, render), isDevelopment: false });
  });
  after(() => server.close());

  function shown(name: string, pageContext: Sample['pageContext']): Promise<Page> {
    const sample = PAGE_SAMPLES.find((each) => each.name === name);
    if (sample === undefined) throw new Error(`no sample is called ${name}`);
    show = (ctx, render) => render(ctx, sample.page, sample.model, { ...sample.pageContext, ...pageContext });
    return createVisitor(server.origin).get('/page');
  }

  it('focuses and marks the field, and gives the reason', async () => {
    const refused = await shown('enter-code', { refusal: { code: 'code_used' } });
    expect(refused.status).to.equal(422);
    expect(refused.error).to.equal('code_used');
    expect(refused.text).to.include('<p role="alert" data-error="code_used" tabindex="-1" id="alert">');
    const field = refused.$('[name=code]');
    expect(field.attr('aria-invalid')).to.equal('true');
    expect(field.attr('aria-describedby')?.split(' ')).to.include('alert');
    expect(refused.$('[autofocus]').attr('name')).to.equal('code');
    expect(refused.$('title').text()).to.match(/^Error: /);
  });

  it('switches its language at the page of the form, because the target of the form may have no page', async () => {
    show = (ctx, render) =>
      render(ctx, 'signed-out', { clientName: null }, { refusal: { code: 'enforced' } });
    const referer = `${server.origin}/account/security`;
    const refused = await createVisitor(server.origin).post('/page', {}, { referer });
    expect(refused.$('[name=return_to]').val()).to.equal('/account/security');
  });

  it('marks e-mail and password alike, keeps typed text, and never shows a password', async () => {
    const refused = await shown('sign-in-refused', {});
    expect(refused.$('[aria-invalid=true]').length).to.equal(2);
    expect(refused.$('[name=email]').attr('value')).to.equal('bob@acme.test');
    expect(refused.$('[name=password]').attr('value')).to.equal(undefined);
    expect(refused.$('[autofocus]').attr('name')).to.equal('password');
  });

  it('focuses the alert where no field is at fault', async () => {
    const refused = await shown('error-locked', {});
    expect(refused.$('[autofocus]').attr('id')).to.equal('alert');
    const unknown = await shown('sign-in', { refusal: { code: 'field_invalid', field: 'skip' } });
    expect(unknown.$('[autofocus]').attr('id')).to.equal('alert');
  });

  it('focuses the first choice of a chooser, or the field that a refusal names', async () => {
    const chooser = await shown('choose-method', { refusal: { code: 'method_not_allowed' } });
    expect(chooser.$('[autofocus]').attr('value')).to.equal('totp');
    const label = await shown('set-up-totp', { refusal: { code: 'field_invalid', field: 'label' } });
    expect(label.$('[autofocus]').attr('name')).to.equal('label');
  });

  it('gives the end of a lock in the page and in Retry-After', async () => {
    const locked = await shown('error-locked', {});
    expect(locked.status).to.equal(429);
    expect(locked.headers['retry-after']).to.equal(String(14 * 60));
    expect(locked.$('#alert').text()).to.include('in 14 minutes');
  });

  it('asks for no wait where another method is available', async () => {
    const locked = await shown('error-locked', { refusal: { code: 'too_many_attempts', retryAt: null } });
    expect(locked.status).to.equal(429);
    expect(locked.headers['retry-after']).to.equal('0');
    expect(locked.$('#alert').text()).to.not.match(/in \d+ minutes/);
  });

  it('rounds a wait up, and never suggests an attempt before its end', async () => {
    const refusal = { code: 'too_many_attempts', retryAt: SAMPLE_NOW + 60_001 } as const;
    const locked = await shown('error-locked', { refusal });
    expect(locked.headers['retry-after']).to.equal('61');
    expect(locked.$('#alert').text()).to.include('in 2 minutes');
  });

  it('uses a status that the caller gives', async () => {
    const failed = await shown('error-failed', { status: 500 });
    expect(failed.status).to.equal(500);
    expect(failed.headers['retry-after']).to.equal(undefined);
    const away = await shown('error-unavailable', { status: 503 });
    expect(away.status).to.equal(503);
    expect(Number(away.headers['retry-after'])).to.be.greaterThan(0);
  });
});

function isHandler(attribute: string): boolean {
  return /^on/i.test(attribute);
}

import { expect } from 'chai';
import type { Page } from '../../support/pages/page.ts';
import { PAGE_SAMPLES } from '../../support/pages/page-samples.ts';
import { type PageServer, startPageServer } from '../../support/pages/page-server.ts';
import { createVisitor } from '../../support/visitor.ts';

/** Selectors that must be there, once each unless a number stands beside them. */
const FIELDS: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  'sign-in': {
    'form[action="/interaction/uid"] input[name=email][type=email][autocomplete=username][required]': 1,
    'input[name=password][type=password][autocomplete=current-password]': 1,
    'input[autofocus][name=email]': 1,
    'form[action="/interaction/uid/cancel"] button[name=cancel]': 1,
  },
  'choose-method': {
    'input[type=radio][name=method]': 4,
    'input[name=method][value=totp][checked]': 1,
    'input[name=method][value=recovery]': 1,
  },
  'enter-code': {
    'body[data-method=totp]': 1,
    'input[name=code][inputmode=numeric][autocomplete="one-time-code"][autofocus]': 1,
    'input[name=code][pattern]': 0,
    'a[href$=choose-method]': 0,
    'a[href="mailto:help@acme.test"]': 1,
    'a[href="https://acme.test/2fa"][rel=noopener]': 1,
  },
  'enter-code-wrong': { 'a[href$=choose-method]': 1 },
  'enter-code-email': {
    // The field has the focus, so its description tells a screen reader what was sent, and where.
    'input[name=code][aria-describedby="sent-to"]': 1,
    '#sent-to [data-mark=destination]': 1,
    'body[data-method=email]': 1,
    'input[name=code][inputmode=numeric][autocomplete="one-time-code"][autofocus]': 1,
    '[data-mark=destination]': 1,
    'button[name=resend][formnovalidate]': 1,
    'input[type=checkbox][name=trust_device]': 1,
    'input[type=hidden][name=seen][value="id-of-the-sending"]': 1,
    'a[href$=choose-method]': 1,
  },
  'enter-code-sms': { 'body[data-method=sms]': 1, 'button[name=resend]': 1 },
  'enter-code-gone': { 'button[name=resend]': 1, '[role=alert][data-error=code_expired]': 1 },
  'enter-code-too-soon': { '[role=alert][data-error=resend_too_soon]': 1, 'button[name=resend]': 1 },
  'enter-code-recovery': {
    'body[data-method=recovery]': 1,
    'input[name=code]:not([inputmode])': 1,
    'input[autocomplete="one-time-code"]': 0,
    'button[name=resend]': 0,
    '[data-mark=destination]': 0,
  },
  'set-up-choose': {
    'input[name=method]': 3,
    'form:not(:has([name=method])) button[name=later]': 1,
    '.notice a[href="https://acme.test/why"]': 1,
    '.notice a[href="mailto:help@acme.test"]': 1,
  },
  'set-up-totp': {
    'code[data-mark=secret]': 1,
    'img[data-mark=qr][alt][src^="data:image/svg+xml"]': 1,
    'a[href^="otpauth://totp/"]': 1,
    'input[name=code][autofocus]': 0,
    'input[name=label]:not([required])': 1,
    'select[name=app]:not([required]) option': 5,
    '.notice': 0,
  },
  'set-up-proof': {
    'button[name=send]': 1,
    'input[name=code]': 0,
    '[data-mark=destination]': 1,
    '.notice': 1,
    'a[href="/interaction/uid/set-up"]': 1,
  },
  'set-up-proof-sent': { 'input[name=code][autofocus]': 1, 'button[name=resend]': 1, 'button[name=send]': 0 },
  'set-up-email': { 'button[name=send]': 1, 'main a[href="/account/security"]': 1, 'input[name=code]': 0 },
  'set-up-email-wrong': { 'input[name=code][aria-invalid=true]': 1, 'button[name=resend]': 1 },
  'set-up-sms': {
    'input[name=phone][type=tel][autocomplete=tel][required][autofocus]': 1,
    'button[name=send]': 1,
    'input[name=code]': 0,
    '[data-mark=destination]': 0,
  },
  'set-up-sms-refused': { 'input[name=phone][aria-invalid=true][value="06 12 34"]': 1 },
  'set-up-sms-sent': {
    'form:not(:has([name=phone])) input[name=code][autofocus]': 1,
    'form:not(:has([name=phone])) button[name=resend]': 1,
    'form:not(:has([name=code])) input[name=phone]': 1,
    'form:not(:has([name=code])) button[name=send]': 1,
    '[data-mark=destination]': 1,
  },
  'recovery-codes': { '[data-mark=recovery-code]': 10, 'button[name=saved]': 1, 'button[name=cancel]': 0 },
  'confirm-email': { 'button[name=confirm]': 1 },
  'confirm-email-done': { 'button[name=confirm]': 0, '[role=status]': 1 },
  'not-me': { 'button[name=report]': 1 },
  'not-me-done': { '[role=status]': 1, 'button[name=report]': 0 },
  'set-up-totp-forced': { '.notice': 1, 'a[href="/interaction/uid/set-up"]': 1 },
  'set-up-totp-refused': {
    'input[name=code][autofocus][aria-invalid=true]': 1,
    'input[name=label][value="Work phone"]': 1,
    'option[value=Aegis][selected]': 1,
    'code[data-mark=secret]': 1,
    'nav a[href="/account/security"]': 1,
    'main a[href="/account/security"]': 1,
    'button[name=cancel]': 0,
  },
  'use-passkey': {
    'form[data-passkey=get][action$="/verify/passkey"] input[type=hidden][name=response]': 1,
    'button[name=confirm][hidden]': 1,
    'script[src^="/assets/passkey."][defer]': 1,
    '[role=alert]#passkey-told[hidden]': 1,
    noscript: 1,
    'a[href$=choose-method]': 1,
    'input[name=label]': 0,
  },
  'set-up-passkey-forced': {
    'form[data-passkey=create][action$="/set-up/passkey"] input[name=label]:not([required])': 1,
    '.notice a[href="mailto:help@acme.test"]': 1,
    'a[href="/interaction/uid/set-up"]': 1,
  },
  'set-up-passkey-refused': {
    '[role=alert][data-error=code_invalid]': 1,
    'input[name=label][value=Laptop]': 1,
    'main a[href="/account/security"]': 1,
  },
  consent: {
    'button[name=allow]': 1,
    'button[name=deny]': 1,
    '.scopes li': 7,
    'a[href="https://timesheets.test/privacy"]': 1,
  },
  'consent-openid': { '.scopes': 0, '.support': 0 },
  'select-account': {
    'form[action$="/select-account"] button[name=continue]': 1,
    'form[action$="/select-account"] button[name=other]': 1,
    'form[action$="/select-account"] button[name=cancel]': 1,
  },
  'device-code': {
    'form[action="/device"] input[name=user_code][required]': 1,
    'form[action="/device"] button': 1,
  },
  'device-code-wrong': {
    '[role=alert][data-error=code_invalid]': 1,
    'input[name=user_code][aria-invalid=true][value=WDJB-MJHX]': 1,
  },
  'device-code-locked': { '[role=alert][data-error=too_many_attempts]': 1 },
  'device-confirm': {
    'form[action="/device"] input[type=hidden][name=user_code][value=WDJB-MJHT]': 1,
    'form[action="/device"] button[name=confirm]': 1,
    'form[action="/device"] button[name=cancel]': 1,
    '[data-mark=application]': 1,
    '[data-mark=place]': 1,
    'time[data-mark=time][datetime="2026-11-29T13:58:00.000Z"]': 1,
    '[data-mark=account]': 1,
  },
  'device-confirm-elsewhere': { '[data-mark=account]': 0, 'button[name=confirm]': 1 },
  'device-done': { 'main a[href="https://timesheets.test/"]': 1, form: 1 },
  'device-done-cancelled': { 'main a': 0, form: 1 },
  'error-locked': { '[role=alert][data-error=too_many_attempts]': 1, 'a[href$=choose-method]': 1 },
  'sign-out': {
    'form[action="/session/end/confirm"] button[name=logout][value=yes]': 1,
    'form button:not([name])': 1,
  },
  'switch-account': {
    'form[data-self-submit] [name=logout][value=yes]': 1,
    'form[data-self-submit] button': 1,
    'script[src^="/assets/self-submit."][defer]': 1,
  },
  'form-post': {
    'form[data-self-submit][action="https://app.acme.test/callback"]': 1,
    'form[data-self-submit] input[type=hidden]': 2,
    'form[data-self-submit] button:not([name])': 1,
    'script[src^="/assets/self-submit."][defer]': 1,
    'form[action="/locale"]': 0,
  },
  account: { 'nav a[href="/account"][aria-current=page]': 1, 'nav a[href="/session/end"]': 1, dd: 3 },
  'security-none': {
    'input[name=method][value=totp]': 1,
    'button[name=set_up]': 1,
    'button[name=remove]': 0,
    'button[name=turn_off]': 0,
  },
  'security-optional': {
    'form[action^="/account/security/factors/"][action$="/remove"]': 2,
    'button[name=remove]': 2,
    'form[action="/account/security/turn-off"] button[name=turn_off]': 1,
    '[role=status]': 1,
  },
  'security-required': { 'button[name=remove]': 0, 'button[name=turn_off]': 0 },
  'security-administrator': { 'button[name=remove]': 0, 'button[name=turn_off]': 0 },
  demo: { 'a[href="/demo/start"]': 1, 'a[href="/demo/two/start"]': 1, '.accounts li': 2 },
  'demo-signed-in': {
    '[data-claim=acr]': 1,
    'a[href="/demo/step-up"]': 1,
    'form[action="/demo/refresh"] button': 1,
    'form[action="/demo/api-call"] button[name=call_api]': 1,
    'a[href="/demo/sign-out"]': 1,
  },
  'demo-api': {
    '[data-claim=status]': 1,
    '[data-claim=challenge]': 1,
    'a[href="/demo/api-call/step-up"]': 1,
    'button[name=call_api]': 1,
  },
  'demo-error': { '[data-claim=error]': 1 },
  outbox: {
    'article.card': 2,
    'main time[datetime]': 2,
    'a[href^="/dev/outbox/"]': 2,
    'a[href="/dev/mail"]': 1,
  },
  'outbox-message': { 'a[href="https://acme.test/2fa"]': 1, 'main a[href="/dev/outbox"]': 1, iframe: 0 },
  'outbox-message-sms': { '.bubble[lang=en]': 1, 'main a[href="/dev/mail"]': 1 },
  'mail-samples': {
    'a[aria-current][href="/dev/mail?tenant=acme"]': 1,
    'section[lang=nl] a[href="/dev/mail/email/code-sign-in/nl"]': 1,
  },
};

describe('the contract of a page', () => {
  let server: PageServer;
  before(async () => {
    server = await startPageServer();
  });
  after(() => server.close());

  const open = (name: string, language = 'en'): Promise<Page> =>
    createVisitor(server.origin, { headers: { 'accept-language': language } }).get(
      `/interaction/sample/${name}`,
    );

  for (const [name, selectors] of Object.entries(FIELDS)) {
    it(`keeps the fields, buttons and marks of ${name}`, async () => {
      const { $ } = await open(name);
      for (const [selector, count] of Object.entries(selectors)) {
        expect($(selector).length, selector).to.equal(count);
      }
    });
  }

  it('names existing samples only', () => {
    expect(PAGE_SAMPLES.map(({ name }) => name)).to.include.members(Object.keys(FIELDS));
  });

  it('shows the secret in groups, as base32 [0.4]', async () => {
    expect((await open('set-up-totp')).mark('secret')).to.match(/^[A-Z2-7]{4}( [A-Z2-7]{4}){7}$/);
  });

  it('says that a new code follows one that is just too late [1.1]', async () => {
    expect((await open('set-up-totp')).text).to.include('If the code changes while you type');
    expect((await open('enter-code', 'nl')).text).to.include('Verandert de code terwijl je typt?');
  });

  it('shows the message of the tenant in the language of the page [1.3]', async () => {
    expect((await open('set-up-choose')).$('.notice').text()).to.include('two colleagues');
    expect((await open('set-up-choose', 'nl')).$('.notice').text()).to.include('twee collega’s');
    expect((await open('set-up-choose', 'nl')).$('.notice [lang]').attr('lang')).to.equal('nl');
  });

  it('names the organisation or the application that requires an enrolment [1.3]', async () => {
    expect((await open('set-up-choose')).$('.notice').text()).to.include(
      'Acme requires two-step verification.',
    );
    expect((await open('set-up-totp-forced')).$('.notice').text()).to.include(
      'Acme Payroll requires two-step verification.',
    );
  });

  it('names the contact on the code page, or the administrator where none is configured [1.5]', async () => {
    expect((await open('enter-code')).$('.support').text()).to.include('Lost your phone');
    expect((await open('enter-code-used')).$('.support').text()).to.include('administrator');
  });

  it('says why two-step verification cannot be turned off, and who can change that [1.6]', async () => {
    const required = await open('security-required');
    expect(required.$('main').text()).to.include('because Acme requires it');
    expect((await open('security-administrator')).$('main').text()).to.include(
      'your role requires a second step',
    );
  });

  it('says where a code went and how long it is valid, and when none was sent [2.8]', async () => {
    const text = async (name: string) => (await open(name)).$('main [role=status]').text();
    expect(await text('enter-code-email'))
      .to.include('b••••••@a••••••')
      .and.include('90 more seconds');
    expect(await text('enter-code-sms'))
      .to.include('••••••78')
      .and.match(/\b1 more second\b/);
    expect(await text('enter-code-gone')).not.to.include('second');
  });

  it('says when a code can be sent again [2.8]', async () => {
    expect((await open('enter-code-too-soon')).$('#alert').text()).to.include('in 4 minutes');
  });

  it('says how far the clock is off and which setting corrects it [3.8]', async () => {
    const { $ } = await open('enter-code-clock');
    expect($('#alert').text()).to.include('about 90 seconds behind').and.include('automatic date and time');
    expect($('#alert').text()).to.include('1 attempt left');
  });

  it('says until when an enrolment can be postponed [4.6]', async () => {
    expect((await open('set-up-choose')).$('.later').text()).to.include('13 December 2026');
    expect((await open('set-up-choose', 'nl')).$('.later').text()).to.include('13 december 2026');
  });

  it('names the outbox in development only', async () => {
    const production = await startPageServer({ isDevelopment: false });
    const page = await createVisitor(production.origin).get('/interaction/sample/sign-in');
    await production.close();
    expect(page.$('a[href="/dev/outbox"]')).to.have.lengthOf(0);
    expect((await open('sign-in')).$('a[href="/dev/outbox"]')).to.have.lengthOf(1);
  });
});

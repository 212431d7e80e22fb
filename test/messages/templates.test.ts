import { expect } from 'chai';
import { load } from 'cheerio';
import { LOCALES, type Locale } from '../../src/domain/account.ts';
import { createMessageWriter, createMessenger } from '../../src/messages/templates.ts';
import {
  DeliveryFailed,
  type Message,
  type MessageTemplate,
  type Recipient,
} from '../../src/ports/senders.ts';
import { contrast } from '../../src/presentation/brand.ts';
import {
  CODE,
  CONFIRM_URL,
  codeMessage,
  INVITATION_URL,
  MESSAGE_ISSUER,
  MESSAGE_NOW,
  MESSAGE_TEMPLATES,
  NOT_ME_URL,
  noticeMessage,
  RESET_URL,
  RESTORE_URL,
  SET_UP_URL,
} from '../support/delivery/message-samples.ts';
import { SAMPLE_TENANTS, sampleTenant } from '../support/pages/sample-tenants.ts';

const OPTIONS = { tenants: SAMPLE_TENANTS, issuer: MESSAGE_ISSUER, clock: { now: () => MESSAGE_NOW } };
const TO: Recipient = { channel: 'email', to: 'bob@acme.test', tenantId: 'acme', locale: 'en' };
const HOSTILE = 'A<b>&"\'c\r\nBcc: evil@x.test\u2028\u202e{{code}}$t(mail.confirm)<%= 7*7 %>';

const write = createMessageWriter(OPTIONS);
const mail = (template: MessageTemplate, to: Partial<Recipient> = {}): Message =>
  write({ ...TO, ...to }, template);
const page = ({ html }: Message) => load(html ?? '');
const visible = (message: Message): string => page(message)('body').text().replaceAll(/\s+/g, ' ');

/** Every address that stands somewhere in it, as a link or as words. */
function addresses({ text, html, subject }: Message): string[] {
  return [...`${subject} ${text} ${html}`.matchAll(/[a-z]+:\/\/[^\s"'<>]+/gi)].map(([found]) => found);
}

describe('a message template', () => {
  for (const [name, template] of Object.entries(MESSAGE_TEMPLATES)) {
    for (const locale of LOCALES) {
      it(`gives ${name} in ${locale}, with the same text in both parts [1.7]`, () => {
        const message = mail(template, { locale });
        const $ = page(message);

        expect($('html').attr('lang')).to.equal(locale);
        expect($('title').text()).to.equal(message.subject);
        expect($('h1')).to.have.lengthOf(1);
        expect(`${message.subject} ${message.text}`).not.to.match(
          /\b(mail|sms|method|time)\.\w|\{\{|undefined/,
        );
        const lines = message.text.split('\n').filter((line) => line !== '');
        expect(lines.length).to.be.above(3);
        const facts = $('dt')
          .toArray()
          .map((term) => `${$(term).text()}: ${$(term).next('dd').text()}`);
        for (const line of lines.filter((each) => !facts.includes(each))) {
          if (line.startsWith('https:')) expect($(`a[href="${line}"]`)).to.have.lengthOf(1);
          else expect(visible(message)).to.include(line.replace(/:$/, ''));
        }
        for (const fact of facts) expect(lines).to.include(fact);
      });
    }

    it(`gives ${name} with another text in each language [1.7]`, () => {
      const [english, dutch] = [mail(template, { locale: 'en' }), mail(template, { locale: 'nl' })];
      expect(english.subject).not.to.equal(dutch.subject);
      expect(page(english)('h1').text()).not.to.equal(page(dutch)('h1').text());
    });

    it(`links in ${name} to the configured issuer only, and loads nothing [A75]`, () => {
      for (const message of [mail(template), mail(template, { channel: 'sms' })]) {
        for (const address of addresses(message)) {
          expect(new URL(address).origin, address).to.equal(MESSAGE_ISSUER);
        }
      }
      const $ = page(mail(template));
      expect($('img, script, link, iframe, object, form, [src], [background]')).to.have.lengthOf(0);
      expect($('*').toString()).not.to.match(/url\(|@import|javascript:/i);
    });

    it(`has in the URLs of ${name} no secret except the token of the link [A102]`, () => {
      for (const message of [mail(template), mail(template, { channel: 'sms' })]) {
        const known = [CONFIRM_URL, NOT_ME_URL, RESET_URL, RESTORE_URL, INVITATION_URL, SET_UP_URL];
        expect(known).to.include.members([...new Set(addresses(message))]);
      }
    });

    it(`shows in ${name} hostile names as text, and no line break of theirs in the subject [A91]`, () => {
      const tenant = sampleTenant({ name: HOSTILE, brand: { logo: null, colour: 'red}</style><b>' } });
      const hostile =
        template.kind === 'notice' && template.about ? { ...template, about: HOSTILE } : template;
      const writeHostile = createMessageWriter({ ...OPTIONS, tenants: [tenant] });
      const message = writeHostile(TO, hostile);

      expect(message.subject).not.to.match(/[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/u);
      const $ = page(message);
      expect($('b')).to.have.lengthOf(0);
      expect($('header').text()).to.include('A<b>&"\'c Bcc: evil@x.test');
      expect(message.text).to.include('{{code}}$t(mail.confirm)<%= 7*7 %>').and.not.match(/^Bcc:/m);
      expect($('style').text()).not.to.include('red');
      expect(writeHostile({ ...TO, channel: 'sms' }, hostile).text).not.to.match(/^Bcc:/m);
    });
  }

  it('carries the code in its subject and, as six digits together, before any other figures [2.8]', () => {
    for (const locale of LOCALES) {
      const message = mail(codeMessage({ confirmUrl: CONFIRM_URL }), { locale });
      expect(message.subject).to.match(new RegExp(`^${CODE} .* Acme$`));
      expect(/\b\d+\b/.exec(message.text)?.[0]).to.equal(CODE);
      expect(page(message)('.code').text()).to.equal(CODE);
    }
  });

  it('says how long the code is valid, what to do if it was not you, and that nobody asks for it [2.8]', () => {
    const { text } = mail(codeMessage());
    expect(text).to.include('90 seconds').and.include('only once');
    expect(text).to.include('Didn’t ask for this code?').and.include('Someone may know your password');
    expect(text).to.include('Nobody from Acme will ever ask you for it');
    expect(mail(codeMessage(), { locale: 'nl' }).text)
      .to.include('90 seconden')
      .and.include('ooit');
  });

  it('gives lifetimes over two minutes in minutes, rounded down [2.8]', () => {
    const life = (seconds: number) =>
      /works for (.*?),/.exec(mail(codeMessage({ expiresAt: MESSAGE_NOW + seconds * 1000 })).text)?.[1];
    expect([89.9, 120, 121, 599, 600].map(life)).to.deep.equal([
      '90 seconds',
      '120 seconds',
      '2 minutes',
      '9 minutes',
      '10 minutes',
    ]);
    expect(life(1)).to.equal('1 second');
  });

  it('gives the expiry of a code and of a link for a new password, and none for other messages', () => {
    for (const [name, template] of Object.entries(MESSAGE_TEMPLATES)) {
      const expiresAt = 'expiresAt' in template ? template.expiresAt : null;
      expect(mail(template).expiresAt, name).to.equal(expiresAt);
    }
  });

  it('has a button that confirms the address where a link is given [2.5]', () => {
    expect(page(mail(codeMessage()))('a')).to.have.lengthOf(0);
    const confirming = mail(codeMessage({ confirmUrl: CONFIRM_URL }));
    expect(page(confirming)('a').attr('href')).to.equal(CONFIRM_URL);
    expect(confirming.text).to.include(CONFIRM_URL);
  });

  it('names the act, its method and its time, and the link to report that it was not you', () => {
    const added = mail(noticeMessage('factor-added', { method: 'totp' }));
    expect(added.text).to.include('Authenticator app').and.include('29 November 2026, 14:05 UTC');
    expect(added.text).to.include(NOT_ME_URL);
    const used = mail(noticeMessage('recovery-used', { left: 3 }), { locale: 'nl' });
    expect(used.text).to.include('Herstelcodes over: 3').and.include('29 november 2026');
    expect(mail(noticeMessage('recovery-used', { left: 0 })).text).to.include('left: 0');
    expect(mail(noticeMessage('factor-added', { notMeUrl: null })).html).not.to.include('<a ');
  });

  it('gives its time in the time zone of the tenant, and in UTC without a tenant [1.7]', () => {
    const tenants = [sampleTenant({ timeZone: 'Europe/Amsterdam' })];
    const writeThere = createMessageWriter({ ...OPTIONS, tenants });
    const template = noticeMessage('factor-added', { method: 'totp' });
    const there = writeThere(TO, template);
    expect(there.text).to.include('29 November 2026, 15:05 CET');
    expect(visible(there)).to.include('29 November 2026, 15:05 CET');
    expect(writeThere({ ...TO, tenantId: 'unknown' }, template).text).to.include('14:05 UTC');
  });

  it('names the account to an administrator, but not to the account itself', () => {
    const about = mail(noticeMessage('reported', { about: 'bob@acme.test', notMeUrl: null }));
    const own = mail(noticeMessage('reported', { notMeUrl: null }));
    expect(about.text).to.include('Account: bob@acme.test');
    expect(own.subject).not.to.equal(about.subject);
    expect(own.text).not.to.include('bob@acme.test');
  });

  it('uses the language of the account, else the tenant’s', () => {
    const cases: readonly (readonly [Locale | null, string, Locale])[] = [
      [null, 'acme', 'en'],
      [null, 'globex', 'nl'],
      ['nl', 'acme', 'nl'],
      ['en', 'globex', 'en'],
      [null, 'unknown', 'en'],
    ];
    for (const [locale, tenantId, expected] of cases) {
      expect(page(mail(codeMessage(), { locale, tenantId }))('html').attr('lang')).to.equal(expected);
    }
  });

  it('has the name and the colour of the tenant, else those of the product', () => {
    expect(mail(codeMessage()).html).to.include('background:#b5174b').and.include('help@acme.test');
    expect(mail(codeMessage(), { tenantId: 'globex' }).html).to.include('background:#0b5d68');
    expect(mail(codeMessage(), { tenantId: 'unknown' }).subject).to.include('Doublelock');
    const named = createMessageWriter({ ...OPTIONS, productName: 'Widgets' });
    expect(named({ ...TO, tenantId: 'unknown' }, codeMessage()).subject).to.include('Widgets');
  });

  for (const colour of ['#ffffff', '#000000', '#ffe600', '#b5174b', '#808080']) {
    it(`is readable where the tenant's colour is ${colour} [U.4]`, () => {
      const tenant = sampleTenant({ brand: { logo: null, colour } });
      const template = noticeMessage('factor-added');
      const $ = page(createMessageWriter({ ...OPTIONS, tenants: [tenant] })(TO, template));
      const style = $('a.button').attr('style') ?? '';
      const [, ground = '', ink = ''] = /background:(#\w{6});color:(#\w{6})/.exec(style) ?? [];
      expect(contrast(ground, ink)).to.be.at.least(4.5);
    });
  }

  it('throws when it would link elsewhere [A75]', () => {
    for (const url of [
      'https://evil.test/x',
      'http://id.kantoorzuid.example:8443/x',
      'javascript:alert(1)',
    ]) {
      expect(() => mail(codeMessage({ confirmUrl: url })), url).to.throw(TypeError, 'issuer');
      expect(() => mail(noticeMessage('factor-added', { notMeUrl: url })), url).to.throw(TypeError);
      expect(() => mail({ kind: 'confirm-address', confirmUrl: url }), url).to.throw(TypeError);
    }
  });
});

describe('a messenger', () => {
  it('hands the message over, and reports whether it was accepted', async () => {
    const sent: Message[] = [];
    const taking = createMessenger({ ...OPTIONS, sender: { send: async (m) => void sent.push(m) } });
    expect(await taking.send(TO, codeMessage())).to.equal(true);
    expect(sent).to.deep.equal([mail(codeMessage())]);
  });

  it('reports a message that was not accepted, and hides no other fault [R41]', async () => {
    const failing = (error: Error) =>
      createMessenger({ ...OPTIONS, sender: { send: () => Promise.reject(error) } }).send(TO, codeMessage());
    expect(await failing(new DeliveryFailed('the gateway is away'))).to.equal(false);
    const fault = await failing(new RangeError('broken')).catch((error: unknown) => error);
    expect(fault).to.be.instanceOf(RangeError);
  });
});

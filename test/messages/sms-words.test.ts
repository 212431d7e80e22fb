import { expect } from 'chai';
import { LOCALES } from '../../src/domain/account.ts';
import { PURPOSES } from '../../src/domain/sign-in/challenge.ts';
import { gsmLength } from '../../src/messages/sms-words.ts';
import { createMessageWriter } from '../../src/messages/templates.ts';
import type { MessageTemplate, Recipient } from '../../src/ports/senders.ts';
import {
  CODE,
  codeMessage,
  MESSAGE_ISSUER,
  MESSAGE_NOW,
  MESSAGE_TEMPLATES,
  noticeMessage,
} from '../support/delivery/message-samples.ts';
import { sampleTenant } from '../support/pages/sample-tenants.ts';

const ONE_MESSAGE = 160;

function sms(template: MessageTemplate, name = 'Kantoor Zuid', to: Partial<Recipient> = {}): string {
  const write = createMessageWriter({
    tenants: [sampleTenant({ name })],
    issuer: MESSAGE_ISSUER,
    clock: { now: () => MESSAGE_NOW },
  });
  const recipient = { channel: 'sms', to: '+31612345678', tenantId: 'acme', locale: 'en' } as const;
  const { text, subject, html } = write({ ...recipient, ...to }, template);
  expect({ subject, html }).to.deep.equal({ subject: '', html: null });
  return text;
}

describe('an SMS', () => {
  for (const purpose of PURPOSES) {
    for (const locale of LOCALES) {
      it(`for ${purpose} in ${locale} ends in the line that browsers read, with the host only [3.3]`, () => {
        const text = sms(codeMessage({ purpose }), 'Kantoor Zuid', { locale });
        expect(text.split('\n').at(-1)).to.equal(`@id.kantoorzuid.example #${CODE}`);
        expect(text).to.match(new RegExp(`^${CODE} `));
        expect(text.match(/\d{6}/g)).to.deep.equal([CODE, CODE]);
      });
    }
  }

  for (const locale of LOCALES) {
    for (const name of [
      'Acme',
      'Café “Škoda” – 1ère',
      '株式会社アクメ',
      'Vereniging '.repeat(9),
      '{[^|~]}€',
    ]) {
      it(`in ${locale} fits one message for any tenant name: ${name.slice(0, 12)} [3.3]`, () => {
        for (const purpose of ['sign-in', 'set-up'] as const) {
          const length = gsmLength(sms(codeMessage({ purpose }), name, { locale }));
          expect(length, purpose).to.be.within(80, ONE_MESSAGE);
        }
      });
    }
  }

  it('transliterates a name, or uses the product’s name instead of a mangled one [3.3]', () => {
    expect(sms(codeMessage(), 'Café “Škoda”')).to.include('Café "Skoda"');
    expect(sms(codeMessage(), '株式会社アクメ')).to.include('Doublelock');
  });

  it('has the whole name where a link makes it two messages anyway', () => {
    const name = 'Bakkerij De Gouden Krakeling';
    const text = sms(
      noticeMessage('factor-added', { notMeUrl: `${MESSAGE_ISSUER}/not-me/${'x'.repeat(120)}` }),
      name,
    );
    expect(gsmLength(text)).to.be.above(ONE_MESSAGE);
    expect(text).to.match(new RegExp(`^${name}: `));
  });

  it('has no other line that a browser could read as that of the code [3.3]', () => {
    const text = sms(codeMessage(), 'Evil\n@evil.test #666666');
    expect(text.split('\n')).to.have.lengthOf(2);
    expect(text.split('\n').at(-1)).to.equal(`@id.kantoorzuid.example #${CODE}`);
  });

  it('says how long the code is valid and that nobody asks for it [3.3]', () => {
    expect(sms(codeMessage())).to.include('90 seconds').and.include('never ask');
    expect(sms(codeMessage(), 'Acme', { locale: 'nl' }))
      .to.include('90 seconden')
      .and.include('nooit');
  });

  for (const [name, template] of Object.entries(MESSAGE_TEMPLATES)) {
    it(`has ${name} in the GSM alphabet, with another text in each language`, () => {
      const [english, dutch] = LOCALES.map((locale) => sms(template, 'Kantoor Zuid', { locale }));
      expect(gsmLength(english ?? '')).to.be.above(20);
      expect(gsmLength(dutch ?? '')).to.be.above(20);
      expect(english).not.to.equal(dutch);
      expect(`${english} ${dutch}`).not.to.match(/\bsms\.\w|\{\{|undefined/);
    });
  }

  it('counts characters that take two places', () => {
    expect(gsmLength('a€')).to.equal(3);
    expect(gsmLength('’')).to.equal(null);
  });
});

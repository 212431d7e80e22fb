import { expect } from 'chai';
import { load } from 'cheerio';
import { LOCALES } from '../../src/domain/account.ts';
import { createMessageWriter } from '../../src/messages/templates.ts';
import { unbroken } from '../../src/presentation/unbroken.ts';
import { MESSAGE_ISSUER, MESSAGE_NOW, MESSAGE_TEMPLATES } from '../support/delivery/message-samples.ts';
import { PAGE_SAMPLES } from '../support/pages/page-samples.ts';
import { type PageServer, startPageServer } from '../support/pages/page-server.ts';
import { SAMPLE_TENANTS } from '../support/pages/sample-tenants.ts';
import { createVisitor } from '../support/visitor.ts';

/** The text of the body without the marked words, and without choices, which end no line and take no markup. */
function unmarked(html: string): string {
  const $ = load(html);
  $('.unbroken, option').remove();
  return $('body').text();
}

describe('the word e-mail', () => {
  let server: PageServer;
  before(async () => {
    server = await startPageServer();
  });
  after(() => server.close());

  for (const locale of LOCALES) {
    it(`is marked as unbroken wherever it stands on a page in ${locale}`, async () => {
      const visitor = createVisitor(server.origin, { headers: { 'accept-language': locale } });
      for (const { name } of PAGE_SAMPLES) {
        const { text } = await visitor.get(`/interaction/sample/${name}`);
        expect(unmarked(text), name).not.to.match(/e-mail/i);
      }
    });

    it(`is marked in the HTML of a mail in ${locale}, and plain in its text and in an SMS`, () => {
      const clock = { now: () => MESSAGE_NOW };
      const write = createMessageWriter({ tenants: SAMPLE_TENANTS, issuer: MESSAGE_ISSUER, clock });
      for (const [name, template] of Object.entries(MESSAGE_TEMPLATES)) {
        const to = { to: 'bob@acme.test', tenantId: 'acme', locale };
        const mail = write({ ...to, channel: 'email' }, template);
        const { text } = write({ ...to, channel: 'sms' }, template);
        expect(unmarked(mail.html ?? ''), name).not.to.match(/e-mail/i);
        expect(`${mail.subject} ${mail.text} ${text}`, name).not.to.match(/unbroken|[\u2010\u2011\u2060]/);
      }
    });
  }

  it('keeps its characters when it is marked, and the text is escaped', () => {
    expect(unbroken('<b>E-mail</b> & e-mailadres')).to.equal(
      '&lt;b&gt;<span class="unbroken">E-mail</span>&lt;/b&gt; &amp; <span class="unbroken">e-mail</span>adres',
    );
  });
});

import { expect } from 'chai';
import type { Page } from '../../support/pages/page.ts';
import { FIELDS } from '../../support/pages/page-fields.ts';
import { PAGE_SAMPLES } from '../../support/pages/page-samples.ts';
import { type PageServer, startPageServer } from '../../support/pages/page-server.ts';
import { createVisitor } from '../../support/visitor.ts';

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

/** The help pages of the server, and the links that lead to them. */
import { expect } from 'chai';
import { HELP_TOPICS } from '../../../src/presentation/help.ts';
import { type App, startApp } from '../../support/app.ts';
import { createVisitor } from '../../support/visitor.ts';

describe('the help pages', () => {
  let app: App;
  before(async () => {
    app = await startApp();
  });
  after(() => app.stop());

  const reader = (language: string) =>
    createVisitor(app.origin, { headers: { 'accept-language': language } });

  for (const topic of HELP_TOPICS) {
    it(`shows ${topic} in both languages, with links to the others [1.7]`, async () => {
      for (const language of ['en', 'nl']) {
        const page = await reader(language).get(`/help/${topic}`);
        expect([page.status, page.name]).to.deep.equal([200, 'help']);
        expect(page.$('html').attr('lang')).to.equal(language);
        expect(page.$('main li').length).to.be.greaterThan(HELP_TOPICS.length);
        expect(page.$('main [aria-current=page]').attr('href')).to.equal(`/help/${topic}`);
      }
    });
  }

  it('leads from the address of the help to its first page, and knows no other topics', async () => {
    const bob = reader('en');
    const first = await bob.get('/help');
    expect(first.headers.location).to.equal('/help/sign-in');
    expect((await bob.get('/help/secrets')).status).to.equal(404);
  });
});

/** The page after a sign-out: in the brand and the language of who has signed out, with a way back. */
import { expect } from 'chai';
import { buildEndSessionUrl } from 'openid-client';
import { PASSWORD, standardConfig } from '../../../support/app.ts';
import type { Page } from '../../../support/pages/page.ts';
import type { Visitor } from '../../../support/visitor.ts';
import { words } from '../../flow/members.ts';
import { confidential, interaction, partyOf, tokensFor, withClients } from '../story.ts';

const START = 'http://rp.test/start';
const HOME = 'http://rp.test/';

describe('the page after a sign-out', () => {
  const at = interaction(() => ({
    ...withClients(
      confidential('starter', { client_name: 'The Starter', initiate_login_uri: START, client_uri: HOME }),
      confidential('homely', { client_name: 'The Homely', client_uri: HOME }),
      confidential('strict-one', { client_name: 'The Strict', tenant: 'strict', client_uri: HOME }),
    ),
    tenants: standardConfig().tenants.map((tenant) => ({ ...tenant, name: `Workspace ${tenant.id}` })),
  }));

  /** Signs in at the application, and signs out of it. */
  async function signOut(clientId: string): Promise<{ visitor: Visitor; page: Page }> {
    const party = await partyOf(at.app, clientId);
    const { visitor, tokens } = await tokensFor(at.app, party, 'new@open.test');
    const url = buildEndSessionUrl(party.configuration, { id_token_hint: tokens.id_token ?? '' });
    return { visitor, page: await visitor.open(url.href) };
  }

  const brand = (page: Page) => page.$('.brand').text().replace(/\s+/g, ' ').trim();
  const links = (page: Page) =>
    page
      .$('main .choices a')
      .toArray()
      .map((link) => [page.$(link).attr('href'), page.$(link).text().trim()]);

  it('has the brand of the account, and leads to where a sign-in at the application starts', async () => {
    const { page } = await signOut('starter');
    expect([page.status, page.name]).to.deep.equal([200, 'signed-out']);
    expect(brand(page)).to.include('Workspace open');
    expect(words(page)).to.include('You are signed out of The Starter.');
    const start = `${START}?iss=${encodeURIComponent(at.app.config.issuer)}`;
    expect(links(page)).to.deep.equal([
      [start, 'Back to The Starter'],
      ['/account', 'Sign in to your account'],
    ]);
  });

  it('leads to the home page of an application that has no such address, else to the account alone', async () => {
    expect(links((await signOut('homely')).page)[0]).to.deep.equal([HOME, 'Back to The Homely']);
    expect(links((await signOut('rp')).page)).to.deep.equal([['/account', 'Sign in to your account']]);
  });

  it('has the brand already on its question, and leads to a new sign-in from the account pages', async () => {
    const visitor = at.app.visitor();
    await visitor.open('/account');
    await visitor.signIn('new@open.test', PASSWORD);
    const question = await visitor.open('/session/end');
    expect([question.name, brand(question)]).to.deep.equal(['sign-out', brand(question)]);
    expect(brand(question)).to.include('Workspace open');
    const page = await visitor.follow(await visitor.submit(question, {}, 'logout'));
    expect([page.name, links(page)]).to.deep.equal(['signed-out', [['/account', 'Sign in to your account']]]);
    expect(brand(page)).to.include('Workspace open');
    // A reload shows the same, and the link leads to the sign-in.
    expect(brand(await visitor.open(page.url))).to.equal(brand(page));
    expect((await visitor.open(page.link('/account') ?? '')).name).to.equal('sign-in');
  });

  it('knows the application of a sign-out after which nobody was signed in', async () => {
    const page = await at.app.visitor().open('/session/end?client_id=strict-one');
    expect([page.name, links(page)[0]?.[1]]).to.deep.equal(['signed-out', 'Back to The Strict']);
    expect(brand(page)).to.include('Workspace strict');
  });

  it('shows no brand and no application for a cookie that is not ours', async () => {
    const visitor = at.app.visitor();
    const value = Buffer.from(JSON.stringify({ clientId: 'starter', tenantId: 'strict' })).toString(
      'base64url',
    );
    visitor.jar.setCookieSync(`sign-out=${value}`, at.app.origin);
    const page = await visitor.open('/session/end/success');
    expect([page.name, links(page)]).to.deep.equal(['signed-out', [['/account', 'Sign in to your account']]]);
    expect(brand(page)).not.to.include('Workspace');
  });
});

/** The demo's API: a relying party calls it, is told to step up, and calls it again (RFC 9470). */
import { expect } from 'chai';
import { CLIENT_SECRET, standardConfig } from '../../support/app.ts';
import type { Visitor } from '../../support/visitor.ts';
import { interaction, MFA, setUpApp, signIn, withPeople } from '../oidc/story.ts';

const API = { identifier: 'urn:doublelock:demo-api', scopes: ['payslips'] };
const PEOPLE = { 'ann@open.test': 'new@open.test', 'ben@open.test': 'new@open.test' };

describe('the demo API', () => {
  const at = interaction(() => ({ resource_servers: [API], ...withPeople(PEOPLE) }));
  before(() =>
    at.app.reload({
      clients: [
        ...standardConfig().clients,
        ...[true, false].map((firstParty) => ({
          client_id: firstParty ? 'demo-two' : 'demo',
          client_secret: CLIENT_SECRET,
          redirect_uris: [`${at.app.origin}/${firstParty ? 'demo-two' : 'demo'}/callback`],
          first_party: firstParty,
        })),
      ],
    }),
  );

  const shown = (visitor: Visitor, name: string) => visitor.page.$(`[data-claim="${name}"]`).text();
  const call = async (visitor: Visitor) => visitor.follow(await visitor.submit(visitor.page, {}, 'call_api'));

  it('tells a relying party to step up, and answers after it [A76]', async () => {
    const visitor = at.app.visitor();
    await signIn(at.app, visitor, '/demo-two/start', 'ann@open.test');
    expect(visitor.page.name).to.equal('demo-signed-in');
    const refused = await call(visitor);
    expect(refused.name).to.equal('demo-api');
    expect(shown(visitor, 'status')).to.equal('401');
    expect(shown(visitor, 'challenge')).to.include('insufficient_user_authentication').and.include(MFA);

    await visitor.open(refused.link('/demo-two/api-call/step-up') ?? '');
    const { end } = await setUpApp(at.app, visitor);
    expect(end.name).to.equal('demo-api');
    expect(shown(visitor, 'status')).to.equal('200');
    expect(JSON.parse(shown(visitor, 'body'))).to.deep.include({ acr: MFA });
    expect(end.link('/demo-two/api-call/step-up')).to.equal(null);
  });

  it('is named on the consent page of a third-party relying party [U.3]', async () => {
    const visitor = at.app.visitor();
    const page = await signIn(at.app, visitor, '/demo/start', 'ben@open.test');
    expect(page.name).to.equal('consent');
    expect(page.text).to.include(API.identifier).and.include('payslips');
    await visitor.follow(await visitor.submit(page, {}, 'allow'));
    await call(visitor);
    expect(shown(visitor, 'status')).to.equal('401');
  });

  it('answers nobody without a token for it [U.3]', async () => {
    const response = await fetch(new URL('/demo/api', at.app.origin));
    expect(response.status).to.equal(401);
    expect(response.headers.get('www-authenticate')).to.include('scope="payslips"');
    expect(response.headers.get('content-type')).to.match(/^application\/json/);
  });

  it('is not there where the configuration does not list it [U.5]', async () => {
    await at.app.reload({ resource_servers: [] });
    expect((await fetch(new URL('/demo/api', at.app.origin))).status).to.equal(404);
    const visitor = at.app.visitor();
    await signIn(at.app, visitor, '/demo-two/start', 'ben@open.test');
    expect(visitor.page.name).to.equal('demo-signed-in');
    expect(visitor.page.$('button[name=call_api]').length).to.equal(0);
    for (const path of ['/demo-two/api-call', '/demo-two/api-call/step-up'])
      expect((await visitor.open(path)).name).to.equal('demo');
  });
});

/** The guard of pages for signed-in people: the request that it sends a browser away with. */
import { expect } from 'chai';
import type { Context } from 'koa';
import { createRequireSession } from '../../../src/http/guards/require-session.ts';
import { type PageServer, startPageServer } from '../../support/pages/page-server.ts';
import { createVisitor } from '../../support/visitor.ts';

const ISSUER = 'https://op.test';

describe('the guard of pages for signed-in people', () => {
  const guard = createRequireSession({
    session: { current: async () => null },
    findVisit: async () => null,
    lateForms: { keep: async (_ctx, _uid, page) => page, restore: async () => {} },
    issuer: ISSUER,
  });
  let server: PageServer;
  let act: (ctx: Context) => void;

  before(async () => {
    server = await startPageServer({ show: (ctx) => act(ctx) });
  });
  after(() => server.close());

  async function requestAfter(next: typeof act) {
    act = next;
    const { status, location } = await createVisitor(server.origin).get('/page');
    const { pathname, searchParams } = new URL(location ?? '', ISSUER);
    return { status, pathname, parameters: Object.fromEntries(searchParams) };
  }

  const own = {
    client_id: 'doublelock',
    response_type: 'none',
    scope: 'openid',
    redirect_uri: `${ISSUER}/account/return`,
    state: '/account?typed=a%20b',
  };

  it('asks as our own client, for a page to come back to and an age of the factor', async () => {
    expect(await requestAfter((ctx) => guard.askForMore(ctx, null, own.state))).to.deep.equal({
      status: 303,
      pathname: '/auth',
      parameters: own,
    });
    const { parameters } = await requestAfter((ctx) => guard.askForMore(ctx, 300, own.state));
    expect(parameters).to.deep.equal({ ...own, max_age: '300' });
  });

  it('asks for more than that where a page needs it', async () => {
    const more = { acr_values: 'https://refeds.org/profile/mfa' };
    const { parameters } = await requestAfter((ctx) => guard.askForMore(ctx, 300, own.state, more));
    expect(parameters).to.deep.equal({ ...own, max_age: '300', ...more });
  });
});

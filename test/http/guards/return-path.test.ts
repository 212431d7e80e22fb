import { expect } from 'chai';
import { pagePath } from '../../../src/http/guards/return-path.ts';
import { type PageServer, startPageServer } from '../../support/pages/page-server.ts';
import { createVisitor } from '../../support/visitor.ts';

describe('the return path of a page', () => {
  let server: PageServer;
  before(async () => {
    server = await startPageServer({
      show: (ctx) => {
        ctx.body = String(pagePath(ctx));
      },
    });
  });
  after(() => server.close());

  it('is the requested path with its query', async () => {
    const headers = { referer: `${server.origin}/other` };
    expect((await createVisitor(server.origin, { headers }).get('/page?a=1')).text).to.equal('/page?a=1');
  });

  it('is the path of the page of a form, and never of another server', async () => {
    const from = async (referer: string | null) =>
      (await createVisitor(server.origin).post('/page', {}, { referer })).text;
    expect(await from(`${server.origin}/account/security?done=removed`)).to.equal(
      '/account/security?done=removed',
    );
    for (const referer of [
      null,
      '',
      '/page',
      'https://evil.test/page',
      `${server.origin}//evil.test`,
      'x:',
    ]) {
      expect(await from(referer), String(referer)).to.equal('null');
    }
  });
});

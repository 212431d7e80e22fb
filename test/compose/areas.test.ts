/** The list of areas: one value and one line add an area to the server. */
import Router from '@koa/router';
import { expect } from 'chai';
import { createAreas } from '../../src/compose/areas.ts';
import { openParts } from '../../src/compose/parts.ts';
import { createServer } from '../../src/compose/server.ts';
import { loadConfig } from '../../src/config/load.ts';
import type { Area } from '../../src/http/server/area.ts';
import { startServer } from '../../src/http/server/lifecycle.ts';
import { freshDataDir } from '../support/stores/embedded.ts';
import { createVisitor } from '../support/visitor.ts';

function guestBookArea(): Area {
  const router = new Router({ prefix: '/guest-book' });
  router.get('/', (ctx) => {
    ctx.body = 'a guest';
  });
  const headers = { formsLeadAway: ['/guest-book'], ownWindow: ['/guest-book'] };
  return { name: 'guest-book', paths: ['/guest-book'], routes: router, headers };
}

describe('the areas of the server', () => {
  const dataDir = freshDataDir();

  it('serve an area that is one value and one line of the list, with its own header exceptions', async () => {
    const config = loadConfig({ env: { DATA_DIR: dataDir(), LOG_LEVEL: 'silent' }, cwd: dataDir() });
    const parts = await openParts(config);
    const ready = async () => ({ ready: true }) as const;
    const names: string[] = [];
    const serve = createServer(parts, ready, (server) => {
      const areas = [...createAreas(server), guestBookArea()];
      names.push(...areas.map(({ name }) => name));
      return areas;
    });
    const handler = await serve(config);
    const server = await startServer({ handler, host: '127.0.0.1', port: 0, log: () => {} });
    try {
      const { host } = new URL(config.issuer);
      const visitor = createVisitor(`http://127.0.0.1:${server.port}`, { headers: { host } });
      const { status, text, headers } = await visitor.get('/guest-book');
      expect([status, text]).to.deep.equal([200, 'a guest']);
      expect(headers['content-security-policy']).to.be.a('string').and.not.include('form-action');
      expect(headers['cross-origin-opener-policy']).to.equal('same-origin');
      const other = await visitor.get('/health/live');
      expect(other.headers['content-security-policy']).to.include("form-action 'self'");
      expect(new Set(names).size).to.equal(names.length);
    } finally {
      await server.stop({ deadlineMs: 0 });
      await parts.senders.close(0);
      await parts.stores.close();
    }
  });
});

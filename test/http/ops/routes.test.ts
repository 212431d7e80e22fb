import { expect } from 'chai';
import Koa from 'koa';
import { createOpsRoutes } from '../../../src/http/ops/routes.ts';
import { createRenderer } from '../../../src/http/pages/render.ts';
import { createMessageWriter } from '../../../src/messages/templates.ts';
import { answerOf, type RawAnswer } from '../../support/process/raw-request.ts';
import { createSettableClock } from '../../support/time/clock.ts';

type Options = Parameters<typeof createOpsRoutes>[0];

const clock = createSettableClock(Date.UTC(2026, 0, 31, 12));

function get(path: string, options: Partial<Options> = {}): Promise<RawAnswer> {
  const site = { tenants: [], issuer: 'http://localhost:3000', clock };
  const render = createRenderer({ ...site, isDevelopment: true });
  const samples = { ...site, write: createMessageWriter(site) };
  const app = new Koa();
  const isReady = async () => ({ ready: true as const });
  const defaults = { isReady, outbox: null, samples, metrics: null, isDevelopment: true };
  app.use(createOpsRoutes({ ...defaults, render, ...options }).routes());
  return answerOf(app.callback(), { path });
}

describe('the endpoints for operators', () => {
  it('report liveness, ready or not [R9]', async () => {
    const isReady = async () => ({ ready: false as const, reason: 'the accounts store does not answer' });
    const { status, headers, body } = await get('/health/live', { isReady });

    expect(status).to.equal(200);
    expect(headers['content-type']).to.match(/^application\/json/);
    expect(JSON.parse(body)).to.deep.equal({ status: 'live' });
  });

  it('report readiness, or the reason against it in words [R9]', async () => {
    const reason = 'the accounts store does not answer';
    const ready = await get('/health/ready');
    const notReady = await get('/health/ready', { isReady: async () => ({ ready: false, reason }) });

    expect(ready.status).to.equal(200);
    expect(JSON.parse(ready.body)).to.deep.equal({ status: 'ready' });
    expect(notReady.status).to.equal(503);
    expect(JSON.parse(notReady.body)).to.deep.equal({ status: 'not ready', reason });
    expect(notReady.headers['cache-control']).to.equal('no-store');
  });

  it('include no outbox outside development, nor where messages are really sent [A98]', async () => {
    const outbox = { list: async () => [] };
    for (const path of ['/dev/outbox', '/dev/outbox.json']) {
      expect((await get(path, { outbox })).status, path).to.equal(200);
      expect((await get(path, { outbox, isDevelopment: false })).status, path).to.equal(404);
      expect((await get(path, { outbox: null })).status, path).to.equal(404);
    }
  });

  it('include samples of messages in development only', async () => {
    for (const path of [
      '/dev/mail',
      '/dev/mail/email/factor-added/nl',
      '/dev/mail/email/factor-added/nl/html',
    ]) {
      expect((await get(path)).status, path).to.equal(200);
      expect((await get(path, { isDevelopment: false })).status, path).to.equal(404);
    }
  });
});

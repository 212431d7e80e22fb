import { expect } from 'chai';
import Koa from 'koa';
import { createOutboxSender } from '../../../src/adapters/delivery/outbox-sender.ts';
import { openEmbeddedShortLived } from '../../../src/adapters/embedded/open.ts';
import { createOpsRoutes } from '../../../src/http/ops/routes.ts';
import { createRenderer } from '../../../src/http/render.ts';
import { createSettableClock } from '../../support/clock.ts';
import { freshDataDir } from '../../support/embedded.ts';
import { answerOf, type RawAnswer } from '../../support/raw-request.ts';

type Options = Parameters<typeof createOpsRoutes>[0];

const NOON = Date.UTC(2026, 0, 31, 12);

function get(path: string, options: Partial<Options> = {}): Promise<RawAnswer> {
  const clock = createSettableClock(NOON);
  const render = createRenderer({ tenants: [], issuer: 'http://localhost:3000', clock, isDevelopment: true });
  const app = new Koa();
  const isReady = async () => ({ ready: true as const });
  const defaults = { isReady, outbox: null, metrics: null, isDevelopment: true };
  app.use(createOpsRoutes({ ...defaults, render, ...options }).routes());
  return answerOf(app.callback(), { path });
}

describe('the addresses for operators', () => {
  it('R9 is alive whether ready or not', async () => {
    const isReady = async () => ({ ready: false as const, reason: 'the accounts store does not answer' });
    const { status, headers, body } = await get('/health/live', { isReady });

    expect(status).to.equal(200);
    expect(headers['content-type']).to.match(/^application\/json/);
    expect(JSON.parse(body)).to.deep.equal({ status: 'live' });
  });

  it('R9 is ready, or says in words why not', async () => {
    const reason = 'the accounts store does not answer';
    const ready = await get('/health/ready');
    const notReady = await get('/health/ready', { isReady: async () => ({ ready: false, reason }) });

    expect(ready.status).to.equal(200);
    expect(JSON.parse(ready.body)).to.deep.equal({ status: 'ready' });
    expect(notReady.status).to.equal(503);
    expect(JSON.parse(notReady.body)).to.deep.equal({ status: 'not ready', reason });
    expect(notReady.headers['cache-control']).to.equal('no-store');
  });

  describe('outbox', () => {
    const dataDir = freshDataDir();

    async function withMessages(look: (outbox: Options['outbox']) => Promise<void>): Promise<void> {
      const clock = createSettableClock(NOON);
      const stores = openEmbeddedShortLived({ dataDir: dataDir() });
      try {
        const { send } = createOutboxSender({ outbox: stores.outbox, clock });
        const text = 'Your code is <b>123456</b>.';
        await send({
          channel: 'email',
          to: 'bob@acme.test',
          subject: 'Your code',
          text,
          html: null,
          expiresAt: null,
        });
        clock.advance(1_500);
        await send({
          channel: 'sms',
          to: '+31612345678',
          subject: '',
          text: '654321\n@localhost #654321',
          html: null,
          expiresAt: null,
        });
        await look(stores.outbox);
      } finally {
        stores.close();
      }
    }

    it('2.8 lists what was sent as JSON, newest first', () =>
      withMessages(async (outbox) => {
        const { status, headers, body } = await get('/dev/outbox.json', { outbox });

        expect(status).to.equal(200);
        expect(headers['cache-control']).to.equal('no-store');
        expect(JSON.parse(body)).to.deep.equal([
          {
            channel: 'sms',
            to: '+31612345678',
            subject: '',
            text: '654321\n@localhost #654321',
            sent_at: '2026-01-31T12:00:01.500Z',
          },
          {
            channel: 'email',
            to: 'bob@acme.test',
            subject: 'Your code',
            text: 'Your code is <b>123456</b>.',
            sent_at: '2026-01-31T12:00:00.000Z',
          },
        ]);
      }));

    it('2.8 shows what was sent as a page, escaped', () =>
      withMessages(async (outbox) => {
        const { status, body } = await get('/dev/outbox', { outbox });

        expect(status).to.equal(200);
        expect(body).to.include('data-page="outbox"').and.to.include('+31612345678');
        expect(body).to.include('&lt;b&gt;123456&lt;/b&gt;');
      }));

    it('A98 is nowhere outside development, nor where messages are really sent', () =>
      withMessages(async (outbox) => {
        for (const path of ['/dev/outbox', '/dev/outbox.json']) {
          expect((await get(path, { outbox, isDevelopment: false })).status).to.equal(404);
          expect((await get(path, { outbox: null })).status).to.equal(404);
        }
      }));
  });
});

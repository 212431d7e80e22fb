/** Serves the outbox and the message samples with the product's own middleware and a real outbox. */
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import Koa from 'koa';
import { createOutboxSender } from '../../../src/adapters/delivery/outbox-sender.ts';
import { openEmbeddedShortLived } from '../../../src/adapters/embedded/open.ts';
import { createAssetRoutes } from '../../../src/http/assets/routes.ts';
import { errorPages } from '../../../src/http/middleware/errors.ts';
import { securityHeaders } from '../../../src/http/middleware/headers.ts';
import { createOpsRoutes } from '../../../src/http/ops/routes.ts';
import { createRenderer } from '../../../src/http/pages/render.ts';
import { createMessageWriter } from '../../../src/messages/templates.ts';
import type { Message } from '../../../src/ports/senders.ts';
import { SAMPLE_TENANTS } from '../pages/sample-tenants.ts';
import { createSettableClock, type SettableClock } from '../time/clock.ts';
import { MESSAGE_ISSUER, MESSAGE_NOW } from './message-samples.ts';

export interface OutboxServer {
  readonly origin: string;
  readonly clock: SettableClock;
  send(message: Message): Promise<void>;
  close(): Promise<void>;
}

export async function startOutboxServer(dataDir: string): Promise<OutboxServer> {
  const clock = createSettableClock(MESSAGE_NOW);
  const stores = openEmbeddedShortLived({ dataDir });
  const { send } = createOutboxSender({ outbox: stores.outbox, clock });
  const site = { tenants: SAMPLE_TENANTS, issuer: MESSAGE_ISSUER, clock };
  const render = createRenderer({ ...site, isDevelopment: true });
  const ops = createOpsRoutes({
    isReady: async () => ({ ready: true }),
    outbox: stores.outbox,
    samples: { ...site, write: createMessageWriter(site) },
    metrics: null,
    render,
    isDevelopment: true,
  });
  const app = new Koa();
  app.use(errorPages({ render, log: () => {} }));
  app.use(securityHeaders({ https: false }));
  app.use(ops.routes());
  app.use(createAssetRoutes({ tenants: SAMPLE_TENANTS }).routes());
  const server = await new Promise<Server>((resolve) => {
    const listening = app.listen(0, '127.0.0.1', () => resolve(listening));
  });
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    clock,
    send,
    async close() {
      await new Promise<void>((resolve) => server.close(() => resolve()));
      await stores.close();
    },
  };
}

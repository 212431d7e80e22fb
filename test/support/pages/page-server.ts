/** A real Koa server with the product's middleware, static files and language switch, and a page for each address. */
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import Koa, { type Context } from 'koa';
import { createCipher } from '../../../src/adapters/system/cipher.ts';
import type { Tenant } from '../../../src/domain/tenant.ts';
import { createAssetRoutes } from '../../../src/http/assets/routes.ts';
import { createTypedFields } from '../../../src/http/guards/typed-fields.ts';
import { createLocaleRoutes } from '../../../src/http/locale/routes.ts';
import { securityHeaders } from '../../../src/http/middleware/headers.ts';
import type { Render } from '../../../src/http/pages/page-contract.ts';
import { createRenderer } from '../../../src/http/pages/render.ts';
import { SAMPLE_NOW, type Sample } from './page-sample.ts';
import { PAGE_SAMPLES } from './page-samples.ts';
import { SAMPLE_TENANTS } from './sample-tenants.ts';

export interface PageServer {
  readonly origin: string;
  close(): Promise<void>;
}

export interface PageServerOptions {
  readonly tenants?: readonly Tenant[];
  readonly issuer?: string;
  readonly isDevelopment?: boolean;
  /** Renders `/page`. */
  readonly show?: (ctx: Context, render: Render) => void;
}

export async function startPageServer(options: PageServerOptions = {}): Promise<PageServer> {
  const { tenants = SAMPLE_TENANTS, issuer = 'http://localhost:3000', isDevelopment = true } = options;
  const https = issuer.startsWith('https:');
  const clock = { now: () => SAMPLE_NOW };
  const cipher = createCipher([{ id: 'sample', key: 'a key for the pages of a test, long enough' }]);
  const typedFields = createTypedFields({ cipher, clock, isHttps: https });
  const render = createRenderer({ tenants, issuer, clock, isDevelopment, typedFields });
  const app = new Koa();
  // Refusals are looked at in the answer, not in the test's own output.
  app.silent = true;
  app.use(
    securityHeaders({
      https,
      formsLeadAway: ['/interaction', '/auth', '/session'],
      ownWindow: ['/account'],
      listens: ['/admin/campaigns'],
    }),
  );
  app.use(createAssetRoutes({ tenants }).routes());
  app.use(createLocaleRoutes({ https, typedFields }).routes());
  app.use((ctx) => {
    const found = PAGE_SAMPLES.find(({ name }) => ctx.path.endsWith(`/sample/${name}`));
    if (found !== undefined) showSample(ctx, render, found);
    else if (ctx.path === '/page') options.show?.(ctx, render);
  });
  const server = await new Promise<Server>((resolve) => {
    const listening = app.listen(0, '127.0.0.1', () => resolve(listening));
  });
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

function showSample(ctx: Context, render: Render, { page, model, pageContext }: Sample): void {
  render(ctx, page, model, pageContext);
}

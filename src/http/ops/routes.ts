/** Endpoints for operators: liveness, readiness, and in development the captured messages. */
import Router from '@koa/router';
import type { Context } from 'koa';
import type { Metrics } from '../../ports/telemetry/metrics.ts';
import type { Render } from '../pages/page-contract.ts';
import { createSampleRoutes, type Samples } from './mail-samples.ts';
import { createOutboxRoutes, type Outbox } from './outbox.ts';

export interface OpsRoutesDeps {
  /** `reason` in words, for the operator and for anybody: it names no host and no secret. */
  readonly isReady: () => Promise<{ ready: true } | { ready: false; reason: string }>;
  /** Null when messages are really sent. */
  readonly outbox: Outbox | null;
  /** Sample mails and text messages, shown in development whether or not messages are really sent. */
  readonly samples: Samples;
  /** Null when metrics have a port of their own. */
  readonly metrics: Pick<Metrics, 'exposition'> | null;
  readonly render: Render;
  readonly isDevelopment: boolean;
}

export function createOpsRoutes({
  isReady,
  outbox,
  samples,
  metrics,
  render,
  isDevelopment,
}: OpsRoutesDeps): Router {
  const router = new Router();

  router.get('/health/live', showLive);
  router.get('/health/ready', showReady);
  if (metrics) router.get('/metrics', (ctx) => showMetrics(ctx, metrics));
  if (isDevelopment && outbox) router.use(createOutboxRoutes({ outbox, render }).routes());
  if (isDevelopment) router.use(createSampleRoutes({ ...samples, render }).routes());

  /** Any answer shows that the process is alive. */
  function showLive(ctx: Context): void {
    json(ctx, 200, { status: 'live' });
  }

  async function showReady(ctx: Context): Promise<void> {
    const readiness = await isReady();
    if (readiness.ready) json(ctx, 200, { status: 'ready' });
    else json(ctx, 503, { status: 'not ready', reason: readiness.reason });
  }

  async function showMetrics(ctx: Context, { exposition }: Pick<Metrics, 'exposition'>): Promise<void> {
    const { type, text } = await exposition();
    ctx.set('Cache-Control', 'no-store');
    ctx.set('Content-Type', type);
    ctx.body = text;
  }

  return router;
}

function json(ctx: Context, status: number, body: object): void {
  ctx.status = status;
  ctx.set('Cache-Control', 'no-store');
  ctx.body = body;
}

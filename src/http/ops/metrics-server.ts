/** `/metrics` on a port of its own, for operators who keep it away from the public port. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Metrics } from '../../ports/telemetry/metrics.ts';

/** Answers requests for this path only. */
export function createMetricsHandler({ exposition }: Pick<Metrics, 'exposition'>) {
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (request.method !== 'GET' || request.url?.split('?', 1)[0] !== '/metrics') {
      response.writeHead(404).end();
      return;
    }
    const { type, text } = await exposition();
    response.writeHead(200, { 'Content-Type': type, 'Cache-Control': 'no-store' }).end(text);
  };
}

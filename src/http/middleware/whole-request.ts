/**
 * Reads the rest of a request before its answer leaves. A connection that closes during the upload is reset, and
 * the client loses the answer (RFC 9112, 9.6). The person would not learn that the form was too large, or that the
 * page does not exist.
 *
 * @example app.use(wholeRequest)
 */
import type { IncomingMessage } from 'node:http';
import type { Middleware } from 'koa';

/** Bytes and milliseconds. Beyond these limits the answer leaves, and the connection may be reset. */
const MOST_BYTES = 16 * 1024 * 1024;
const LONGEST_MS = 2000;

export const wholeRequest: Middleware = async (ctx, next) => {
  await next();
  if (!ctx.req.complete && Number(ctx.get('Content-Length')) <= MOST_BYTES) await restOf(ctx.req);
};

function restOf(request: IncomingMessage): Promise<void> {
  return new Promise((resolve) => {
    let bytes = 0;
    const timer = setTimeout(done, LONGEST_MS);
    request.on('data', count).once('end', done).once('close', done).once('error', done).resume();

    function count(chunk: Buffer): void {
      bytes += chunk.length;
      if (bytes > MOST_BYTES) done();
    }

    function done(): void {
      clearTimeout(timer);
      request.off('data', count);
      resolve();
    }
  });
}

import { expect } from 'chai';
import Koa, { type Middleware } from 'koa';
import { pathPattern, requestLog } from '../../../src/http/middleware/request-log.ts';
import type { LogFields } from '../../../src/ports/log.ts';
import { answerOf, LOOPBACK, type RawAnswer, type RawRequest } from '../../support/process/raw-request.ts';

describe('the request log', () => {
  it('writes method, path, status and duration in one line, with the request id of the response', async () => {
    const { answer, lines } = await logged({ path: '/account/security' }, (ctx) => {
      ctx.body = ctx.state.requestId;
    });

    expect(lines).to.deep.equal([
      {
        event: 'request',
        request_id: 'id-1',
        method: 'GET',
        path: '/account/security',
        status: 200,
        duration_ms: 7,
        ip: LOOPBACK,
      },
    ]);
    expect(answer.headers['x-request-id']).to.equal('id-1');
    expect(answer.body).to.equal('id-1');
  });

  it('keeps queries, uids, tokens and typed text out of the path [A98]', async () => {
    const { lines } = await logged(
      {
        method: 'POST',
        path: '/interaction/V1StGXR8_Z5jdHi6B-myT/second-factor/verify/totp?code=492039',
        headers: { 'X-Request-Id': 'chosen-by-somebody' },
        body: 'code=492039',
      },
      (ctx) => {
        ctx.status = 303;
      },
    );

    expect(lines[0]).to.include({
      path: '/interaction/:uid/second-factor/verify/totp',
      status: 303,
      request_id: 'id-1',
    });
    expect(JSON.stringify(lines)).not.to.match(/V1StGXR8|492039|chosen/);
  });

  it('writes the status of an error, and rethrows it', async () => {
    const refused = await logged({}, () => {
      throw Object.assign(new Error('no'), { status: 403, expose: true });
    });
    const broken = await logged({}, () => {
      throw new Error('broken');
    });

    expect(refused.answer.status).to.equal(403);
    expect(refused.lines.map(({ status }) => status)).to.deep.equal([403]);
    expect(broken.answer.status).to.equal(500);
    expect(broken.lines.map(({ status }) => status)).to.deep.equal([500]);
  });

  const patterns = {
    '/': '/',
    '/.well-known/openid-configuration': '/.well-known/openid-configuration',
    '/auth/V1StGXR8_Z5jdHi6B-myT': '/auth/:uid',
    '/interaction/abcdefgh': '/interaction/:uid',
    '/device/abcdefghijklmnopqrstu': '/device/:uid',
    '/device/confirm': '/device/confirm',
    '/device/auth': '/device/auth',
    '/demo-two/callback': '/demo-two/callback',
    '/reset-password/eyJhbGciOiJIUzI1NiJ9.e30.abc': '/reset-password/:id',
    '/492039': '/:id',
    '/bob@acme.test': '/:id',
    '/%0d%0aforged': '/:id',
  };
  for (const [path, pattern] of Object.entries(patterns)) {
    it(`writes ${path} as ${pattern} [A98]`, () => {
      expect(pathPattern(path)).to.equal(pattern);
    });
  }
});

/** Each look at the clock is seven milliseconds later. */
async function logged(
  request: RawRequest,
  answer: Middleware,
): Promise<{ answer: RawAnswer; lines: LogFields[] }> {
  const lines: LogFields[] = [];
  let now = 0;
  const clock = { now: () => (now += 7) };
  const app = new Koa();
  app.silent = true;
  app.use(requestLog({ log: (fields) => lines.push(fields), clock, random: { id: () => 'id-1' } }));
  app.use(answer);
  return { answer: await answerOf(app.callback(), request), lines };
}

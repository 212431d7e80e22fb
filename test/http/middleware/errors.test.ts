import { expect } from 'chai';
import Koa from 'koa';
import { errorPages } from '../../../src/http/middleware/errors.ts';
import { createRenderer } from '../../../src/http/pages/render.ts';
import { StoreUnavailable } from '../../../src/ports/faults.ts';
import type { LogFields } from '../../../src/ports/log.ts';
import { answerOf } from '../../support/process/raw-request.ts';
import { createSettableClock } from '../../support/time/clock.ts';

const ISSUER = 'http://localhost:3000';

describe('error pages', () => {
  it('carry no Location header, even if a redirect was prepared before a store failed [R10]', async () => {
    const lines: LogFields[] = [];
    const clock = createSettableClock(0);
    const render = createRenderer({ tenants: [], issuer: ISSUER, clock, isDevelopment: true });
    const app = new Koa();
    app.use(errorPages({ render, log: (line) => lines.push(line) }));
    app.use((ctx) => {
      ctx.redirect('/next');
      throw new StoreUnavailable('Redis: no answer in time');
    });
    const { status, headers, body } = await answerOf(app.callback(), { path: '/' });
    expect(status).to.equal(503);
    expect(headers).not.to.have.property('location');
    expect(body).to.include('data-page="error"');
    expect(lines.map(({ event }) => event)).to.deep.equal(['request.unavailable']);
  });
});

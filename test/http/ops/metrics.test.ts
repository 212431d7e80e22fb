/** The port of the metrics, and their values after a sign-in. */
import { expect } from 'chai';
import { createMetricsHandler } from '../../../src/http/ops/metrics-server.ts';
import { startServer } from '../../../src/http/server/lifecycle.ts';
import { type App, PASSWORD, SECRET, startApp } from '../../support/app.ts';
import { totpCode } from '../../support/totp.ts';

describe('the metrics of a server', () => {
  let app: App;
  before(async () => {
    app = await startApp();
  });
  after(() => app.stop());

  it('count sign-ins, requests and store calls, without personal data', async () => {
    const rp = await app.relyingParty();
    const visitor = app.visitor();
    await visitor.open(await rp.authorizationUrl());
    await visitor.signIn('app@open.test', PASSWORD);
    await visitor.enterCode(totpCode(SECRET, app.clock.now()));
    const { text, headers } = await visitor.get('/metrics');
    expect(headers['content-type']).to.match(/^text\/plain/);
    expect(headers['cache-control']).to.equal('no-store');
    expect(text).to.include(
      'doublelock_events_total{event="sign_in.completed",method="pwd totp",reason=""} 1',
    );
    expect(text).to.match(/request_duration_seconds_count\{.*path="\/interaction\/:uid\/sign-in".*\} 1/);
    expect(text).to.match(
      /store_duration_seconds_count\{store="enrolments",act="listByAccount",ok="true"\} \d/,
    );
    expect(text).not.to.include('open.test');
  });

  it('have one label for all unknown paths, however many are requested [A100]', async () => {
    const visitor = app.visitor();
    const seen = async () => {
      const { text } = await visitor.get('/metrics');
      return new Set([...text.matchAll(/path="([^"]*)"/g)].map(([, path]) => path));
    };
    const names = Array.from({ length: 20 }, (_, n) => `made-up-${'x'.repeat(n)}`);
    const cross = { 'sec-fetch-site': 'cross-site' };
    for (const name of names) {
      for (const path of [
        `/${name}`,
        `/account/${name}`,
        `/account/security/set-up/${name}`,
        `/interaction/${name}/second-factor/verify/${name}`,
        `/interaction/${name}/${name}`,
        `/session/end/${name.replaceAll('-', '')}`,
        `/auth/${name}`,
        `/confirm-email/${name}`,
        `/dev/outbox/${name}`,
        `/assets/${name}`,
      ]) {
        await visitor.get(path);
        await visitor.post(path, {}, cross);
      }
    }
    const paths = await seen();
    expect([...paths].filter((path) => /made-?up/.test(path ?? ''))).to.deep.equal([]);
    expect([...paths]).to.include.members([':none', '/account/security/set-up/:step', '/auth/:uid']);
    expect(paths.size).to.be.below(30);
  });

  it('are served only on their own port when one is configured', async () => {
    const handler = createMetricsHandler(app.parts.metrics);
    const server = await startServer({ handler, host: '127.0.0.1', port: 0, log: () => {} });
    const at = (path: string) => fetch(`http://127.0.0.1:${server.port}${path}`);
    expect((await at('/metrics')).status).to.equal(200);
    expect((await at('/')).status).to.equal(404);
    await server.stop({ deadlineMs: 0 });
    await app.reload({ metrics: { port: server.port } });
    expect((await app.visitor().get('/metrics')).status).to.equal(404);
  });
});

/** The program with a collector of traces: what it sends of a sign-in. */
import { expect } from 'chai';
import { PASSWORD, SECRET } from '../../support/app.ts';
import { traceCollectors } from '../../support/hosts/trace-collector.ts';
import { totpCode } from '../../support/totp.ts';
import { partyAt } from '../forms.ts';
import { PATIENCE_MS, programs } from '../program.ts';

const EMAIL = 'app@strict.test';

describe('the program with a collector of traces', function () {
  this.timeout(PATIENCE_MS);
  const { start } = programs();
  const collector = traceCollectors();

  it('sends each request of a sign-in by its pattern, with the acts of its stores, and nothing private [A98]', async () => {
    const taken = await collector();
    const program = await start({ env: { OTEL_EXPORTER_OTLP_ENDPOINT: taken.url } });
    const visitor = program.visitor();
    await visitor.open(await (await partyAt(program)).authorizationUrl());
    await visitor.signIn(EMAIL, PASSWORD);
    const { url } = visitor.page;
    const code = totpCode(SECRET, Date.now());
    await visitor.enterCode(code);
    await program.stop();

    const names = taken.spans.map(({ name }) => name);
    expect(names).to.include.members([
      'GET /auth',
      'POST /interaction/:uid/sign-in',
      'POST /interaction/:uid/second-factor/verify/totp',
      'GET /auth/:uid',
      'accounts.findByEmail',
    ]);
    const requests = taken.spans.filter(({ name }) => name.startsWith('POST '));
    const ids = new Set(requests.map(({ spanId }) => spanId));
    const below = taken.spans.filter(({ parentSpanId }) => ids.has(parentSpanId ?? ''));
    expect(below.length).to.be.above(5);
    const uid = /interaction\/([^/]+)/.exec(url)?.[1] ?? 'no uid';
    for (const secret of [EMAIL, PASSWORD, code, uid]) expect(taken.text).not.to.include(secret);
  });
});

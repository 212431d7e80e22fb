/** An instance whose clock differs from that of its stores. */
import { expect } from 'chai';
import { PASSWORD } from '../../support/app.ts';
import { redisDatabase } from '../../support/stores/redis.ts';
import { PATIENCE_MS, programs } from '../program.ts';

const AHEAD = { NODE_OPTIONS: `--import=${new URL('ahead-clock.ts', import.meta.url)}` };

describe('a program whose clock is wrong', function () {
  this.timeout(PATIENCE_MS);
  const { start } = programs();
  const redis = redisDatabase();

  it('is not ready, tells the reason, and takes no answer that would be counted', async () => {
    const url = redis();
    const [wrong, right] = [
      await start({ env: { REDIS_URL: url, ...AHEAD } }),
      await start({ env: { REDIS_URL: url } }),
    ];
    const health = await fetch(`${wrong.origin}/health/ready`);
    expect(health.status).to.equal(503);
    expect(await health.json()).to.deep.include({
      reason: 'the clock of this server is 45 s ahead of that of Redis',
    });
    expect((await fetch(`${right.origin}/health/ready`)).status).to.equal(200);
    expect(await (await fetch(`${wrong.origin}/metrics`)).text()).to.match(
      /doublelock_clock_ahead_seconds\{store="Redis"\} 4[45]/,
    );
    const visitor = wrong.visitor();
    await visitor.open('/account');
    const refused = await visitor.signIn('new@open.test', PASSWORD);
    expect([refused.status, refused.name]).to.deep.equal([503, 'error']);
    const token = await fetch(`${wrong.origin}/token`, { method: 'POST', body: new URLSearchParams() });
    expect(token.status).to.equal(503);
    expect(token.headers.get('retry-after')).to.match(/^\d+$/);
  });
});

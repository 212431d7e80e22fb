/** The limit on anonymous requests of several servers, of one without its counters, and of one behind no proxy. */
import { expect } from 'chai';
import { StoreUnavailable } from '../../../src/ports/faults.ts';
import { startApp } from '../../support/app.ts';
import { makeDataDir, removeDataDir } from '../../support/stores/embedded.ts';
import { interaction } from '../oidc/story.ts';
import { createLines, LIMIT, limited } from './limited.ts';

const { lines, logger } = createLines();

describe('the limit on anonymous requests of several servers', () => {
  it('is one for all instances on the same stores [A112]', async () => {
    const dataDir = makeDataDir();
    const options = { dataDir, logger, config: limited() };
    const first = await startApp(options);
    const second = await startApp({ ...options, clock: first.clock });
    try {
      const statuses: number[] = [];
      for (let each = 0; each < LIMIT + 2; each += 1) {
        const app = each % 2 === 0 ? first : second;
        const url = await (await app.relyingParty()).authorizationUrl();
        statuses.push((await app.visitor({ headers: { 'x-forwarded-for': '192.0.2.1' } }).get(url)).status);
      }
      expect(statuses).to.deep.equal([...Array<number>(LIMIT).fill(303), 429, 429]);
    } finally {
      await second.stop();
      await first.stop();
      removeDataDir(dataDir);
    }
  });
});

describe('the limit on anonymous requests, while its counters are away,', () => {
  const away = async () => {
    throw new StoreUnavailable('the counters are away');
  };
  const s = interaction(() => limited(), { around: (stores) => ({ ...stores, rates: { take: away } }) });

  it('admits nothing, and answers 503 as every page does [A112]', async () => {
    for (const path of [await s.rp.authorizationUrl(), '/device', '/session/end']) {
      const page = await s.app.visitor().get(path);
      expect(page, path).to.include({ status: 503, name: 'error' });
      expect(page.headers['retry-after'], path).to.equal('5');
    }
    const device = await fetch(`${s.app.origin}/device/auth`, {
      method: 'POST',
      body: new URLSearchParams({ client_id: 'cli', scope: 'openid' }),
    });
    expect(device.status).to.equal(503);
    expect(await device.json()).to.include({ error: 'temporarily_unavailable' });
  });
});

describe('a server without trusted proxies', () => {
  const s = interaction(() => ({ limits: { anonymous_per_address_per_minute: null } }), { logger });
  beforeEach(() => lines.splice(0));

  it('warns once of X-Forwarded-For, which it ignores [A112]', async () => {
    for (let each = 0; each < 20; each += 1)
      await s.app.visitor({ headers: { 'x-forwarded-for': '192.0.2.1' } }).get('/health/live');
    const warnings = lines.filter(({ event }) => event === 'proxy.untrusted');
    expect(warnings.length).to.be.within(1, process.env.TEST_STORES === 'mongo-redis' ? 2 : 1);
    expect(warnings[0]?.reason).to.match(/listen\.trusted_proxies/);
  });

  it('counts nothing when there is no limit', async () => {
    for (let each = 0; each < 50; each += 1)
      expect((await s.app.visitor().get(await s.rp.authorizationUrl())).status).to.equal(303);
  });
});

/** The limit on requests that begin something before their sender has signed in. */
import { expect } from 'chai';
import type { Stores } from '../../../src/compose/parts.ts';
import { CLIENT_SECRET, PASSWORD } from '../../support/app.ts';
import type { Page } from '../../support/pages/page.ts';
import type { Visitor } from '../../support/visitor.ts';
import { alertOf } from '../flow/members.ts';
import { interaction, nextCode } from '../oidc/story.ts';
import { createLines, LIMIT, limited } from './limited.ts';

const MINUTE = 60_000;

type Fields = Readonly<Record<string, string>>;

const { lines, logger } = createLines();

describe('the limit on anonymous requests', () => {
  const written: string[] = [];
  let takes = 0;
  const s = interaction(() => limited(), {
    logger,
    around: (stores) => noting(stores, written, () => (takes += 1)),
  });
  beforeEach(() => {
    s.clock.nextStep(MINUTE);
    lines.splice(0);
    written.splice(0);
    takes = 0;
  });

  let networks = 0;
  /** An address that no other test has. */
  function elsewhere(): string {
    networks += 1;
    return `198.51.100.${networks}`;
  }

  const at = (ip: string) => s.app.visitor({ headers: { 'x-forwarded-for': ip } });

  async function begin(visitor: Visitor, ip: string): Promise<Page> {
    return visitor.get(await s.rp.authorizationUrl(), { 'x-forwarded-for': ip });
  }

  /** Begins as many sign-ins as the address may, each in a new browser. */
  async function exhaust(ip: string): Promise<void> {
    for (let each = 0; each < LIMIT; each += 1) expect((await begin(at(ip), ip)).status).to.equal(303);
    expect((await begin(at(ip), ip)).status).to.equal(429);
  }

  /** The request of a program, whose address is `ip`. */
  async function post(ip: string, path: string, fields: Fields, secret: [id: string, secret: string] | null) {
    const credentials = secret && `Basic ${Buffer.from(secret.join(':')).toString('base64')}`;
    const response = await fetch(new URL(path, s.app.origin), {
      method: 'POST',
      headers: { 'x-forwarded-for': ip, ...(credentials && { authorization: credentials }) },
      body: new URLSearchParams(fields),
    });
    return {
      status: response.status,
      retryAfter: Number(response.headers.get('retry-after')),
      body: (await response.json()) as Record<string, unknown>,
    };
  }

  it('refuses the next sign-in from an address with 429, until Retry-After is over [A112]', async () => {
    const ip = elsewhere();
    await exhaust(ip);
    s.clock.nextStep(20_000);
    const refused = await begin(at(ip), ip);
    expect(refused).to.include({ status: 429, name: 'error', error: 'too_many_requests', location: null });
    const wait = Number(refused.headers['retry-after']);
    expect(wait).to.be.within(1, 40);
    expect(alertOf(refused)).to.equal('Try again in 1 minute.');
    expect(refused.headers['set-cookie']).to.equal(undefined);
    s.clock.nextStep(wait * 1000);
    expect((await begin(at(ip), ip)).status).to.equal(303);
  });

  it('leaves no more records than it admits, and asks the store no more once an instance knows [A112]', async () => {
    const ip = elsewhere();
    for (let each = 0; each < 20 * LIMIT; each += 1) await begin(at(ip), ip);
    expect(written.filter((model) => model === 'Interaction')).to.have.length(LIMIT);
    expect(written).to.have.length(LIMIT);
    expect(takes).to.be.within(LIMIT + 1, LIMIT + 2);
  });

  it('counts an IPv6 subscriber as one address, and others apart [A112]', async () => {
    await exhaust('2001:db8:1:2::1');
    expect((await begin(at('x'), '2001:db8:1:2:ffff::9')).status).to.equal(429);
    expect((await begin(at('x'), '2001:db8:1:3::1')).status).to.equal(303);
  });

  it('takes the address that the trusted proxy has seen, whatever a client writes before it [A112]', async () => {
    const ip = elsewhere();
    await exhaust(ip);
    for (const forged of ['203.0.113.1', '203.0.113.2, 203.0.113.3'])
      expect((await begin(at(ip), `${forged}, ${ip}`)).status, forged).to.equal(429);
    expect((await begin(at(ip), `${ip}, ${elsewhere()}`)).status).to.equal(303);
  });

  it('lets a sign-in that is under way go on to its end [A112]', async () => {
    const ip = elsewhere();
    const visitor = at(ip);
    await visitor.open(await s.rp.authorizationUrl());
    for (let each = 1; each < LIMIT; each += 1) await begin(at(ip), ip);
    expect((await begin(at(ip), ip)).status).to.equal(429);
    await visitor.signIn('app@open.test', PASSWORD);
    const end = await visitor.enterCode(nextCode(s.app));
    expect(await s.rp.exchange(end.location ?? '')).to.have.property('id_token');
  });

  it('lets a browser that has signed in before begin, while its address is refused [A112]', async () => {
    const ip = elsewhere();
    const visitor = await knownBrowser('new@open.test');
    await signOut(visitor);
    await exhaust(ip);
    expect((await begin(visitor, ip)).status).to.equal(303);
  });

  it('limits the person of known browsers, however many browsers there are [A112]', async () => {
    const browsers = [await knownBrowser('new@plain.test'), await knownBrowser('new@plain.test')];
    for (const browser of browsers) await signOut(browser);
    s.clock.nextStep(MINUTE);
    const statuses: number[] = [];
    for (let each = 0; each < LIMIT + 1; each += 1)
      statuses.push((await begin(browsers[each % 2] ?? at('x'), elsewhere())).status);
    expect(statuses).to.deep.equal([...Array<number>(LIMIT).fill(303), 429]);
  });

  it('answers a live session without counting, and counts what its account begins [A112]', async () => {
    const ip = elsewhere();
    const visitor = await knownBrowser('boss@open.test');
    await exhaust(ip);
    s.clock.nextStep(1000);
    for (let each = 0; each < 2 * LIMIT; each += 1)
      expect((await begin(visitor, ip)).location).to.match(/^http:\/\/rp\.test\/callback\?code=/);
    const anew = async () =>
      visitor.get(await s.rp.authorizationUrl({ prompt: 'login' }), { 'x-forwarded-for': ip });
    for (let each = 0; each < LIMIT; each += 1) expect((await anew()).status).to.equal(303);
    expect((await anew()).status).to.equal(429);
  });

  it('does not believe a cookie that nobody has signed [A112]', async () => {
    const ip = elsewhere();
    const visitor = await knownBrowser('new@strict.test');
    const { value } = cookie(visitor, 'known');
    await exhaust(ip);
    const forged = at(ip);
    forged.jar.setCookieSync(`known=${value}; path=/`, s.app.origin);
    forged.jar.setCookieSync('known.sig=AAAAAAAAAAAAAAAAAAAAAAAAAAA; path=/', s.app.origin);
    expect((await begin(forged, ip)).status).to.equal(429);
  });

  it('counts the requests of devices and pushed requests of clients without a secret [A112]', async () => {
    const redirect = { redirect_uri: 'http://127.0.0.1:9/spa', response_type: 'code', scope: 'openid' };
    const pkce = { code_challenge: 'a'.repeat(43), code_challenge_method: 'S256' };
    const requests = [
      { path: '/device/auth', fields: { client_id: 'cli', scope: 'openid' }, status: 200 },
      { path: '/request', fields: { client_id: 'spa', ...redirect, ...pkce }, status: 201 },
    ];
    for (const { path, fields, status } of requests) {
      const ip = elsewhere();
      for (let each = 0; each < LIMIT; each += 1)
        expect((await post(ip, path, fields, null)).status, path).to.equal(status);
      const refused = await post(ip, path, fields, null);
      expect(refused.status, path).to.equal(429);
      expect(refused.retryAfter, path).to.be.within(1, 60);
      expect(refused.body.error, path).to.equal('temporarily_unavailable');
    }
  });

  it('never refuses a client that has given its secret [A112]', async () => {
    const ip = elsewhere();
    await exhaust(ip);
    const rp = {
      client_id: 'rp',
      redirect_uri: 'http://rp.test/callback',
      response_type: 'code',
      scope: 'openid',
      nonce: 'n',
    };
    for (let each = 0; each < 2 * LIMIT; each += 1) {
      expect((await post(ip, '/request', rp, ['rp', CLIENT_SECRET])).status).to.equal(201);
      expect((await post(ip, '/device/auth', { scope: 'openid' }, ['tv', CLIENT_SECRET])).status).to.equal(
        200,
      );
    }
    const wrong = await post(ip, '/request', rp, ['rp', 'not-the-secret-of-this-client-at-all']);
    expect(wrong).to.deep.include({ status: 401 });
  });

  it('counts the pages that keep their form in a session of nobody [A112]', async () => {
    for (const path of ['/device', '/session/end', '/session/end?state=abc']) {
      const ip = elsewhere();
      for (let each = 0; each < LIMIT; each += 1)
        expect((await at(ip).get(path)).status, path).to.be.oneOf([200, 303]);
      const refused = await at(ip).get(path);
      expect(refused, path).to.include({ status: 429, name: 'error', error: 'too_many_requests' });
      expect(refused.headers['set-cookie'], path).to.equal(undefined);
    }
    expect(written.filter((model) => model === 'Session')).to.have.length(3 * LIMIT);
  });

  it('counts a browser with the cookie of a session that is gone [A112]', async () => {
    const ip = elsewhere();
    const visitor = at(ip);
    await visitor.get('/device');
    const cookies = visitor.jar.getCookieStringSync(s.app.origin);
    s.clock.nextStep(61 * MINUTE);
    const statuses: number[] = [];
    for (let each = 0; each < LIMIT + 1; each += 1) {
      const url = await s.rp.authorizationUrl({ prompt: 'none' });
      statuses.push((await at(ip).get(url, { cookie: cookies })).status);
    }
    expect(statuses).to.deep.equal([...Array<number>(LIMIT).fill(303), 429]);
    expect(written.filter((model) => model === 'Session')).to.have.length(1 + LIMIT);
  });

  it('leaves every request alone that begins nothing [A112]', async () => {
    const ip = elsewhere();
    await exhaust(ip);
    for (const path of [
      '/jwks',
      '/.well-known/openid-configuration',
      '/health/live',
      '/metrics',
      '/demo',
      '/favicon.ico',
    ])
      expect((await at(ip).get(path)).status, path).to.equal(200);
    const unknown = await at(ip).get('/auth?client_id=nobody&response_type=code');
    expect(unknown.status).to.equal(400);
    expect((await post(ip, '/token', { grant_type: 'x' }, ['rp', CLIENT_SECRET])).status).to.equal(400);
  });

  it('logs a flood with one line a minute, and counts each refusal in the metrics [A112]', async () => {
    const ip = elsewhere();
    const refusals = async () => {
      const { text } = await s.app.visitor().get('/metrics');
      return Number(/requests_throttled_total\{endpoint="authorization"\} (\d+)/.exec(text)?.[1]);
    };
    const events = (event: string) => lines.filter((line) => line.event === event);
    const before = await refusals();
    for (let each = 0; each < LIMIT + 30; each += 1) await begin(at(ip), ip);
    // Each instance has a log and metrics of its own.
    const instances = process.env.TEST_STORES === 'mongo-redis' ? 2 : 1;
    expect(events('request.throttled').length).to.be.within(1, instances);
    expect(events('request.refused')).to.deep.equal([]);
    if (instances === 1) expect((await refusals()) - before).to.equal(30);
  });

  /** A browser whose person has just signed in. */
  async function knownBrowser(email: string): Promise<Visitor> {
    const visitor = s.app.visitor({ headers: { 'x-forwarded-for': elsewhere() } });
    await visitor.open(await s.rp.authorizationUrl());
    const page = await visitor.signIn(email, PASSWORD);
    if (page.name === 'set-up-choose') await visitor.chooseMethod('totp');
    if (visitor.page.name === 'set-up-totp')
      await visitor.enterCode(nextCode(s.app, visitor.page.mark('secret')));
    expect(cookie(visitor, 'known')).to.have.property('value');
    return visitor;
  }

  function cookie(visitor: Visitor, name: string): { readonly value: string } {
    const found = visitor.jar.getCookiesSync(s.app.origin).find(({ key }) => key === name);
    if (!found) throw new Error(`there is no cookie ${name}`);
    return found;
  }

  async function signOut(visitor: Visitor): Promise<void> {
    visitor.jar.setCookieSync('_session=; path=/; max-age=0', s.app.origin);
    visitor.jar.setCookieSync('_session.sig=; path=/; max-age=0', s.app.origin);
  }
});

/** Notes the model of each record that the provider leaves in the short-lived store. */
function noting(stores: Stores, written: string[], onTake: () => void): Stores {
  const { providerShortLived: provider, rates } = stores;
  return {
    ...stores,
    rates: {
      take: (...given) => {
        onTake();
        return rates.take(...given);
      },
    },
    providerShortLived: {
      ...provider,
      upsert: (model, ...rest) => {
        written.push(model);
        return provider.upsert(model, ...rest);
      },
      destroy: (model, id) => {
        written.splice(written.indexOf(model), 1);
        return provider.destroy(model, id);
      },
    },
  };
}

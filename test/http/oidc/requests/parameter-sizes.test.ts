/** The sizes of parameters that a relying party chooses and the server keeps. */
import { expect } from 'chai';
import { createLogger } from '../../../../src/adapters/system/log/logger.ts';
import { CALLBACK, CLIENT_SECRET } from '../../../support/app.ts';
import type { Page } from '../../../support/pages/page.ts';
import { withDevices } from '../device/device-story.ts';
import { answerOf, interaction } from '../story.ts';

const MOST = 8192;

type Fields = Readonly<Record<string, string>>;

const lines: string[] = [];
const logger = createLogger({
  level: 'info',
  destination: { write: (line) => lines.push(line), flush: () => {}, dropped: 0, whenDropped: () => {} },
});

describe('the size of a request', () => {
  const s = interaction(withDevices, { logger });
  beforeEach(() => lines.splice(0));

  const BASE = {
    client_id: 'rp',
    response_type: 'code',
    scope: 'openid',
    redirect_uri: CALLBACK,
    nonce: 'n',
  };

  const get = (fields: Fields): Promise<Page> =>
    s.app.visitor().get(`/auth?${new URLSearchParams({ ...BASE, ...fields })}`);

  async function push(path: string, fields: Fields) {
    const response = await fetch(`${s.app.origin}${path}`, {
      method: 'POST',
      headers: {
        authorization: `Basic ${Buffer.from(`${fields.client_id}:${CLIENT_SECRET}`).toString('base64')}`,
      },
      body: new URLSearchParams(fields),
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  }

  function reasons(): unknown[] {
    return lines
      .map((line) => JSON.parse(line) as Record<string, unknown>)
      .filter(({ event }) => event === 'request.refused')
      .map(({ reason }) => reason);
  }

  /** Claims of exactly so many bytes. */
  function claimsOf(bytes: number): string {
    const [head, tail] = ['{"userinfo":{"name":{"value":"', '"}}}'];
    return `${head}${'a'.repeat(bytes - head.length - tail.length)}${tail}`;
  }

  it('has claims of sixteen levels at most, wherever it comes in [A100]', async () => {
    const nested = (levels: number) =>
      `{"id_token":{"a":${'['.repeat(levels - 2)}${']'.repeat(levels - 2)}}}`;
    for (const levels of [17, 4000]) {
      const pushed = await push('/request', { ...BASE, claims: nested(levels) });
      expect(pushed, String(levels)).to.have.property('status', 400);
      expect(pushed.body.error_description).to.equal('claims has more than 16 levels');
    }
    expect(answerOf(await get({ claims: nested(17) })).get('error')).to.equal('invalid_request');
    const allowed = `{"id_token":${'{"a":'.repeat(15)}null${'}'.repeat(15)}}`;
    expect(await push('/request', { ...BASE, claims: allowed })).to.have.property('status', 201);
    expect((await get({ claims: allowed })).location).to.match(/\/interaction\//);
  });

  it('may be 8 kB for state, nonce and claims together, in bytes of UTF-8 [A112]', async () => {
    const rest = MOST - BASE.nonce.length;
    expect((await get({ state: 'a'.repeat(rest) })).location).to.match(/\/interaction\//);
    expect((await get({ state: 'é'.repeat(Math.floor(rest / 2 / 3)) })).location).to.match(/\/interaction\//);
    const large = [
      { state: 'a'.repeat(4000), nonce: 'b'.repeat(4193) },
      { state: 'a'.repeat(2000), nonce: 'b'.repeat(2000), claims: claimsOf(4193) },
      { state: 'abc', claims: claimsOf(MOST + 1) },
    ];
    for (const [index, fields] of large.entries()) {
      const answer = answerOf(await get(fields));
      expect(answer.get('error'), String(index)).to.equal('invalid_request');
      expect(answer.get('error_description')).to.equal(
        'state, nonce and claims together are larger than 8192 bytes',
      );
      expect(answer.get('state')).to.equal(fields.state);
    }
    expect(reasons()).to.deep.equal(
      large.map(() => 'state, nonce and claims together are larger than 8192 bytes'),
    );
  });

  it('shows the error to the person when the state alone is too large to be sent back [A112]', async () => {
    const page = await get({ state: 'a'.repeat(12_000) });
    expect(page).to.include({ status: 400, name: 'error', location: null });
    expect(page.text).to.include('larger than 8192 bytes');
    expect(page.text).not.to.include('aaaaaaaa');
    expect(reasons()).to.have.length(1);
  });

  it('may be 8 kB for all other parameters together, whatever their names [A112]', async () => {
    const others: readonly Fields[] = [
      { login_hint: 'a'.repeat(9000) },
      { ui_locales: 'nl '.repeat(3000) },
      { acr_values: 'x '.repeat(4500) },
      { claims_locales: 'a'.repeat(9000) },
      { display: 'a'.repeat(3000), login_hint: 'a'.repeat(3000), ui_locales: 'b'.repeat(3000) },
    ];
    for (const fields of others) {
      const answer = answerOf(await get({ state: 'abc', ...fields }));
      expect(answer.get('error'), Object.keys(fields).join()).to.equal('invalid_request');
      expect(answer.get('error_description')).to.match(/beside state, nonce and claims/);
      expect(answer.get('state')).to.equal('abc');
    }
    expect((await get({ login_hint: 'a'.repeat(7000) })).location).to.match(/\/interaction\//);
    // The server does not keep a parameter that it does not know.
    expect((await get({ unknown_parameter: 'a'.repeat(9000) })).location).to.match(/\/interaction\//);
  });

  it('is limited in a pushed request and in that of a device, where the answer is JSON [A112]', async () => {
    const device = { client_id: 'tv', scope: 'openid' };
    const requests: readonly (readonly [string, Fields])[] = [
      ['/request', { ...BASE, state: 'a'.repeat(12_000) }],
      ['/request', { ...BASE, nonce: 'a'.repeat(40_000) }],
      ['/request', { ...BASE, login_hint: 'a'.repeat(40_000) }],
      // 3 kB that become 15 kB when the server writes them.
      ['/request', { ...BASE, claims: `{"userinfo":{"name":{"values":[${'1e20,'.repeat(600)}1]}}}` }],
      ['/device/auth', { ...device, nonce: 'a'.repeat(9000) }],
      ['/device/auth', { ...device, claims: claimsOf(9000) }],
      ['/device/auth', { ...device, login_hint: 'a'.repeat(9000) }],
    ];
    for (const [path, fields] of requests) {
      const { status, body } = await push(path, fields);
      expect(status, path).to.equal(400);
      expect(body.error, path).to.equal('invalid_request');
      expect(body.error_description, path).to.match(/larger than 8192 bytes$/);
    }
    expect(reasons()).to.have.length(requests.length);
    const most = { ...BASE, state: 'a'.repeat(4000), claims: claimsOf(4000), login_hint: 'a'.repeat(8000) };
    const { status, body } = await push('/request', most);
    expect(status).to.equal(201);
    const pushed = new URLSearchParams({ client_id: 'rp', request_uri: String(body.request_uri) });
    expect((await s.app.visitor().get(`/auth?${pushed}`)).location).to.match(/\/interaction\//);
  });

  it('is limited in a posted request, before it becomes an address [A112]', async () => {
    const post = (path: string, fields: Fields) => s.app.visitor().post(path, fields);
    const large = await post('/auth', { ...BASE, state: 'a'.repeat(9000) });
    expect(large).to.include({ status: 400, name: 'error', location: null });
    expect(large.text).to.include('larger than 8192 bytes');
    // Each of these characters takes nine in an address.
    const long = await post('/auth', { ...BASE, state: '€'.repeat(2000) });
    expect(long).to.include({ status: 400, name: 'error', location: null });
    expect(long.text).to.include('pushed authorization request');
    expect(reasons()).to.have.length(2);
    expect((await post('/auth', { ...BASE, state: 'a'.repeat(8000) })).status).to.equal(303);
  });

  it('is limited for the state of a sign-out, which a session keeps [A112]', async () => {
    for (const page of [
      await s.app.visitor().get(`/session/end?state=${'a'.repeat(9000)}`),
      await s.app.visitor().post('/session/end', { state: 'a'.repeat(9000) }),
    ]) {
      expect(page).to.include({ status: 400, name: 'error', location: null });
      expect(page.headers['set-cookie']).to.equal(undefined);
    }
    expect(reasons()).to.deep.equal([
      'state is larger than 8192 bytes',
      'state, nonce and claims together are larger than 8192 bytes',
    ]);
    expect((await s.app.visitor().get(`/session/end?state=${'a'.repeat(8000)}`)).status).to.equal(303);
  });
});

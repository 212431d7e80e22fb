/** Relying parties that asked for it are told, server to server, that a session has ended. */
import { createPublicKey, verify } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { PASSWORD } from '../../../support/app.ts';
import type { Visitor } from '../../../support/visitor.ts';
import { askAgain, confidential, errorOf, interaction, tokensFor, withClients } from '../story.ts';

const EVENT = 'http://schemas.openid.net/event/backchannel-logout';

interface Told {
  readonly path: string;
  readonly type: string | undefined;
  readonly body: URLSearchParams;
}

describe('back-channel logout', () => {
  let server: Server;
  let origin: string;
  const told: Told[] = [];

  before((done) => {
    server = createServer(async (incoming, response) => {
      const body = new URLSearchParams((await incoming.toArray()).join(''));
      told.push({ path: incoming.url ?? '', type: incoming.headers['content-type'], body });
      response.writeHead(incoming.url === '/broken' ? 500 : 200).end();
    });
    server.listen(0, '127.0.0.1', () => {
      origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      done();
    });
  });
  beforeEach(() => told.splice(0));
  after(async () => {
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  });

  const at = interaction(() =>
    withClients(
      confidential('told', {
        backchannel_logout_uri: `${origin}/told`,
        backchannel_logout_session_required: true,
      }),
      confidential('told-too', { backchannel_logout_uri: `${origin}/told-too` }),
      confidential('broken', { backchannel_logout_uri: `${origin}/broken` }),
      // Nobody listens at the discard port.
      confidential('away', { backchannel_logout_uri: 'http://127.0.0.1:9/away' }),
    ),
  );

  /** Signed in at each of these relying parties, in one session. */
  async function signedInAt(...clientIds: readonly string[]) {
    const [first = 'rp', ...others] = clientIds;
    const before = await tokensFor(at.app, await at.app.relyingParty(first), 'new@open.test');
    for (const id of others) await askAgain(before.visitor, await at.app.relyingParty(id));
    return before;
  }

  async function leave(visitor: Visitor) {
    return visitor.follow(await visitor.submit(await visitor.open('/session/end'), {}, 'logout'));
  }

  async function payloadOf(token: string): Promise<Record<string, unknown>> {
    const [head = '', body = '', signature = ''] = token.split('.');
    const { alg, kid, typ } = JSON.parse(Buffer.from(head, 'base64url').toString());
    expect({ alg, typ }).to.deep.equal({ alg: 'RS256', typ: 'logout+jwt' });
    const { keys } = JSON.parse((await at.app.visitor().get('/jwks')).text);
    const key = createPublicKey({ key: keys.find((one: { kid: string }) => one.kid === kid), format: 'jwk' });
    const signed = verify('sha256', Buffer.from(`${head}.${body}`), key, Buffer.from(signature, 'base64url'));
    expect(signed).to.equal(true);
    return JSON.parse(Buffer.from(body, 'base64url').toString());
  }

  it('sends a signed logout token to every relying party of the session, and to no other [A86]', async () => {
    const { visitor, claims } = await signedInAt('told', 'told-too', 'rp');
    await leave(visitor);
    expect(told.map(({ path }) => path)).to.have.members(['/told', '/told-too']);
    for (const { path, type, body } of told) {
      expect(type).to.match(/^application\/x-www-form-urlencoded/);
      const payload = await payloadOf(body.get('logout_token') ?? '');
      expect(payload).to.deep.include({
        iss: at.app.origin,
        aud: path.slice(1),
        sub: claims.sub,
        events: { [EVENT]: {} },
      });
      expect(payload.jti).to.be.a('string');
      expect(payload).not.to.have.property('nonce');
    }
  });

  it('names the session to a client that requires it, as the ID token did [A86]', async () => {
    const { visitor, claims } = await signedInAt('told');
    expect(claims.sid).to.be.a('string');
    await leave(visitor);
    const payload = await payloadOf(told[0]?.body.get('logout_token') ?? '');
    expect(payload.sid).to.equal(claims.sid);
  });

  it('sends nothing before the person has confirmed [A86]', async () => {
    const { visitor } = await signedInAt('told');
    await visitor.open('/session/end');
    expect(told).to.have.length(0);
  });

  it('signs out even when a relying party is unreachable [A86]', async () => {
    const { visitor } = await signedInAt('broken', 'away', 'told');
    expect((await leave(visitor)).name).to.equal('signed-out');
    expect(told.map(({ path }) => path)).to.have.members(['/broken', '/told']);
    expect(errorOf(await askAgain(visitor, at.rp, { prompt: 'none' }))).to.equal('login_required');
  });

  it('reports the old account when another one signs in in its place [A86]', async () => {
    const { visitor, claims } = await signedInAt('told');
    await askAgain(visitor, at.rp, { prompt: 'login' });
    const page = await visitor.signIn('boss@open.test', PASSWORD);
    await visitor.follow(await visitor.submit(page, {}));
    const payload = await payloadOf(told[0]?.body.get('logout_token') ?? '');
    expect(payload.sub).to.equal(claims.sub);
  });
});

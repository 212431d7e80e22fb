/** The back channel of relying parties: a real HTTP server that keeps each logout token it gets. */
import { createPublicKey, verify } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import type { Yaml } from '../app.ts';
import { eventually } from '../time/eventually.ts';

const EVENT = 'http://schemas.openid.net/event/backchannel-logout';

/** A client whose back channel never answers. */
export const HANGING = 'hanging';

export interface Told {
  /** The path of the address, which is the id of the client. */
  readonly clientId: string;
  readonly type: string | undefined;
  readonly body: URLSearchParams;
}

export interface ToldApplications {
  /** For the configuration of a client. */
  metadata(clientId: string): Yaml;
  readonly told: readonly Told[];
  /** Waits until so many tokens have come, and gives them. */
  expect(count: number): Promise<readonly Told[]>;
  /** From now on. */
  answer(status: number): void;
  /** How often `HANGING` was asked. */
  hangs(): number;
  /** Verifies a token as OpenID Connect Back-Channel Logout 1.0, 2.6, has it, and gives its claims. */
  claimsOf(told: Told | undefined, issuer: string): Promise<Readonly<Record<string, unknown>>>;
}

/** Called in a `describe`: one server for all its tests. Each test begins with nothing told, and with the answer 200. */
export function toldApplications(): ToldApplications {
  const told: Told[] = [];
  let status = 200;
  let hanging = 0;
  let server: Server;
  before(async () => {
    server = createServer(async (request, response) => {
      const body = new URLSearchParams((await request.toArray()).join(''));
      const clientId = (request.url ?? '').slice(1);
      if (clientId === HANGING) {
        hanging += 1;
        return;
      }
      told.push({ clientId, type: request.headers['content-type'], body });
      response.writeHead(status).end();
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  beforeEach(() => {
    told.splice(0);
    status = 200;
  });
  after(async () => {
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  });

  return {
    told,
    metadata: (clientId) => ({
      backchannel_logout_uri: `http://127.0.0.1:${(server.address() as AddressInfo).port}/${clientId}`,
    }),
    async expect(count) {
      await eventually(async () => expect(told).to.have.lengthOf.at.least(count));
      expect(told.map(({ clientId }) => clientId)).to.have.lengthOf(count);
      return told;
    },
    answer(next) {
      status = next;
    },
    hangs: () => hanging,
    async claimsOf(one, issuer) {
      const payload = await verified(one?.body.get('logout_token') ?? '', issuer);
      expect(payload).to.deep.include({ iss: issuer, aud: one?.clientId, events: { [EVENT]: {} } });
      for (const claim of ['iat', 'exp', 'jti', 'sub']) expect(payload).to.have.property(claim);
      expect(payload).not.to.have.property('nonce');
      return payload;
    },
  };
}

async function verified(token: string, issuer: string): Promise<Record<string, unknown>> {
  const [head = '', body = '', signature = ''] = token.split('.');
  const { alg, kid, typ } = JSON.parse(Buffer.from(head, 'base64url').toString());
  expect(typ).to.equal('logout+jwt');
  expect(alg).to.be.oneOf(['RS256', 'ES256']);
  const { keys } = (await (await fetch(new URL('/jwks', issuer))).json()) as { keys: { kid: string }[] };
  const jwk = keys.find((one) => one.kid === kid);
  const key = createPublicKey({ key: { ...jwk }, format: 'jwk' });
  const signed = verify(
    'sha256',
    Buffer.from(`${head}.${body}`),
    { key, dsaEncoding: 'ieee-p1363' },
    Buffer.from(signature, 'base64url'),
  );
  expect(signed, 'the signature').to.equal(true);
  return JSON.parse(Buffer.from(body, 'base64url').toString());
}

/** nginx as docker-compose.yml configures it, really balancing over two processes of the product, by TLS. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { expect } from 'chai';
import { claimsOf, MFA, withPeople } from '../http/oidc/story.ts';
import { type Program, programs } from '../process/program.ts';
import { CALLBACK, CLIENT_SECRET, PASSWORD, SECRET } from '../support/app.ts';
import { createRelyingParty, type RelyingParty } from '../support/hosts/relying-party.ts';
import { needs } from '../support/needs.ts';
import { freePort } from '../support/process/free-port.ts';
import { LOOPBACK, rawRequest } from '../support/process/raw-request.ts';
import { makeDataDir, removeDataDir } from '../support/stores/embedded.ts';
import { eventually } from '../support/time/eventually.ts';
import { totpCode } from '../support/totp.ts';
import { createVisitor, type Headers, type Visitor } from '../support/visitor.ts';
import { madeSecrets } from './made-secrets.ts';
import { type Nginx, startNginx, startTunnel, type Tunnel } from './nginx.ts';

/** Milliseconds: two programs are started, and passwords are hashed. */
const PATIENCE_MS = 120_000;
const PEOPLE = Array.from({ length: 16 }, (_, index) => `person-${index}@open.test`);
/** An address that nobody here has (RFC 5737). */
const SPOOFED = '203.0.113.66';
/** The log cuts addresses. */
const SPOOFED_AS_LOGGED = '203.0.113.0/24';

describe('nginx in front of two instances', function () {
  this.timeout(PATIENCE_MS);
  const { nginx: program } = needs('nginx');
  const secrets = madeSecrets();
  const { start } = programs(after);
  const dataDir = makeDataDir();
  const authorities = getCACertificates('default');
  let instances: readonly [Program, Program];
  let nginx: Nginx;
  let tunnel: Tunnel;
  let issuer: string;
  let plainPort: number;
  let rp: RelyingParty;
  let people: readonly string[] = PEOPLE;

  before(async () => {
    const port = await freePort();
    plainPort = await freePort();
    issuer = `https://localhost:${port}`;
    const listen = { host: LOOPBACK, port: 3000, trusted_proxies: 1 };
    const config = {
      environment: 'development',
      issuer,
      listen,
      ...withPeople(Object.fromEntries(PEOPLE.map((email) => [email, 'app@open.test']))),
    };
    const instance = () => start({ config, dataDir });
    instances = [await instance(), await instance()];
    nginx = await startNginx({
      program,
      secrets: secrets().folder,
      ports: [port, plainPort],
      instances: [instances[0].port, instances[1].port],
    });
    const certificate = readFileSync(join(secrets().folder, 'tls-certificate.pem'), 'utf8');
    tunnel = await startTunnel(port, certificate);
    setDefaultCACertificates([...authorities, certificate]);
    rp = await createRelyingParty({
      issuer,
      clientId: 'rp',
      clientSecret: CLIENT_SECRET,
      redirectUri: CALLBACK,
    });
  });
  after(async () => {
    setDefaultCACertificates(authorities);
    tunnel?.close();
    await nginx?.stop();
    removeDataDir(dataDir);
  });

  function visitor(headers: Headers = {}): Visitor {
    return createVisitor(issuer, { via: tunnel.origin, stopAt: CALLBACK, headers });
  }

  /** Somebody who has not signed in yet, so that the code is a new one. */
  async function signIn(headers: Headers = {}): Promise<Visitor> {
    const [email = '', ...others] = people;
    people = others;
    const person = visitor(headers);
    await person.open(await rp.authorizationUrl());
    await person.signIn(email, PASSWORD);
    const end = await person.enterCode(totpCode(SECRET, Date.now()));
    expect(claimsOf(await rp.exchange(end.location ?? '')).acr).to.equal(MFA);
    return person;
  }

  const requestsOf = (instance: Program) => instance.log().filter(({ event }) => event === 'request');

  it('sends requests to both, and sign-ins complete [R25]', async () => {
    for (let each = 0; each < 6; each += 1) await signIn();
    const counts = instances.map((instance) => requestsOf(instance).length);
    expect(Math.min(...counts)).to.be.above(Math.max(...counts) / 2);
  });

  it('receives cookies that are bound to TLS and to its host', async () => {
    const person = await signIn();
    const session = person.jar.serializeSync()?.cookies.find(({ key }) => key === '__Host-session');
    expect(session).to.include({ secure: true, httpOnly: true, path: '/' });
    const page = await person.get('/account');
    expect(page.headers['strict-transport-security']).to.match(/^max-age=\d{8}/);
  });

  it('ignores a forwarded IP address that a visitor sends [A28]', async () => {
    const before = instances.map((instance) => requestsOf(instance).length);
    await signIn({ 'x-forwarded-for': `${SPOOFED}, 198.51.100.7`, forwarded: `for=${SPOOFED}` });
    // A line is written a moment after the answer.
    const lines = await eventually(async () => {
      const written = instances.flatMap((instance, index) => requestsOf(instance).slice(before[index]));
      expect(written).to.have.length.above(5);
      return written;
    });
    expect([...new Set(lines.map(({ ip }) => ip))]).to.deep.equal(['127.0.0.0/24']);
  });

  it('has to overwrite the forwarded IP address, which the instances trust', async () => {
    const [{ port }] = instances;
    await rawRequest(port, { path: '/health/live', headers: { 'x-forwarded-for': SPOOFED } });
    await eventually(async () =>
      expect(requestsOf(instances[0]).map(({ ip }) => ip)).to.include(SPOOFED_AS_LOGGED),
    );
  });

  it('builds no URL from a host or a scheme that a visitor sends', async () => {
    expect((await visitor({ host: 'evil.test' }).get('/account')).status).to.equal(421);
    const page = await visitor({
      'x-forwarded-host': 'evil.test',
      'x-forwarded-proto': 'http',
    }).get('/account');
    expect(page.location).to.match(new RegExp(`^${issuer}/`));
  });

  it('redirects http to the issuer', async () => {
    const { status, headers } = await rawRequest(plainPort, {
      path: '/account?a=b',
      headers: { host: 'evil.test' },
    });
    expect([status, headers.location]).to.deep.equal([301, `${issuer}/account?a=b`]);
  });

  it('logs neither queries nor paths that may contain a code [A98]', async () => {
    await visitor().get('/auth?code_challenge=not-to-be-logged', {
      referer: 'http://rp.test/?not-to-be-logged',
    });
    expect(nginx.log()).to.include('GET /auth').and.not.include('not-to-be-logged');
    expect(nginx.log()).not.to.match(/[?&]\w+=/);
  });

  it('uses the other instance when one is stopped, without an error [R20 R26]', async () => {
    const [one, other] = instances;
    const half = visitor();
    const [email = ''] = people;
    await half.open(await rp.authorizationUrl());
    await half.signIn(email, PASSWORD);
    people = people.slice(1);
    const before = requestsOf(other).length;

    const stopped = one.stop();
    for (let each = 0; each < 3; each += 1) await signIn();
    expect((await stopped).code).to.equal(0);
    const end = await half.enterCode(totpCode(SECRET, Date.now()));
    expect(claimsOf(await rp.exchange(end.location ?? '')).acr).to.equal(MFA);
    await signIn();
    await eventually(async () => expect(requestsOf(other).length).to.be.above(before));
  });
});

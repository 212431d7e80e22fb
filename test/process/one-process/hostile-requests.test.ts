/** Hostile requests to the port: too much, too slowly, or nonsense. The server answers them and serves others. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { expect } from 'chai';
import { PASSWORD } from '../../support/app.ts';
import { LOOPBACK, rawRequest } from '../../support/process/raw-request.ts';
import { startStopwatch } from '../../support/time/own-time.ts';
import { openForms, partyAt, type ReadyForm, send } from '../forms.ts';
import { PATIENCE_MS, type Program, programs } from '../program.ts';

const TEN_MB = 'x'.repeat(10 * 1024 * 1024);
/** All that is sent is many times as much; half of it, and what the process takes by itself. */
const MOST_MORE_MIB = 120;
const SLOW_SENDERS = 500;
/** Milliseconds: the limits are 10 s for headers and 13 s in all, and are looked at every 2 s. */
const SLOW_WITHIN_MS = 17_000;

describe('the program under hostile requests', function () {
  this.timeout(PATIENCE_MS);
  const { start } = programs(after);
  let program: Program;
  before(async () => {
    program = await start();
  });

  it('answers 413 to forms of 10 MB without using more memory, and keeps serving [R31 A100]', async () => {
    const form = await oneForm(program);
    const before = memoryMiB(program);
    const sent = [form.path, '/locale', '/auth', '/session/end'].flatMap((path) =>
      Array<string>(8).fill(path),
    );
    for (const path of sent) {
      const { status, body } = await send(program, { ...form, path, body: `${form.body}&more=${TEN_MB}` });
      expect(status, path).to.equal(413);
      expect(body, path).to.include('data-page="error"');
    }
    expect(memoryMiB(program) - before).to.be.below(MOST_MORE_MIB);
    expect((await send(program, form)).status).to.equal(303);
  });

  it('answers 404 or 405 to a sender whose body is still under way [R31 A100]', async () => {
    const form = await oneForm(program);
    const large = { ...form, body: `${form.body}&more=${TEN_MB}` };
    const asked: [number, ReadyForm][] = [
      [404, { ...large, path: '/nowhere' }],
      [400, { ...large, path: '/interaction/nobody/sign-in' }],
      [403, { ...large, headers: { ...form.headers, origin: 'http://evil.test' } }],
      [400, { ...large, path: '/token' }],
    ];
    for (const [status, sent] of asked)
      expect((await send(program, sent)).status, sent.path).to.equal(status);
  });

  it('answers 431 to a header or a URL of 20 KB, and serves a request with 300 cookies [R31]', async () => {
    const long = 'x'.repeat(20 * 1024);
    expect((await rawRequest(program.port, { headers: { 'x-long': long } })).status).to.equal(431);
    expect((await rawRequest(program.port, { path: `/?${long}` })).status).to.equal(431);
    const cookie = Array.from({ length: 300 }, (_, n) => `cookie${n}=value${n}`).join('; ');
    const path = new URL(await (await partyAt(program)).authorizationUrl()).search;
    const { status } = await rawRequest(program.port, { path: `/auth${path}`, headers: { cookie } });
    expect(status).to.equal(303);
  });

  it('serves other visitors during 500 slow requests, and answers those with 408 [R32 A100]', async () => {
    const stopwatch = startStopwatch(program.pid);
    const { host } = new URL(program.origin);
    const heads = [
      `GET / HTTP/1.1\r\nHost: ${host}\r\nX-Slow: `,
      `POST /locale HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/x-www-form-urlencoded\r\nSec-Fetch-Site: same-origin\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n`,
    ];
    const slow = await Promise.all(
      Array.from({ length: SLOW_SENDERS }, (_, n) => dawdle(program, heads[n % heads.length] ?? '')),
    );

    const form = await oneForm(program);
    expect((await send(program, form)).status).to.equal(303);
    const endings = await Promise.all(slow.map(({ ending }) => ending));
    expect(stopwatch.read()).to.be.below(SLOW_WITHIN_MS);
    expect(endings.filter((text) => !text.startsWith('HTTP/1.1 408 '))).to.deep.equal([]);
  });

  const cookies: Readonly<Record<string, (own: string) => string>> = {
    'no value': () => '_session=; _session.sig=',
    'half a value': (own) => own.slice(0, own.length / 2),
    'other bytes than UTF-8': () => '_session=\xff\xfe\xc3\x28; _session.sig=\xff',
    'percent signs': () => '_session=%00%ff%; _session.sig=%',
    'a name of every object': () => '__proto__=1; constructor=1; toString=1; hasOwnProperty=1',
    'a signature without anything': (own) => own.replace(/_session=[^;]+/, ''),
    'another signature': (own) => own.replace(/(_session\.sig=)[^;]+/, '$1AAAAAAAAAAAAAAAAAAAAAAAAAAA'),
    'nothing but separators': () => ';;;=;=;,,"',
    'quotes and brackets': () => '_session="{}"; _session[]=1; locale={"$ne":null}; known=..',
    '15 KB': () => `_session=${'a'.repeat(15 * 1024)}`,
  };
  it('ignores malformed cookies [R33]', async () => {
    const visitor = program.visitor();
    const url = new URL(await (await partyAt(program)).authorizationUrl());
    const { pathname: interaction } = new URL((await visitor.open(url.href)).url);
    await visitor.signIn('new@plain.test', PASSWORD);
    const own = visitor.jar.getCookieStringSync(`${program.origin}/`);
    expect(own).to.include('_session=');
    const ask = async (path: string, cookie: string) =>
      (await rawRequest(program.port, { path, headers: { cookie } })).status;
    for (const [what, spoil] of Object.entries(cookies)) {
      const cookie = spoil(own);
      expect(await ask(`/auth${url.search}`, cookie), what).to.equal(303);
      expect(await ask('/account', cookie), what).to.equal(303);
      expect(await ask('/session/end', cookie), what).to.equal(303);
      const spoilt = cookie.replaceAll('_session', '_interaction');
      expect(await ask(interaction, spoilt), what).to.equal(400);
      expect(await ask('/auth/abc', cookie.replaceAll('_session', '_resume')), what).to.equal(400);
    }
  });
});

async function oneForm(program: Program): Promise<ReadyForm> {
  const [form] = await openForms(program, ['new@plain.test']);
  if (!form) throw new Error('there is no form');
  return form;
}

function memoryMiB({ pid }: Program): number {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
}

/** Connected and begun; what it is answered is read from now on. */
async function dawdle({ port }: Program, head: string): Promise<{ readonly ending: Promise<string> }> {
  const socket = connect(port, LOOPBACK);
  await once(socket, 'connect');
  socket.write(head);
  return { ending: readAll(socket) };
}

/** Reads until the connection ends, by a close or by a reset. */
function readAll(socket: Socket): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk;
  });
  socket.on('error', () => {});
  socket.once('close', () => resolve(text));
  return promise;
}

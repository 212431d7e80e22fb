/** Being told to stop: what is under way is answered, what will never end is cut off, and the exit code is 0. */
import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { connect } from 'node:net';
import { expect } from 'chai';
import { LOOPBACK, rawRequest } from '../../support/process/raw-request.ts';
import { openForms, type ReadyForm } from '../forms.ts';
import { PATIENCE_MS, type Program, programs, STOPPED_WITHIN_MS } from '../program.ts';

const IN_FLIGHT = 100;

describe('stopping the program', function () {
  this.timeout(PATIENCE_MS);
  const { start } = programs();

  it('answers not ready, finishes 100 password checks under way, and exits with 0 [R20]', async () => {
    const program = await start();
    const [form] = await openForms(program, ['new@plain.test']);
    if (!form) throw new Error('there is no form');
    const begun = await Promise.all(Array.from({ length: IN_FLIGHT }, () => begin(program, form)));

    const ended = program.stop();
    const { body } = await firstRefusal(program);
    expect(JSON.parse(body)).to.deep.equal({ status: 'not ready', reason: 'the server is stopping' });
    const statuses = await Promise.all(begun.map((sent) => finish(sent, form)));

    expect(statuses).to.deep.equal(Array(IN_FLIGHT).fill(303));
    const { code, after } = await ended;
    expect(code).to.equal(0);
    expect(after).to.be.below(STOPPED_WITHIN_MS);
    expect(program.log().map(({ event }) => event)).not.to.include('server.cut_off');
  });

  it('exits with 0 at its deadline despite half-sent requests [R21]', async () => {
    const program = await start();
    const heads = [
      'GET / HTTP/1.1\r\nHost: a\r\nX-Half',
      'POST /locale HTTP/1.1\r\nHost: a\r\nContent-Length: 99\r\n\r\nlo',
    ];
    for (const head of heads) {
      const socket = connect(program.port, LOOPBACK);
      socket.on('error', () => {});
      await once(socket, 'connect');
      socket.write(head);
    }
    // The server reads earlier bytes first.
    await rawRequest(program.port, { path: '/health/live' });

    const { code, after } = await program.stop();
    expect(code).to.equal(0);
    expect(after).to.be.below(STOPPED_WITHIN_MS);
    await program.logged('server.cut_off');
  });
});

/** Resolves once the server has taken the request and waits for its body (RFC 9110, 10.1.1). */
async function begin({ port }: Program, { path, headers, body }: ReadyForm): Promise<ClientRequest> {
  const length = Buffer.byteLength(body);
  const sent = request({
    host: LOOPBACK,
    port,
    path,
    method: 'POST',
    agent: false,
    headers: { ...headers, 'content-length': length, expect: '100-continue' },
  });
  sent.flushHeaders();
  await once(sent, 'continue');
  return sent;
}

async function finish(sent: ClientRequest, { body }: ReadyForm): Promise<number | undefined> {
  const answered = once(sent, 'response');
  sent.end(body);
  const [response] = (await answered) as [IncomingMessage];
  response.resume();
  return response.statusCode;
}

/** Asks until the answer is 503, as a balancer does; rejects when nobody answers any more. */
async function firstRefusal({ port }: Program) {
  for (;;) {
    const answer = await rawRequest(port, { path: '/health/ready' });
    if (answer.status === 503) return answer;
  }
}

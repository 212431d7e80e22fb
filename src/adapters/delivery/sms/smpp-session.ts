/** One bound connection to an SMS centre, kept alive (SMPP 3.4). It ends when a request gets no answer in time. */
import { isIP } from 'node:net';
import { connect, type Pdu, type Session } from 'smpp';
import { GatewayFailed } from './gateway-failed.ts';

export interface SmppServer {
  readonly host: string;
  readonly port: number;
  /** TLS from the first byte; else whoever is on the way can read the password and the codes. */
  readonly tls: boolean;
  /** PEM: who may vouch for the server instead of those whom Node trusts. */
  readonly ca?: string | undefined;
  readonly systemId: string;
  readonly password: string;
  /** Empty where the provider names none. */
  readonly systemType: string;
}

/** Milliseconds. */
export interface SmppTimes {
  /** To connect, and to be let in. */
  readonly bind: number;
  /** For each answer after that. */
  readonly answer: number;
  /** Between two looks at whether the other side is still there. */
  readonly enquire: number;
  /** Without a message, after which the connection is given back. */
  readonly idle: number;
}

export interface BoundSession {
  /** The status of the answer. Rejects with `GatewayFailed` when none comes in time, and then the connection has ended. */
  submit(fields: Readonly<Record<string, unknown>>): Promise<number>;
  /** Says goodbye, and hangs up whatever the answer is. */
  close(): void;
}

/** SMPP 3.4, 5.2.4: the version that is spoken. */
const VERSION = 0x34;
/** Requests of a centre that are always answered with success. */
const ASKED_OF_US = ['enquire_link', 'deliver_sm', 'data_sm', 'unbind'];

/** `onEnd` is called once, as soon as nothing can be sent on it any more, also when it never came to be bound. */
export async function bind(server: SmppServer, times: SmppTimes, onEnd: () => void): Promise<BoundSession> {
  const { host, port, tls, ca } = server;
  // RFC 6066, 3: an address is no server name.
  const named = tls && isIP(host) === 0 ? { servername: host } : {};
  const session = connect({ host, port, tls, ca, minVersion: 'TLSv1.2', ...named });
  const line = createLine(session, onEnd);

  const login = {
    system_id: server.systemId,
    password: server.password,
    system_type: server.systemType,
    interface_version: VERSION,
  };
  const { command_status: status } = await line.ask(times.bind, (answer) => {
    session.on(tls ? 'secureConnect' : 'connect', () => session.bind_transceiver(login, answer));
    return true;
  });
  if (status !== 0) throw line.end(`refused the login with status ${status}`);

  const looking = setInterval(() => {
    // Unanswered, the line has ended, and nobody waits for more.
    line.ask(times.answer, (answer) => session.enquire_link(answer)).catch(() => {});
  }, times.enquire).unref();
  const idle = setTimeout(close, times.idle).unref();
  session.on('close', () => {
    clearInterval(looking);
    clearTimeout(idle);
  });

  function close(): void {
    const goodbye = line.ask(times.answer, (answer) => session.unbind(answer)).catch(() => {});
    void goodbye.then(() => line.end('was said goodbye to'));
    onEnd();
  }

  return {
    async submit(fields) {
      idle.refresh();
      const answer = await line.ask(times.answer, (answered) => session.submit_sm(fields, answered));
      return answer.command_status;
    },
    close,
  };
}

type Answer = (pdu: Pdu) => void;

function createLine(session: Session, onEnd: () => void) {
  const waiting = new Set<(fault: GatewayFailed) => void>();
  let fault: GatewayFailed | null = null;

  function end(reason: string): GatewayFailed {
    if (fault !== null) return fault;
    fault = new GatewayFailed(`the SMS centre ${reason}`);
    session.destroy();
    for (const reject of waiting) reject(fault);
    onEnd();
    return fault;
  }

  /** `put` asks, and says whether that could be written. */
  async function ask(withinMs: number, put: (answer: Answer) => boolean): Promise<Pdu> {
    if (fault !== null) throw fault;
    const { promise, resolve, reject } = Promise.withResolvers<Pdu>();
    const timer = setTimeout(() => end('did not answer in time'), withinMs);
    waiting.add(reject);
    try {
      if (!put(resolve)) end('hung up');
      return await promise;
    } finally {
      clearTimeout(timer);
      waiting.delete(reject);
    }
  }

  session.on('error', (error) => end(`can't be spoken to (${codeOf(error)})`));
  session.on('close', () => end('hung up'));
  session.on('pdu', (pdu) => {
    if (ASKED_OF_US.includes(pdu.command)) session.send(pdu.response());
    if (pdu.command === 'unbind') end('said goodbye');
  });
  return { ask, end };
}

/** An error's own words may quote what was sent. */
function codeOf(error: Error): string {
  return 'code' in error ? String(error.code) : error.name;
}

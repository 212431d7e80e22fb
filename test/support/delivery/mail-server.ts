/** A real mail server on this machine that keeps what it is given, and refuses what it is told to refuse. */
import { once } from 'node:events';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';

export interface ReceivedMail {
  readonly from: string;
  readonly to: readonly string[];
  /** The message as it came, headers and all. */
  readonly source: string;
  /** Whether it came through TLS. */
  readonly secure: boolean;
  /** The user who had signed in. */
  readonly user: string | undefined;
}

export interface MailServer {
  readonly port: number;
  readonly mails: readonly ReceivedMail[];
  /** The destination of each RCPT, taken or not. */
  readonly asked: readonly string[];
  readonly connections: () => number;
  /** The most that were connected at once. */
  readonly mostAtOnce: () => number;
  /** Hangs up on whoever is connected, and stays. */
  readonly hangUp: () => void;
  readonly stop: () => Promise<void>;
}

export interface MailServerOptions extends SMTPServerOptions {
  readonly port?: number;
  /** The reply to a recipient, such as `451 later`; null: accepted. */
  readonly answer?: (to: string) => string | null;
  /** Told when a message has come; the connection waits for it. */
  readonly onMail?: () => Promise<void>;
}

async function startMailServer({
  port = 0,
  answer = () => null,
  onMail = async () => {},
  ...options
}: MailServerOptions = {}): Promise<MailServer> {
  const mails: ReceivedMail[] = [];
  const asked: string[] = [];
  let connections = 0;
  let atOnce = 0;
  let most = 0;
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['AUTH'],
    hideSTARTTLS: !options.key,
    closeTimeout: 100,
    onConnect(_session, done) {
      connections += 1;
      atOnce += 1;
      most = Math.max(most, atOnce);
      done();
    },
    onClose() {
      atOnce -= 1;
    },
    onRcptTo({ address }, _session, done) {
      asked.push(address);
      const said = answer(address);
      const [, code = '', words = ''] = /^(\d{3}) (.*)$/.exec(said ?? '') ?? [];
      done(said === null ? null : Object.assign(new Error(words), { responseCode: Number(code) }));
    },
    onData(stream, { envelope, secure, user }, done) {
      const parts: Buffer[] = [];
      stream.on('data', (part: Buffer) => parts.push(part));
      stream.on('end', () => {
        mails.push({
          from: envelope.mailFrom === false ? '' : envelope.mailFrom.address,
          to: envelope.rcptTo.map(({ address }) => address),
          source: Buffer.concat(parts).toString(),
          secure,
          user,
        });
        onMail().then(() => done());
      });
    },
    ...options,
  });
  // Clients that hang up in the middle are part of the tests.
  server.on('error', () => {});
  server.listen(port, '127.0.0.1');
  await once(server.server, 'listening');
  const address = server.server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    port: address.port,
    mails,
    asked,
    connections: () => connections,
    mostAtOnce: () => most,
    hangUp() {
      for (const connection of server.connections) connection.close();
    },
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

/** Called in a `describe`: those that were started stop after each test. */
export function mailServers(): (options?: MailServerOptions) => Promise<MailServer> {
  let running: MailServer[] = [];
  afterEach(async () => {
    await Promise.all(running.map((server) => server.stop()));
    running = [];
  });
  return async (options) => {
    const server = await startMailServer(options);
    running.push(server);
    return server;
  };
}

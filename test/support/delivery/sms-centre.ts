/** A real SMPP server that keeps what it is given, and answers with the status it is told. */
import { once } from 'node:events';
import type { Server } from 'node:net';
import { createServer, type Pdu, type Session } from 'smpp';
import type { Certificate } from '../process/certificate.ts';

export interface SmsCentre {
  readonly port: number;
  /** The logins, and the messages as they came. */
  readonly binds: readonly Pdu[];
  readonly submits: readonly Pdu[];
  /** The responses to its own requests. */
  readonly answers: readonly Pdu[];
  readonly enquiries: () => number;
  readonly goodbyes: () => number;
  /** The status of each answer from now on, by command; null: it does not answer. */
  answer(how: Partial<Record<'bind_transceiver' | 'submit_sm' | 'enquire_link', number | null>>): void;
  /** Asks every session something. */
  ask(question: (session: Session) => void): void;
  hangUp(): void;
}

/** Called in a `describe`: those that were started stop after each test. */
export function smsCentres(): (options?: Partial<Certificate>) => Promise<SmsCentre> {
  let servers: Server[] = [];
  const sessions = new Set<Session>();
  afterEach(async () => {
    for (const session of sessions) session.destroy();
    sessions.clear();
    await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
    servers = [];
  });
  return async (options = {}) => {
    const seen: Pdu[] = [];
    const statuses: Record<string, number | null> = {};
    const named = (command: string) => seen.filter((pdu) => pdu.command === command);
    const server = createServer({ ...options }, (session) => {
      sessions.add(session);
      session.on('error', () => {});
      session.on('close', () => sessions.delete(session));
      session.on('pdu', (pdu) => {
        seen.push(pdu);
        const status = statuses[pdu.command];
        if (pdu.command.endsWith('_resp') || status === null) return;
        session.send(pdu.response({ command_status: status ?? 0 }));
      });
    });
    servers.push(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    return {
      port: address.port,
      get binds() {
        return named('bind_transceiver');
      },
      get submits() {
        return named('submit_sm');
      },
      get answers() {
        return seen.filter(({ command }) => command.endsWith('_resp'));
      },
      enquiries: () => named('enquire_link').length,
      goodbyes: () => named('unbind').length,
      answer: (how) => void Object.assign(statuses, how),
      ask: (question) => sessions.forEach(question),
      hangUp() {
        for (const session of sessions) session.destroy();
      },
    };
  };
}

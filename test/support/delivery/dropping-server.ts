/** A mail server that drops its connection at a step of the dialogue (RFC 5321, 4.1.1), until it is told to behave. */
import type { Socket } from 'node:net';

export const DROPS = ['CONNECT', 'EHLO', 'MAIL', 'RCPT', 'DATA', 'BODY'] as const;
export type Drop = (typeof DROPS)[number];

const REPLIES: Readonly<Record<string, string>> = {
  EHLO: '250 ok',
  MAIL: '250 ok',
  RCPT: '250 ok',
  DATA: '354 go on',
  RSET: '250 ok',
  QUIT: '221 bye',
};

export interface Dropping {
  /** For `muteServers`. */
  speak(socket: Socket): void;
  /** From now on every message is accepted. */
  behave(): void;
  /** The number of connections that were dropped. */
  readonly dropped: number;
  /** The messages that were read to their end, whether that was answered or not. */
  readonly mails: readonly string[];
}

/** `BODY`: the message is read and kept, and its end is not answered. */
export function createDropping(at: Drop): Dropping {
  const mails: string[] = [];
  let isBehaving = false;
  let dropped = 0;

  return {
    behave() {
      isBehaving = true;
    },
    get dropped() {
      return dropped;
    },
    mails,
    speak(socket) {
      let rest = '';
      let isBody = false;
      /** Whether the connection ends here. */
      function drops(step: string): boolean {
        if (isBehaving || step !== at) return false;
        dropped += 1;
        socket.destroy();
        return true;
      }
      if (drops('CONNECT')) return;
      socket.write('220 mail.test\r\n');
      socket.setEncoding('utf8').on('data', (part) => {
        rest += part;
        for (;;) {
          const mark = isBody ? '\r\n.\r\n' : '\r\n';
          const end = rest.indexOf(mark);
          if (end < 0) return;
          const text = rest.slice(0, end);
          rest = rest.slice(end + mark.length);
          if (isBody) {
            isBody = false;
            mails.push(text);
            if (drops('BODY')) return;
            socket.write('250 taken\r\n');
            continue;
          }
          const verb = text.slice(0, 4).toUpperCase();
          if (drops(verb)) return;
          isBody = verb === 'DATA';
          socket.write(`${REPLIES[verb] ?? '502 no'}\r\n`);
        }
      });
    },
  };
}

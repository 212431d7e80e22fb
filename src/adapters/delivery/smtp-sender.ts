/** Hands messages to a mail server (RFC 5321) over kept connections, each in bounded time. */
import { createTransport, type NodemailerError } from 'nodemailer';
import type { MailTransport } from '../../ports/mail.ts';
import type { Attempt } from '../../ports/queue.ts';
import type { Message } from '../../ports/senders.ts';

export interface MailServer {
  readonly host: string;
  /** Null: 465 with TLS from the first byte, 587 else (RFC 8314, 3.3). */
  readonly port: number | null;
  /** Null: no authentication. */
  readonly user: string | null;
  readonly password: string | null;
  /** TLS from the first byte, by STARTTLS or not at all; the server has no say in it. */
  readonly tls: 'implicit' | 'starttls' | 'none';
}

export interface SmtpOptions {
  readonly server: MailServer;
  readonly from: { readonly name: string; readonly address: string };
  /** Connections at once. */
  readonly connections: number;
  /** PEM: who may vouch for the server instead of those whom Node trusts. */
  readonly ca?: string | undefined;
  readonly timeouts?: SmtpTimeouts;
}

/** Milliseconds. */
export interface SmtpTimeouts {
  readonly connection: number;
  readonly greeting: number;
  /** Without a byte from the server. */
  readonly silence: number;
  /** All of one attempt, however alive the server seems. */
  readonly attempt: number;
}

/** The library would wait for minutes, as RFC 5321, 4.5.3.2, has it for relays; a person waits for a code. */
export const SMTP_TIMEOUTS: SmtpTimeouts = {
  connection: 5000,
  greeting: 5000,
  silence: 10_000,
  attempt: 10_000,
};

export function createSmtpTransport({
  server,
  from,
  connections,
  ca,
  timeouts = SMTP_TIMEOUTS,
}: SmtpOptions): MailTransport {
  const { host, port, user, password, tls } = server;
  const transporter = createTransport({
    pool: true,
    maxConnections: connections,
    // Once is for a kept connection that the server has closed before a byte of the message was sent. The queue does the rest.
    maxRequeues: 1,
    host,
    port: port ?? undefined,
    secure: tls === 'implicit',
    requireTLS: tls === 'starttls',
    ignoreTLS: tls === 'none',
    tls: { minVersion: 'TLSv1.2', ca },
    auth: user === null ? undefined : { user, pass: password ?? '' },
    connectionTimeout: timeouts.connection,
    greetingTimeout: timeouts.greeting,
    socketTimeout: timeouts.silence,
    dnsTimeout: timeouts.connection,
    disableFileAccess: true,
    disableUrlAccess: true,
    logger: false,
  });

  return {
    async attempt(message, id) {
      try {
        await transporter.sendMail({
          ...composed(message, id),
          signal: AbortSignal.timeout(timeouts.attempt),
        });
        return { outcome: 'accepted' };
      } catch (error) {
        return attemptOf(error);
      }
    },
    close: () => transporter.close({ force: true }),
  };

  function composed({ to, subject, text, html }: Message, id: string) {
    return {
      from,
      to: { name: '', address: to },
      // Given, so that nobody reads the recipients out of a header.
      envelope: { from: from.address, to: [to] },
      subject,
      text,
      ...(html === null ? {} : { html }),
      // The same for each attempt: where the answer to the last byte was lost, the receiver may know it again.
      messageId: `<${id}@${from.address.slice(from.address.lastIndexOf('@') + 1)}>`,
      xMailer: false as const,
      // RFC 3834, 5: no automatic answer to what no person wrote.
      headers: { 'Auto-Submitted': 'auto-generated' },
    };
  }
}

/** The reason contains the number of the answer alone: its text may repeat the address or the login. */
function attemptOf(error: unknown): Attempt {
  const { code, originalCode, responseCode, command, permanent }: Partial<NodemailerError> =
    error instanceof Error ? error : {};
  // Only the clock breaks an attempt off.
  const why = code === 'EABORT' ? 'ETIMEDOUT' : (originalCode ?? code ?? 'unknown');
  const at = /^[A-Z ]{1,20}$/.test(command ?? '') ? ` to ${command}` : '';
  return {
    outcome: permanent === true ? 'refused' : 'later',
    reason:
      responseCode === undefined
        ? `the mail server did not take it (${why})`
        : `the mail server answered ${responseCode}${at}`,
  };
}

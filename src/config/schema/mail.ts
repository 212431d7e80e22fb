/** The schema of `mail`. */
import { z } from 'zod';
import { mailboxOf, mailServerOf } from '../build/mail-server.ts';
import { email, fileOf } from './field.ts';

export const mailShape = {
  transport: z
    .enum(['outbox', 'smtp'])
    .default('outbox')
    .describe('`outbox` delivers nothing, and shows every message at `/dev/outbox`. Development only.'),
  url: z
    .string()
    .regex(/^smtps?:\/\//, { error: 'must begin with smtp:// or smtps://', abort: true })
    .refine((value) => mailServerOf(value) !== null, {
      error: 'must be smtps://user:password@host:port, with ?tls=required or ?tls=none at most behind it',
    })
    .nullable()
    .default(null)
    .describe(
      'With `smtp`: server and credentials, as in `smtps://user:password@mail.example:465`. `smtps` means TLS from the first ' +
        'byte. With `smtp` the server must offer STARTTLS, except on this machine. `?tls=required` requires it there too. ' +
        '`?tls=none` sends without TLS, in development only.',
    ),
  url_file: fileOf('url'),
  from: z
    .string()
    .refine(isSender, {
      error: 'must be an address, or a name and an address as in: Name <name@example.org>',
    })
    .default('Doublelock <no-reply@localhost>')
    .describe('The sender of every mail.'),
};

function isSender(value: string): boolean {
  return /^[^<>\r\n"]*(<[^<>]+>)?$/.test(value) && email.safeParse(mailboxOf(value).address).success;
}

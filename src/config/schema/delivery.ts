/** What concerns mail and SMS: by which gateway, in whose name, to which countries. */
import { z } from 'zod';
import { email, fileOf, text, webAddress } from './field.ts';

export const mailShape = {
  transport: z
    .enum(['outbox', 'smtp'])
    .default('outbox')
    .describe('`outbox` delivers nothing and shows every message at `/dev/outbox`: development only.'),
  url: z
    .string()
    .regex(/^smtps?:\/\//, 'must begin with smtp:// or smtps://')
    .nullable()
    .default(null)
    .describe('With `smtp`: server and credentials, as in `smtps://user:password@mail.example:465`.'),
  url_file: fileOf('url'),
  from: z
    .string()
    .refine(isSender, {
      error: 'must be an address, or a name and an address as in: Name <name@example.org>',
    })
    .default('Doublelock <no-reply@localhost>')
    .describe('The sender of every mail.'),
};

/** Which keys of `sms` belong to a transport: the first list it needs, the second it may have. */
export const SMS_TRANSPORT_KEYS = {
  outbox: { needed: [], allowed: [] },
  twilio: { needed: ['account_sid', 'auth_token'], allowed: [] },
  http: { needed: ['url'], allowed: ['bearer_token'] },
  smpp: { needed: ['host', 'port', 'system_id', 'password'], allowed: [] },
} as const;

export const smsShape = {
  transport: z
    .enum(['outbox', 'twilio', 'http', 'smpp'])
    .default('outbox')
    .describe('`outbox` delivers nothing and shows every message at `/dev/outbox`: development only.'),
  from: z
    .string()
    .regex(
      /^(\+[1-9]\d{6,14}|\d{3,8}|[A-Za-z0-9 ]{1,11})$/,
      'must be a number in E.164, a short code, or a name of 11 letters and digits at most',
    )
    .default('Doublelock')
    .describe('The sender that a phone shows.'),
  allowed_prefixes: z
    .array(z.string().regex(/^\+[1-9]\d{0,6}$/, 'must be the beginning of a number in E.164, such as +31'))
    .default([])
    .describe('Numbers that begin otherwise get no SMS. No prefix listed: no SMS outside development.'),
  account_sid: text.optional().describe('With `twilio`: the account.'),
  auth_token: text.optional().describe('With `twilio`: its token.'),
  auth_token_file: fileOf('auth_token'),
  url: webAddress.optional().describe('With `http`: the address that each message is posted to.'),
  bearer_token: text.optional().describe('With `http`: sent as `Authorization: Bearer`.'),
  bearer_token_file: fileOf('bearer_token'),
  host: text.optional().describe('With `smpp`: the server.'),
  port: z.int().min(1).max(65_535).optional().describe('With `smpp`: its port.'),
  system_id: text.optional().describe('With `smpp`: the name to bind with.'),
  password: text.optional().describe('With `smpp`: the password to bind with.'),
  password_file: fileOf('password'),
};

function isSender(value: string): boolean {
  const address = /^[^<>\r\n"]*<([^<>]+)>$/.exec(value)?.[1] ?? value;
  return email.safeParse(address).success;
}

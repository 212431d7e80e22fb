/** Checks the options of `doublelock/embedded`, `/mongo`, `/redis` and `/delivery` before anything is opened. */
import { z } from 'zod';
import { mailShape } from '../config/schema/mail.ts';
import { accountsStorageShape, shortLivedStorageShape } from '../config/schema/server.ts';
import { smsShape } from '../config/schema/sms.ts';
import type { Log } from '../ports/log.ts';
import type { MailOutboxStore, MailTransport } from '../ports/mail.ts';
import type { MessageSender } from '../ports/senders.ts';
import { callback, createOptionReader, having, text } from './option-check.ts';

const upkeep = {
  auditRetentionDays: z.number().positive().optional(),
  onFailure: callback<(error: unknown) => void>('(error: unknown) => void').optional(),
};
const key = z.strictObject({ id: text, key: z.string().min(32, 'is shorter than 32 characters') });
const node = z.string().regex(/^.+:\d{1,5}$/, 'must be host:port');
const nodes = z.array(node).min(1, 'is empty');

export const checkEmbedded = createOptionReader('embedded', z.strictObject({ dataDir: text, ...upkeep }));

const mongoUri = accountsStorageShape.uri.unwrap().unwrap();

export const checkMongo = createOptionReader('mongo', z.strictObject({ uri: mongoUri, ...upkeep }));

export const checkRedis = createOptionReader(
  'redis',
  z
    .strictObject({
      uri: shortLivedStorageShape.uri.unwrap().unwrap().optional(),
      sentinel: z.strictObject({ name: text, nodes, password: text.optional() }).optional(),
      cluster: nodes.optional(),
      prefix: z.string().optional(),
    })
    .refine(
      ({ uri, sentinel, cluster }) => [uri, sentinel, cluster].filter(Boolean).length === 1,
      'exactly one of uri, sentinel and cluster is needed',
    ),
);

export const checkSmtp = createOptionReader(
  'smtp',
  z.strictObject({
    url: text,
    from: mailShape.from.unwrap(),
    ca: text.optional(),
  }),
);

const from = smsShape.from.unwrap();

export const checkTwilio = createOptionReader(
  'twilio',
  z.strictObject({ from, accountSid: text, authToken: text, url: text.optional() }),
);

/** Templates are checked when they are first filled. */
export const checkHttp = createOptionReader(
  'http',
  z.strictObject({
    from,
    url: text,
    method: smsShape.method.unwrap().optional(),
    headers: z.record(z.string(), z.string()).optional(),
    body: text.optional(),
    contentType: text.optional(),
    success: smsShape.success
      .unwrap()
      .omit({ status: true })
      .extend({ statuses: smsShape.success.unwrap().shape.status })
      .optional(),
    bearerToken: text.optional(),
    password: text.optional(),
  }),
);

export const checkSmpp = createOptionReader(
  'smpp',
  z.strictObject({
    from,
    host: text,
    port: z.int().min(1).max(65_535),
    systemId: text,
    password: z.string(),
    tls: z.boolean().optional(),
    systemType: z.string().optional(),
    alphabet: z.enum(['gsm', 'latin1', 'ucs2']).optional(),
  }),
);

export const checkDeliver = createOptionReader(
  'deliver',
  z.strictObject({
    mail: having<MailTransport>('MailTransport', 'attempt', 'close').optional(),
    sms: having<MessageSender>('MessageSender', 'send').optional(),
    queue: z
      .strictObject({
        store: having<MailOutboxStore>('MailOutboxStore', 'insert', 'take', 'putOff', 'remove'),
        encryption: z.array(key).min(1, 'is empty'),
      })
      .optional(),
    log: callback<Log>('Log').optional(),
  }),
);

/** The outbox of development in Redis: a list of the messages that production would send. */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { readJson } from '../../domain/json.ts';
import type { OutboxStore } from '../../ports/stores.ts';
import type { Connection } from './connection.ts';
import type { KeyOf } from './keys.ts';
import { createScript } from './script.ts';

const MOST_KEPT = 1000;
const DAY_MS = 86_400_000;
/** In milliseconds: longer than anybody waits for a call that is sent twice. */
const REMEMBERED_MS = 10_000;

const STORED = z.object({
  channel: z.enum(['email', 'sms']),
  to: z.string(),
  subject: z.string(),
  text: z.string(),
  // Absent from what an older release has written.
  html: z.string().nullable().default(null),
  sentAt: z.number(),
});

/** Given: the list, and the mark of this call or this message; the message, and how long the mark is kept. */
const APPEND = createScript(
  'refusable',
  `
  if redis.call('SET', KEYS[2], 1, 'NX', 'PX', ARGV[2]) then
    redis.call('LPUSH', KEYS[1], ARGV[1])
    redis.call('LTRIM', KEYS[1], 0, ${MOST_KEPT - 1})
    redis.call('PEXPIRE', KEYS[1], ${DAY_MS})
  end
  return 1`,
);

export function createOutboxStore(connection: Connection, keyOf: KeyOf): OutboxStore {
  const list = keyOf('outbox', 'messages');

  return {
    async append({ channel, to, subject, text, html }, at, onceId = null) {
      const mark = keyOf('outbox', 'messages', onceId ?? randomUUID());
      await connection.run(
        APPEND,
        [list, mark],
        [
          JSON.stringify({ channel, to, subject, text, html, sentAt: at }),
          onceId === null ? REMEMBERED_MS : DAY_MS,
        ],
      );
    },
    async list(limit) {
      const texts = await connection.send('lrange', list, 0, limit - 1);
      if (!Array.isArray(texts)) return [];
      return texts.flatMap((text) => STORED.safeParse(readJson(String(text))).data ?? []);
    },
  };
}

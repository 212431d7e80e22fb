/** The outbox of development in SQLite: the messages that production would send. */
import type { OutboxStore } from '../../ports/stores.ts';
import type { Database } from './sqlite/database.ts';
import { insertInto } from './sqlite/insertion.ts';

type Row = {
  channel: string;
  recipient: string;
  subject: string;
  text: string;
  sent_at: number;
  html: string | null;
};

export function createOutboxStore(database: Database): OutboxStore {
  const append = database.statement(
    `${insertInto('outbox', ['channel', 'recipient', 'subject', 'text', 'sent_at', 'html', 'once_id'])}
      ON CONFLICT DO NOTHING`,
  );
  const list = database.statement<Row>('SELECT * FROM outbox ORDER BY sent_at DESC, rowid DESC LIMIT :limit');

  return {
    append: ({ channel, to, subject, text, html }, at, onceId = null) =>
      database.write(() => {
        append.run({ channel, recipient: to, subject, text, sent_at: at, html, once_id: onceId });
      }),
    list: (limit) =>
      database.act(() =>
        list.all({ limit }).map(({ channel, recipient, subject, text, sent_at, html }) => ({
          channel: channel === 'sms' ? 'sms' : 'email',
          to: recipient,
          subject,
          text,
          html,
          sentAt: sent_at,
        })),
      ),
  };
}

/** The contract of an outbox. */
import { expect } from 'chai';
import type { OutboxMessage } from '../../src/ports/senders.ts';
import type { OutboxStore } from '../../src/ports/stores.ts';
import { NOW } from './examples.ts';
import { freshStore, type MakeStore, together } from './make-store.ts';

const MAIL: OutboxMessage = {
  channel: 'email',
  to: 'bob@acme.test',
  subject: 'Your code: “123456”',
  text: 'Line one\nLine two',
  html: '<p>Line one<br>“two” &amp; é</p>',
};
const SMS: OutboxMessage = {
  channel: 'sms',
  to: '+31201234567',
  subject: '',
  text: '123456\n@localhost #123456',
  html: null,
};

export function outboxStoreContract(name: string, makeStore: MakeStore<OutboxStore>): void {
  describe(`${name}: outbox`, () => {
    const store = freshStore(makeStore);

    it('gives back messages as they were sent, newest first', async () => {
      expect(await store().list(10)).to.deep.equal([]);
      await store().append(MAIL, NOW);
      await store().append(SMS, NOW + 1);
      expect(await store().list(10)).to.deep.equal([
        { ...SMS, sentAt: NOW + 1 },
        { ...MAIL, sentAt: NOW },
      ]);
    });

    it('stores a message once, however often it is appended under its id [2.4]', async () => {
      await together(20, (n) => store().append({ ...MAIL, text: `call ${n}` }, NOW, 'mail-1'));
      await store().append(MAIL, NOW + 1, 'mail-2');
      await store().append(MAIL, NOW + 2, null);
      await store().append(MAIL, NOW + 2, null);
      expect((await store().list(10)).map(({ sentAt }) => sentAt - NOW)).to.deep.equal([2, 2, 1, 0]);
    });

    it('keeps only the message that its recipient would see', async () => {
      await store().append({ ...MAIL, expiresAt: NOW } as OutboxMessage, NOW);
      expect(await store().list(10)).to.deep.equal([{ ...MAIL, sentAt: NOW }]);
    });

    it('keeps the order of simultaneous messages, and lists up to the requested number', async () => {
      for (const text of ['first', 'second', 'third']) await store().append({ ...MAIL, text }, NOW);
      expect((await store().list(2)).map(({ text }) => text)).to.deep.equal(['third', 'second']);
    });
  });
}

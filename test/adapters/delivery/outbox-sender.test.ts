import { expect } from 'chai';
import { createOutboxSender } from '../../../src/adapters/delivery/outbox-sender.ts';
import { openEmbeddedShortLived } from '../../../src/adapters/embedded/open.ts';
import type { OutboxMessage } from '../../../src/ports/senders.ts';
import { freshDataDir } from '../../support/stores/embedded.ts';
import { createSettableClock } from '../../support/time/clock.ts';

describe('outbox-sender', () => {
  const dataDir = freshDataDir();

  it('stores each message with its time, for the outbox page [2.8]', async () => {
    const stores = openEmbeddedShortLived({ dataDir: dataDir() });
    try {
      const clock = createSettableClock(1_000);
      const sender = createOutboxSender({ outbox: stores.outbox, clock });
      const mail: OutboxMessage = {
        channel: 'email',
        to: 'bob@acme.test',
        subject: 'Your code',
        text: '123456',
        html: '<p>123456</p>',
      };
      const sms: OutboxMessage = {
        channel: 'sms',
        to: '+31612345678',
        subject: '',
        text: '@localhost #654321',
        html: null,
      };

      await sender.send({ ...mail, expiresAt: 2_000 });
      clock.nextStep(500);
      await sender.send({ ...sms, expiresAt: null });

      expect(await stores.outbox.list(10)).to.deep.equal([
        { ...sms, sentAt: 1_500 },
        { ...mail, sentAt: 1_000 },
      ]);
    } finally {
      stores.close();
    }
  });
});

/** `doublelock/delivery` tells the plugin of a code that its mail server has refused for good. */
import { expect } from 'chai';
import { type Delivery, deliver, smtp } from '../../../src/delivery.ts';
import { mailServers } from '../../support/delivery/mail-server.ts';
import { IN_EXPRESS } from '../../support/hosts/guest-kinds.ts';
import { eventually } from '../../support/time/eventually.ts';
import { begin, interaction } from '../story.ts';

describe('a refused code at a host with the delivery of the package [U.6]', () => {
  const startMailServer = mailServers();
  const at = interaction(IN_EXPRESS);
  let delivery: Delivery | undefined;
  afterEach(() => delivery?.close(0));

  it('is told on the page of the code', async () => {
    const server = await startMailServer({ answer: () => '550 no such user' });
    const mail = await smtp({ url: `smtp://127.0.0.1:${server.port}`, from: 'no-reply@acme.test' });
    const sender = deliver({ mail });
    delivery = sender;
    await at.host.restart({ sender, policy: { enforcement: 'required' } });
    const visitor = at.host.visitor();
    await begin(at, visitor, 'ann');
    const page = await visitor.chooseMethod('email');
    const asked = await visitor.follow(await visitor.submit(page, {}, 'send'));
    await eventually(async () => {
      const shown = await visitor.get(asked.url);
      expect([shown.status, shown.name, shown.error]).to.deep.equal([200, 'set-up-email', 'delivery_failed']);
    });
  });
});

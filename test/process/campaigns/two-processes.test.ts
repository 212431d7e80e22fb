/** One of two processes is killed in the midst of a mailing: the other one completes it, and nobody gets two mails or none. */
import { expect } from 'chai';
import { type MongoAccounts, openMongoAccounts } from '../../../src/adapters/mongo/open.ts';
import { mailServers } from '../../support/delivery/mail-server.ts';
import { instancesOnOwnServers } from '../instances/instances.ts';
import type { Program } from '../program.ts';
import { allThere, beginMailing, expectEachOnce, mailingConfig } from './mailing.ts';

/** Mails after which the process dies that has sent the last of them. */
const DIES_AFTER = 7;

describe('two processes with a mailing, of which one is killed', function () {
  this.timeout(300_000);
  const at = instancesOnOwnServers(24);
  const startMailServer = mailServers();
  let accounts: MongoAccounts;

  before(async () => {
    accounts = await openMongoAccounts({ uri: at().mongo.uri });
  });
  after(() => accounts?.close());

  it('send each person one mail, and leave nobody out [2.4 R24 R25]', async () => {
    const programs = new Map<string, Program>();
    const killed = Promise.withResolvers<string>();
    let mails = 0;
    const server = await startMailServer({
      async onMail() {
        mails += 1;
        if (mails !== DIES_AFTER) return;
        const sender = server.mails.at(-1)?.from ?? '';
        // It dies before it hears the answer.
        await programs.get(sender)?.stop('SIGKILL');
        killed.resolve(sender);
      },
    });
    for (const name of ['one', 'other'])
      programs.set(`${name}@mail.test`, await at().start(await mailingConfig(server.port, name)));
    const ports = [...programs.values()].map(({ port }) => port);
    at().balancer.leadTo(ports);
    await allThere(accounts);
    await beginMailing(at().visitor());
    const dead = await killed.promise;
    await expectEachOnce(server, accounts);
    const senders = server.mails.slice(DIES_AFTER).map(({ from }) => from);
    expect(senders.filter((from) => from !== dead).length).to.be.above(0);
  });
});

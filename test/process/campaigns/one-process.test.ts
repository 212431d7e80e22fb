/** The only process is killed in the midst of a mailing: the next one goes on, on the embedded stores. */
import { openEmbeddedAccounts } from '../../../src/adapters/embedded/open.ts';
import { mailServers } from '../../support/delivery/mail-server.ts';
import { freshDataDir } from '../../support/stores/embedded.ts';
import { PATIENCE_MS, programs } from '../program.ts';
import { allThere, beginMailing, expectEachOnce, mailingConfig } from './mailing.ts';

const DIES_AFTER = 7;

describe('a process with a mailing that is killed', function () {
  this.timeout(2 * PATIENCE_MS);
  const { start } = programs();
  const startMailServer = mailServers();
  const dataDir = freshDataDir();

  it('leaves it to the next one, which sends each person one mail and leaves nobody out [2.4 R24]', async () => {
    const killed = Promise.withResolvers<void>();
    let die = async () => {};
    let mails = 0;
    const server = await startMailServer({
      async onMail() {
        mails += 1;
        if (mails !== DIES_AFTER) return;
        await die();
        killed.resolve();
      },
    });
    const config = await mailingConfig(server.port, 'one');
    const before = await start({ dataDir: dataDir(), config });
    die = async () => void (await before.stop('SIGKILL'));
    const looking = openEmbeddedAccounts({ dataDir: dataDir() });
    try {
      await allThere(looking);
      await beginMailing(before.visitor());
      await killed.promise;
      await start({ dataDir: dataDir(), config });
      await expectEachOnce(server, looking);
    } finally {
      looking.close();
    }
  });
});

/** Killed with mail in its queue: the next program sends it, and nobody can read it in between. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { PASSWORD, standardConfig } from '../support/app.ts';
import { mailServers } from '../support/delivery/mail-server.ts';
import { freePort } from '../support/process/free-port.ts';
import { muteServers } from '../support/process/mute-server.ts';
import { freshDataDir } from '../support/stores/embedded.ts';
import { eventually } from '../support/time/eventually.ts';
import { partyAt } from './forms.ts';
import { PATIENCE_MS, type Program, programs } from './program.ts';

/** Milliseconds: a lease, a look at the store, and a start on a busy machine. */
const SENT_WITHIN_MS = 60_000;
const EMAIL = 'ann@mail.test';

describe('the program with mail in its queue', function () {
  this.timeout(PATIENCE_MS);
  const { start } = programs();
  const startMailServer = mailServers();
  const startMute = muteServers();
  const dataDir = freshDataDir();

  const config = (port: number) => {
    const { tenants, accounts } = standardConfig();
    const factors = [{ method: 'email' }];
    return {
      mail: { transport: 'smtp', url: `smtp://127.0.0.1:${port}` },
      tenants: [...tenants, { id: 'mail', second_factor: { enforcement: 'required', methods: ['email'] } }],
      accounts: [...accounts, { email: EMAIL, tenant: 'mail', name: 'Ann', password: PASSWORD, factors }],
      second_factor: { email: { lifetime_seconds: 300 } },
    };
  };

  /** The code goes out with the password. */
  async function askForCode(program: Program): Promise<void> {
    const visitor = program.visitor();
    await visitor.open(await (await partyAt(program)).authorizationUrl());
    expect((await visitor.signIn(EMAIL, PASSWORD)).name).to.equal('enter-code');
  }

  function everything(): string {
    return readdirSync(dataDir())
      .map((name) => readFileSync(join(dataDir(), name), 'latin1'))
      .join('');
  }

  it('leaves it to the next one, killed between queueing and sending [R24 D28]', async () => {
    const mute = await startMute();
    const before = await start({ dataDir: dataDir(), config: config(mute.port) });
    await askForCode(before);
    await eventually(async () => expect(mute.connections()).to.equal(1));
    await before.stop('SIGKILL');
    expect(everything(), 'the search finds what is there').to.include('CREATE TABLE mail_outbox');
    expect(everything()).not.to.match(/your (security )?code|\d{6} is /i);

    const server = await startMailServer({ port: await freePort() });
    const after = await start({ dataDir: dataDir(), config: config(server.port) });
    await eventually(async () => expect(server.mails).to.have.lengthOf(1), SENT_WITHIN_MS);
    expect(server.mails[0]?.to).to.deep.equal([EMAIL]);
    expect(server.mails[0]?.source).to.match(/^Subject: .*\b\d{6}\b/m);
    expect(after.output().out).not.to.include(EMAIL);
    expect((await after.stop()).code).to.equal(0);
    expect(server.mails).to.have.lengthOf(1);
  });
});

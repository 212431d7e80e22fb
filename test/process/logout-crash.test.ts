/** Killed while it tells an application of a sign-out: the next program tells it. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { standardConfig } from '../support/app.ts';
import { smsGateways } from '../support/delivery/sms-gateway.ts';
import { muteServers } from '../support/process/mute-server.ts';
import { freshDataDir } from '../support/stores/embedded.ts';
import { eventually } from '../support/time/eventually.ts';
import { partyAt } from './forms.ts';
import { PATIENCE_MS, programs } from './program.ts';

/** Milliseconds: a lease, a look at the store, and a start on a busy machine. */
const TOLD_WITHIN_MS = 60_000;
const EMAIL = 'new@plain.test';
const PASSWORD = 'correct horse battery staple';

describe('the program with notices of ended sessions in its queue', function () {
  this.timeout(PATIENCE_MS);
  const { start } = programs();
  const startMute = muteServers();
  const startApplication = smsGateways();
  const dataDir = freshDataDir();

  const config = (url: string) => {
    const { clients } = standardConfig();
    return { clients: clients.map((client) => ({ ...client, backchannel_logout_uri: `${url}/told` })) };
  };

  it('leaves them to the next one, killed between the sign-out and the answer [A120]', async () => {
    const mute = await startMute();
    const before = await start({ dataDir: dataDir(), config: config(`http://127.0.0.1:${mute.port}`) });
    const visitor = before.visitor();
    await visitor.open(await (await partyAt(before)).authorizationUrl());
    await visitor.signIn(EMAIL, PASSWORD);
    const asked = await visitor.open('/session/end');
    expect((await visitor.follow(await visitor.submit(asked, {}, 'logout'))).name).to.equal('signed-out');
    await eventually(async () => expect(mute.connections()).to.be.at.least(1));
    await before.stop('SIGKILL');

    const files = readdirSync(dataDir()).map((name) => readFileSync(join(dataDir(), name), 'latin1'));
    expect(files.join(''), 'the search finds what is there').to.include('CREATE TABLE logout_outbox');
    const application = await startApplication();
    const after = await start({ dataDir: dataDir(), config: config(application.url) });
    await eventually(async () => expect(application.calls).to.have.lengthOf(1), TOLD_WITHIN_MS);
    expect(application.calls[0]?.body).to.match(/^logout_token=[\w-]+\.[\w-]+\.[\w-]+$/);
    expect((await after.stop()).code).to.equal(0);
    expect(application.calls).to.have.lengthOf(1);
    expect(after.output().out).to.include('logout.told').and.not.to.include('logout_token');
  });
});

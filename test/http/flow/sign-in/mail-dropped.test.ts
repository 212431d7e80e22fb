/** A mail server that drops its connections, at sign-in: the page comes in time, and another way goes on. */
import { expect } from 'chai';
import { SECRET } from '../../../support/app.ts';
import { createDropping, type Drop, type Dropping } from '../../../support/delivery/dropping-server.ts';
import { muteServers } from '../../../support/process/mute-server.ts';
import { eventually } from '../../../support/time/eventually.ts';
import { startStopwatch } from '../../../support/time/own-time.ts';
import { interaction, nextCode } from '../../oidc/story.ts';
import { givePassword, hasCode, words } from '../members.ts';
import { desk, reachable } from '../outbox.ts';

/** Milliseconds. An attempt at the mail server may take ten seconds: nobody waits for it. */
const PROMPT_MS = 4000;

describe('a mail server that drops its connections', () => {
  const startMute = muteServers();
  const s = interaction(() =>
    desk(
      ...['ann', 'ben'].map((name) => reachable(name, 'desk', 'email', { method: 'totp', secret: SECRET })),
    ),
  );

  async function mailedBy(step: Drop): Promise<Dropping> {
    const server = createDropping(step);
    const { port } = await startMute(server.speak);
    await s.app.reload({ mail: { transport: 'smtp', url: `smtp://127.0.0.1:${port}` } });
    return server;
  }

  it('delays no page, which offers another code and another method [R16]', async () => {
    const server = await mailedBy('CONNECT');
    const { visitor } = await givePassword(s, 'ann@desk.test');
    const stopwatch = startStopwatch();
    const page = await visitor.chooseMethod('email');
    expect(stopwatch.read()).to.be.below(PROMPT_MS);
    expect([page.status, page.name, page.$('body').attr('data-method')]).to.deep.equal([
      200,
      'enter-code',
      'email',
    ]);
    expect(page.$('button[name=resend]').length).to.equal(1);
    await eventually(async () => expect(server.dropped).to.be.at.least(1));
    await visitor.chooseMethod('totp');
    expect(hasCode(await visitor.enterCode(nextCode(s.app)))).to.equal(true);
  });

  it('sends the code that signs in once it has read a message to its end, also one that it did not acknowledge [R17]', async () => {
    const server = await mailedBy('BODY');
    const { visitor } = await givePassword(s, 'ben@desk.test');
    const page = await visitor.chooseMethod('email');
    expect(words(page)).to.include('90 more seconds');
    await eventually(async () => expect(server.mails).to.have.length.of.at.least(1));
    const code = /^Subject: .*\b(\d{6})\b/m.exec(server.mails[0] ?? '')?.[1] ?? '';
    expect(hasCode(await visitor.enterCode(code))).to.equal(true);
  });
});

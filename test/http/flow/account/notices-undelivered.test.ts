/** Notices when mail and SMS do not get through: what was done stays done, and its page comes all the same. */
import { expect } from 'chai';
import { SECRET } from '../../../support/app.ts';
import { smsGateways } from '../../../support/delivery/sms-gateway.ts';
import { freePort } from '../../../support/process/free-port.ts';
import { muteServers } from '../../../support/process/mute-server.ts';
import { startStopwatch } from '../../../support/time/own-time.ts';
import { interaction, nextCode } from '../../oidc/story.ts';
import { givePassword } from '../members.ts';
import { desk, reachable } from '../outbox.ts';
import { openSecurity } from '../trusted-browsers/trust.ts';

/** Milliseconds. An SMS gateway is given five seconds, a mail server ten: nobody waits for either. */
const PROMPT_MS = 4000;

describe('notices that cannot be delivered', () => {
  const startGateway = smsGateways();
  const startMute = muteServers();
  const s = interaction(() => desk(...['ann', 'ben'].map(person)));

  function person(name: string) {
    return reachable(name, 'desk', 'sms', { method: 'totp', secret: SECRET });
  }

  /** Sets another app up and removes a factor; gives how long the slower of the two took. */
  async function change(name: string): Promise<number> {
    const { visitor } = await givePassword(s, `${name}@desk.test`);
    await visitor.chooseMethod('totp');
    await visitor.enterCode(nextCode(s.app));
    const page = await openSecurity(s, visitor);
    const shown = await visitor.follow(await visitor.submit(page, {}, 'set-up=totp'));
    const code = nextCode(s.app, shown.mark('secret'));
    const first = await timed(() => visitor.submit(shown, { code }));
    const asked = await visitor.submit(await openSecurity(s, visitor), {}, 'remove');
    const question = await visitor.follow(asked);
    const second = await timed(() => visitor.submit(question, {}, 'confirm'));
    const account = await s.app.parts.stores.accounts.findByEmail(`${name}@desk.test`);
    const factors = await s.app.parts.stores.enrolments.listByAccount(account?.id ?? '');
    expect(factors.filter(({ method }) => method === 'totp')).to.have.length(2);
    expect(factors.filter(({ method }) => method === 'sms')).to.have.length(0);
    return Math.max(first, second);
  }

  async function timed(act: () => Promise<{ readonly status: number }>): Promise<number> {
    const stopwatch = startStopwatch();
    expect((await act()).status).to.equal(303);
    return stopwatch.read();
  }

  const deliveredBy = (port: number, gateway: string) =>
    s.app.reload({
      mail: { transport: 'smtp', url: `smtp://127.0.0.1:${port}` },
      sms: { transport: 'http', url: gateway, allowed_prefixes: ['+31'] },
    });

  it('delay no page when no mail server listens and an SMS gateway never answers [R15 R19]', async () => {
    const gateway = await startGateway();
    gateway.answer(null);
    await deliveredBy(await freePort(), gateway.url);
    expect(await change('ann')).to.be.below(PROMPT_MS);
    expect(gateway.calls).to.have.length.of.at.least(1);
  });

  it('delay no page when a mail server stays silent and a gateway fails [R16 R19]', async () => {
    const gateway = await startGateway();
    gateway.answer({ status: 500 });
    const mute = await startMute();
    await deliveredBy(mute.port, gateway.url);
    expect(await change('ben')).to.be.below(PROMPT_MS);
  });
});

/** Relying parties are told when a session ends otherwise than by a sign-out. */
import { join } from 'node:path';
import { expect } from 'chai';
import { toldApplications } from '../../../support/hosts/told-application.ts';
import { runCommand } from '../../../support/process/command.ts';
import { eventually } from '../../../support/time/eventually.ts';
import type { Visitor } from '../../../support/visitor.ts';
import {
  askAgain,
  confidential,
  errorOf,
  interaction,
  nextCode,
  redeem,
  refresh,
  refusal,
  type SignedIn,
  setUpApp,
  tokensFor,
  withClients,
} from '../../oidc/story.ts';
import { accounts, givePassword, removeWith, withApp } from '../members.ts';
import { linkIn, sentTo } from '../outbox.ts';
import { openSecurity } from '../trusted-browsers/trust.ts';

const CLIENTS = ['shop', 'wiki'] as const;

describe('relying parties of a session that is ended', () => {
  const applications = toldApplications();
  const s = interaction(() => ({
    ...withClients(...CLIENTS.map((id) => confidential(id, applications.metadata(id)))),
    ...accounts(
      ...['ann', 'ben', 'cat', 'dan', 'eve'].map((name) => withApp(name, 'open', { email_confirmed: true })),
      withApp('fay', 'strict'),
    ),
  }));

  /** Signed in at each of the relying parties, in one session of a browser of its own. */
  async function signedIn(
    email: string,
  ): Promise<Pick<SignedIn, 'visitor'> & { sids: unknown[]; at: SignedIn }> {
    const [shop, wiki] = await Promise.all(CLIENTS.map((id) => s.app.relyingParty(id)));
    if (!shop || !wiki) throw new Error('there is no relying party');
    const at = await tokensFor(s.app, shop, email, { scope: 'openid offline_access' });
    const second = await redeem(wiki, await askAgain(at.visitor, wiki));
    return { visitor: at.visitor, at, sids: [at.claims.sid, second.claims.sid] };
  }

  async function sidsTold(count: number): Promise<unknown[]> {
    const told = await applications.expect(count);
    const payloads = await Promise.all(told.map((one) => applications.claimsOf(one, s.app.origin)));
    return payloads.map(({ sid }) => sid);
  }

  const endedAt = async (visitor: Visitor) =>
    errorOf(await askAgain(visitor, s.rp, { prompt: 'none' })) === 'login_required';

  /** Enrols another authenticator app, and gives the link of the mail about it. */
  async function addFactor(visitor: Visitor, email: string): Promise<string> {
    const page = await visitor.follow(await visitor.submit(await openSecurity(s, visitor), {}, 'set-up'));
    await visitor.putAway(await visitor.submit(page, { code: nextCode(s.app, page.mark('secret')) }));
    const [mail] = await sentTo(s.app, email);
    return linkIn(mail, 'not-me');
  }

  // First of all: the command has the time of the machine, and a notice lives for five minutes.
  it('are told by the server after an operator has removed the factor in another process [A120]', async () => {
    const { visitor, sids } = await signedIn('eve@open.test');
    const { dataDir } = s.app.config.storage;
    const command = ['factors', 'remove', 'eve@open.test', '--all', '--yes'];
    const env = { DOUBLELOCK_CONFIG: join(dataDir, 'config.yaml') };
    const { code, err } = await runCommand(command, { cwd: dataDir, env });
    expect([code, err]).to.deep.equal([0, '']);
    expect(applications.told, 'the other process sends nothing').to.have.lengthOf(0);
    await eventually(async () => {
      await s.app.parts.logouts.deliverDue();
      expect(applications.told).to.have.lengthOf(2);
    });
    expect(await sidsTold(2)).to.have.members(sids);
    expect(await endedAt(visitor)).to.equal(true);
  }).timeout(60_000);

  it('are all told once, in each session, after "Wasn’t you?" [A48 A120]', async () => {
    const bystander = await signedIn('ben@open.test');
    const owner = await signedIn('ann@open.test');
    const thief = await signedIn('ann@open.test');
    const link = await addFactor(thief.visitor, 'ann@open.test');
    s.clock.nextStep(1000);
    for (let press = 0; press < 2; press += 1) {
      const reader = s.app.visitor();
      await reader.submit(await reader.open(link), {}, 'report');
    }
    expect(await sidsTold(4)).to.have.members([...owner.sids, ...thief.sids]);
    expect([await endedAt(owner.visitor), await endedAt(thief.visitor)]).to.deep.equal([true, true]);
    expect(await endedAt(bystander.visitor)).to.equal(false);
    const shop = await s.app.relyingParty('shop');
    expect(await refusal(refresh(shop, thief.at.tokens.refresh_token))).to.equal('invalid_grant');
  });

  it('are told of the other sessions when a person removes a factor, not of their own [A120]', async () => {
    const other = await signedIn('cat@open.test');
    const own = await signedIn('cat@open.test');
    await addFactor(own.visitor, 'cat@open.test');
    const page = await openSecurity(s, own.visitor);
    // The first one listed: both sessions were signed in to with it.
    await own.visitor.follow(await removeWith(own.visitor, page, 'remove'));
    expect(await sidsTold(2)).to.have.members(other.sids);
    expect([await endedAt(other.visitor), await endedAt(own.visitor)]).to.deep.equal([true, false]);
  });

  it('get another session of the provider after an end, under another sid [A120]', async () => {
    const first = await signedIn('dan@open.test');
    const own = await signedIn('dan@open.test');
    await own.visitor.follow(await removeWith(own.visitor, await openSecurity(s, own.visitor), 'turn-off'));
    await sidsTold(2);
    const shop = await s.app.relyingParty('shop');
    await askAgain(first.visitor, shop);
    const page = await first.visitor.signIn('dan@open.test', 'correct horse battery staple');
    const again = await redeem(shop, page);
    expect(first.sids).not.to.include(again.claims.sid);
  });

  it('are told when a sign-in sets up a factor in the place of the one that they used [A120]', async () => {
    const { stores } = s.app.parts;
    const { visitor, sids } = await signedIn('fay@strict.test');
    const { id = '' } = (await stores.accounts.findByEmail('fay@strict.test')) ?? {};
    const [old] = await stores.enrolments.listByAccount(id);
    await stores.enrolments.remove(id, old?.id ?? '');
    const { visitor: other } = await givePassword(s, 'fay@strict.test');
    await setUpApp(s.app, other);
    expect(await sidsTold(2)).to.have.members(sids);
    expect([await endedAt(visitor), await endedAt(other)]).to.deep.equal([true, false]);
  });
});

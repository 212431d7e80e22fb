/** Relying parties that asked for it are told, server to server, that a person has signed out. */
import { expect } from 'chai';
import { PASSWORD } from '../../../support/app.ts';
import { HANGING, toldApplications } from '../../../support/hosts/told-application.ts';
import { eventually } from '../../../support/time/eventually.ts';
import type { Visitor } from '../../../support/visitor.ts';
import { askAgain, confidential, errorOf, interaction, redeem, tokensFor, withClients } from '../story.ts';

const PLAIN = ['told', 'told-too', HANGING] as const;

describe('back-channel logout', () => {
  const applications = toldApplications();
  const at = interaction(() =>
    withClients(
      ...PLAIN.map((id) => confidential(id, applications.metadata(id))),
      confidential('by-subject', {
        ...applications.metadata('by-subject'),
        backchannel_logout_session_required: false,
      }),
      confidential('es256', { ...applications.metadata('es256'), id_token_signed_response_alg: 'ES256' }),
      // Nobody listens at the discard port.
      confidential('away', { backchannel_logout_uri: 'http://127.0.0.1:9/away' }),
    ),
  );

  /** Signed in at each of these relying parties, in one session. Tells the `sid` of each. */
  async function signedInAt(...clientIds: readonly string[]) {
    const [first = 'rp', ...others] = clientIds;
    const { visitor, claims } = await tokensFor(at.app, await at.app.relyingParty(first), 'new@open.test');
    const sids = new Map([[first, claims.sid]]);
    for (const id of others) {
      const party = await at.app.relyingParty(id);
      sids.set(id, (await redeem(party, await askAgain(visitor, party))).claims.sid);
    }
    return { visitor, claims, sids };
  }

  async function leave(visitor: Visitor) {
    return visitor.follow(await visitor.submit(await visitor.open('/session/end'), {}, 'logout'));
  }

  /** Signs out of one relying party, and stays signed in at the provider. */
  async function leaveOnly(visitor: Visitor, clientId: string): Promise<void> {
    const page = await visitor.open(`/session/end?client_id=${clientId}`);
    const { action, body } = page.form({}, 'logout');
    body.delete('logout');
    expect((await visitor.post(action, Object.fromEntries(body))).status).to.equal(303);
  }

  const claimsOf = (one: Parameters<typeof applications.claimsOf>[0]) =>
    applications.claimsOf(one, at.app.origin);
  const clientsTold = () => applications.told.map(({ clientId }) => clientId);

  /** As time passes and the job looks again. */
  async function deliverAfter(milliseconds: number): Promise<void> {
    at.clock.nextStep(milliseconds);
    await at.app.parts.logouts.deliverDue();
  }

  it('sends a signed logout token with its sid to every relying party of the session [A86 A120]', async () => {
    const { visitor, claims, sids } = await signedInAt('told', 'told-too', 'es256', 'rp');
    await leave(visitor);
    const told = await applications.expect(3);
    expect(clientsTold()).to.have.members(['told', 'told-too', 'es256']);
    expect(new Set(sids.values()).size).to.equal(4);
    for (const one of told) {
      expect(one.type).to.match(/^application\/x-www-form-urlencoded/);
      expect([...one.body.keys()]).to.deep.equal(['logout_token']);
      expect(await claimsOf(one)).to.deep.include({ sub: claims.sub, sid: sids.get(one.clientId) });
    }
  });

  it('names the person alone to a client that does not want the session named [A86]', async () => {
    const { visitor, claims } = await signedInAt('by-subject');
    expect(claims).not.to.have.property('sid');
    await leave(visitor);
    const payload = await claimsOf((await applications.expect(1))[0]);
    expect(payload.sub).to.equal(claims.sub);
    expect(payload).not.to.have.property('sid');
  });

  it('sends nothing before the person has confirmed [A86]', async () => {
    const { visitor } = await signedInAt('told');
    await visitor.open('/session/end');
    await at.app.parts.logouts.deliverDue();
    expect(applications.told).to.have.length(0);
  });

  it('signs out at once when a relying party does not answer [A86]', async () => {
    const { visitor } = await signedInAt(HANGING, 'away', 'told');
    expect((await leave(visitor)).name).to.equal('signed-out');
    await applications.expect(1);
    await eventually(async () => expect(applications.hangs()).to.be.at.least(1));
    expect(errorOf(await askAgain(visitor, at.rp, { prompt: 'none' }))).to.equal('login_required');
  });

  it('tells a relying party that was down once it is back, with a new token [A120]', async () => {
    applications.answer(503);
    const { visitor, sids } = await signedInAt('told');
    await leave(visitor);
    await applications.expect(1);
    applications.answer(204);
    await eventually(async () => {
      await deliverAfter(1000);
      expect(applications.told).to.have.lengthOf(2);
    });
    const [first, second] = await Promise.all(applications.told.map(claimsOf));
    expect(second?.sid).to.equal(sids.get('told'));
    expect(second?.jti).not.to.equal(first?.jti);
    await deliverAfter(60_000);
    expect(applications.told).to.have.lengthOf(2);
  });

  it('tells one relying party of a sign-out there alone, and the next one under another sid [A120]', async () => {
    const { visitor, sids } = await signedInAt('told', 'told-too');
    await leaveOnly(visitor, 'told');
    const [only] = await applications.expect(1);
    expect((await claimsOf(only)).sid).to.equal(sids.get('told'));

    const party = await at.app.relyingParty('told');
    const again = await redeem(party, await askAgain(visitor, party));
    expect(again.claims.sid).not.to.equal(sids.get('told'));
    await leave(visitor);
    const told = await applications.expect(3);
    const payloads = await Promise.all(told.slice(1).map(claimsOf));
    expect(payloads.map(({ sid }) => sid)).to.have.members([again.claims.sid, sids.get('told-too')]);
  });

  it('reports the old account when another one signs in in its place [A86]', async () => {
    const { visitor, claims } = await signedInAt('told');
    await askAgain(visitor, at.rp, { prompt: 'login' });
    const page = await visitor.signIn('boss@open.test', PASSWORD);
    await visitor.follow(await visitor.submit(page, {}));
    expect((await claimsOf((await applications.expect(1))[0])).sub).to.equal(claims.sub);
  });
});

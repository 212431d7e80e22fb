/** Refresh tokens that end with the session: the default of a first-party client. */
import { expect } from 'chai';
import { PASSWORD } from '../../../support/app.ts';
import type { RelyingParty } from '../../../support/hosts/relying-party.ts';
import { databaseAccess } from '../../../support/stores/database-access.ts';
import type { Visitor } from '../../../support/visitor.ts';
import { HOUR } from '../machine-clock.ts';
import {
  askAgain,
  confidential,
  errorOf,
  interaction,
  partyOf,
  redeem,
  refresh,
  refusal,
  type SignedIn,
  signIn,
  tokensFor,
  withClients,
} from '../story.ts';

const SPA = 'http://127.0.0.1:9/spa';
const ABSOLUTE_HOURS = 24;

describe('a refresh token of a first-party client', () => {
  const at = interaction(() =>
    withClients(
      confidential('no-refresh', { grant_types: ['authorization_code'] }),
      confidential('asking', { first_party: false, refresh_tokens: 'session' }),
    ),
  );
  let rp2: RelyingParty;
  before(async () => {
    rp2 = await at.app.relyingParty('rp2');
  });

  const signedIn = (party = rp2, parameters = {}) => tokensFor(at.app, party, 'new@open.test', parameters);

  async function signOut(visitor: Visitor): Promise<void> {
    const page = await visitor.submit(await visitor.open('/session/end'), {}, 'logout');
    expect((await visitor.follow(page)).name).to.equal('signed-out');
  }

  async function expectOver(party: RelyingParty, { tokens }: Pick<SignedIn, 'tokens'>): Promise<void> {
    expect(await refusal(refresh(party, tokens.refresh_token))).to.equal('invalid_grant');
  }

  for (const scope of ['openid', 'openid offline_access']) {
    it(`is issued for the scope "${scope}", and ends with the sign-out [U.3]`, async () => {
      const here = await signedIn(rp2, { scope });
      const elsewhere = await signedIn(rp2, { scope });
      expect((await refresh(rp2, here.tokens.refresh_token)).access_token).to.be.a('string');
      await signOut(here.visitor);
      await expectOver(rp2, here);
      expect((await refresh(rp2, elsewhere.tokens.refresh_token)).access_token).to.be.a('string');
    });
  }

  it('keeps a single-page app signed in until the session ends, without a frame and without a cookie [U.3]', async () => {
    const spa = await partyOf(at.app, 'spa', SPA, null);
    const { visitor, tokens } = await signedIn(spa);
    let newest = tokens;
    for (let hours = 0; hours < ABSOLUTE_HOURS - 1; hours += 1) {
      at.clock.nextStep(HOUR);
      newest = await refresh(spa, newest.refresh_token);
    }
    expect(errorOf(await askAgain(visitor, spa, { prompt: 'none' }))).to.equal(null);
    at.clock.nextStep(2 * HOUR);
    await expectOver(spa, { tokens: newest });
  });

  it('ends with the session of a browser that signs in as somebody else [U.3]', async () => {
    const first = await signedIn();
    await askAgain(first.visitor, rp2, { prompt: 'login' });
    const page = await first.visitor.signIn('boss@open.test', PASSWORD);
    expect(page.name).to.equal('switch-account');
    const second = await redeem(rp2, await first.visitor.follow(await first.visitor.submit(page, {})));
    await expectOver(rp2, first);
    expect((await refresh(rp2, second.tokens.refresh_token)).claims()?.sub).to.equal(second.claims.sub);
  });

  it('stays when the person signs in again in the same session [U.3]', async () => {
    const first = await signedIn();
    const url = await rp2.authorizationUrl({ prompt: 'login' });
    const second = await redeem(rp2, await signIn(at.app, first.visitor, url, 'new@open.test'));
    for (const { tokens } of [first, second]) {
      expect((await refresh(rp2, tokens.refresh_token)).access_token).to.be.a('string');
    }
  });

  it('ends with the short-lived store, which holds the sessions [R5]', async () => {
    const lost = await signedIn();
    const { tokens } = await signedIn(at.rp, { scope: 'openid offline_access' });
    await databaseAccess(at.app.config).loseShortLived();
    await expectOver(rp2, lost);
    expect((await refresh(at.rp, tokens.refresh_token)).access_token).to.be.a('string');
  });

  it('is not issued to a client without the grant, nor with refresh_tokens: offline without the scope [U.3]', async () => {
    for (const clientId of ['no-refresh', 'rp']) {
      const { tokens } = await signedIn(await at.app.relyingParty(clientId));
      expect(tokens.refresh_token, clientId).to.equal(undefined);
    }
  });

  it('is issued to other clients too where they have refresh_tokens: session [U.3]', async () => {
    const asking = await at.app.relyingParty('asking');
    const visitor = at.app.visitor();
    await signIn(at.app, visitor, await asking.authorizationUrl(), 'new@open.test');
    const given = await redeem(asking, await visitor.follow(await visitor.submit(visitor.page, {}, 'allow')));
    expect((await refresh(asking, given.tokens.refresh_token)).access_token).to.be.a('string');
    await signOut(visitor);
    await expectOver(asking, given);
  });
});

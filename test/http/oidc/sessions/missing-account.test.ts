/** Factors, accounts and tenants that go while something of theirs lives: it ends, and nothing is a fault. */
import { expect } from 'chai';
import * as client from 'openid-client';
import { PASSWORD, standardConfig } from '../../../support/app.ts';
import { databaseAccess } from '../../../support/stores/database-access.ts';
import { removeWith } from '../../flow/members.ts';
import {
  askAgain,
  errorOf,
  interaction,
  MFA,
  nextCode,
  post,
  redeem,
  refresh,
  refusal,
  SFA,
  type SignedIn,
  tokensFor,
  withPeople,
} from '../story.ts';

const OFFLINE = { scope: 'openid offline_access' };

// Each loses something, and is nobody else's.
const PEOPLE = withPeople({
  'lost@open.test': 'app@open.test',
  'lost@strict.test': 'app@strict.test',
  'lost@plain.test': 'app@plain.test',
  'mover@open.test': 'new@open.test',
  'deleted@open.test': 'new@open.test',
  'replaced@open.test': 'new@open.test',
  'half@plain.test': 'app@plain.test',
});

describe('sessions and tokens of removed factors, accounts and tenants', () => {
  const at = interaction(() => PEOPLE);

  async function removeFactors(sub: string) {
    const { enrolments } = at.app.parts.stores;
    for (const { id } of await enrolments.listByAccount(sub)) await enrolments.remove(sub, id);
  }

  /** Not an act of the product, but of somebody with the database. */
  const deleteAccount = (sub: string) => databaseAccess(at.app.config).deleteAccount(sub);

  async function expectEnded({ visitor, tokens, claims }: SignedIn) {
    expect(errorOf(await askAgain(visitor, at.rp, { prompt: 'none' }))).to.equal('login_required');
    expect(await refusal(refresh(at.rp, tokens.refresh_token))).to.equal('invalid_grant');
    const info = client.fetchUserInfo(at.rp.configuration, tokens.access_token, claims.sub);
    expect(await refusal(info)).to.equal('invalid_token');
    for (const token of [tokens.access_token, tokens.refresh_token ?? '']) {
      expect((await post(at.app, '/token/introspection', { token })).body).to.deep.equal({ active: false });
    }
    expect((await visitor.open('/account/security')).name).to.equal('sign-in');
    expect((await askAgain(visitor, at.rp)).name).to.equal('sign-in');
  }

  it('end when the operator removes their factor where none is required [A58]', async () => {
    const before = await tokensFor(at.app, at.rp, 'lost@open.test', OFFLINE);
    await removeFactors(before.claims.sub);
    await expectEnded(before);
    const end = await before.visitor.signIn('lost@open.test', PASSWORD);
    expect((await redeem(at.rp, end)).claims.acr).to.equal(SFA);
  });

  it('end where one is required, and lead to a new enrolment (4.4) [A58]', async () => {
    const before = await tokensFor(at.app, at.rp, 'lost@strict.test', OFFLINE);
    await removeFactors(before.claims.sub);
    await expectEnded(before);
    expect((await before.visitor.signIn('lost@strict.test', PASSWORD)).name).to.equal('set-up-totp');
  });

  it('are not issued for a code that was requested before its factor was removed [A58]', async () => {
    const { claims } = await tokensFor(at.app, at.rp, 'lost@plain.test');
    const visitor = at.app.visitor();
    await askAgain(visitor, at.rp, { acr_values: MFA });
    expect((await visitor.signIn('lost@plain.test', PASSWORD)).name).to.equal('enter-code');
    await removeFactors(claims.sub);
    const page = await visitor.submit(visitor.page, { code: nextCode(at.app) });
    expect(page.status).to.be.within(300, 499);
    expect(page.location ?? '').not.to.include('/auth/');
  });

  it('stay in the session that removed the factor, and end elsewhere [A58]', async () => {
    const { visitor, claims } = await tokensFor(at.app, at.rp, 'mover@open.test');
    await visitor.open('/account/security');
    await visitor.follow(await visitor.submit(visitor.page, {}, 'set-up=totp'));
    const secret = visitor.page.mark('secret');
    await visitor.enterCode(nextCode(at.app, secret));
    expect((await redeem(at.rp, await askAgain(visitor, at.rp))).claims.acr).to.equal(MFA);

    const other = at.app.visitor();
    await askAgain(other, at.rp, OFFLINE);
    await other.signIn('mover@open.test', PASSWORD);
    const end = await other.enterCode(nextCode(at.app, secret));
    const elsewhere = { visitor: other, ...(await redeem(at.rp, end)) };

    const security = await visitor.open('/account/security');
    await visitor.follow(await removeWith(visitor, security, 'turn-off'));
    const after = await redeem(at.rp, await askAgain(visitor, at.rp, { prompt: 'none' }));
    expect(after.claims).to.include({ sub: claims.sub, acr: SFA, auth_time: claims.auth_time });
    expect(after.claims.amr).to.deep.equal(['pwd']);
    await expectEnded(elsewhere);
  });

  it('end when their sign-in record is gone [A58]', async () => {
    const before = await tokensFor(at.app, at.rp, 'new@plain.test', OFFLINE);
    const { records } = at.app.parts.stores;
    for (const { sessionUid } of await records.listByAccount(before.claims.sub, at.clock.now())) {
      await records.remove(sessionUid);
    }
    await expectEnded(before);
    const end = await before.visitor.signIn('new@plain.test', PASSWORD);
    expect((await redeem(at.rp, end)).claims.acr).to.equal(SFA);
  });

  it('end with the short-lived store, without another loss [R5]', async () => {
    const { visitor, tokens, claims } = await tokensFor(at.app, at.rp, 'app@strict.test', OFFLINE);
    await databaseAccess(at.app.config).loseShortLived();
    expect(errorOf(await askAgain(visitor, at.rp, { prompt: 'none' }))).to.equal('login_required');
    const next = await refresh(at.rp, tokens.refresh_token);
    expect(next.claims()).to.include({ acr: MFA, auth_time: claims.auth_time });
    const again = await tokensFor(at.app, at.rp, 'app@strict.test');
    expect(again.claims.acr).to.equal(MFA);
  });

  it('end without an error when the account is gone [A80]', async () => {
    const before = await tokensFor(at.app, at.rp, 'deleted@open.test', OFFLINE);
    await deleteAccount(before.claims.sub);
    await expectEnded(before);
    expect((await before.visitor.signIn('deleted@open.test', PASSWORD)).error).to.equal(
      'credentials_invalid',
    );
  });

  it('allow another person to sign in after the account is gone [A80]', async () => {
    const { visitor, claims } = await tokensFor(at.app, at.rp, 'replaced@open.test');
    await deleteAccount(claims.sub);
    await askAgain(visitor, at.rp);
    const page = await visitor.signIn('boss@plain.test', PASSWORD);
    expect(page.name).to.equal('switch-account');
    const end = await visitor.follow(await visitor.submit(page, {}));
    expect((await redeem(at.rp, end)).claims.acr).to.equal(SFA);
  });

  it('end without an error when the account goes during its sign-in [A80]', async () => {
    const { claims } = await tokensFor(at.app, at.rp, 'half@plain.test');
    const visitor = at.app.visitor();
    await askAgain(visitor, at.rp, { acr_values: MFA });
    await visitor.signIn('half@plain.test', PASSWORD);
    const page = visitor.page;
    await deleteAccount(claims.sub);
    expect((await visitor.get(page.url)).status).to.equal(400);
    expect((await visitor.submit(page, { code: nextCode(at.app) })).status).to.equal(400);
  });

  it('end without an error when the tenant is removed from the configuration [A80]', async () => {
    const before = await tokensFor(at.app, at.rp, 'boss@plain.test', OFFLINE);
    const { tenants, clients } = standardConfig();
    const accounts = PEOPLE.accounts as readonly Record<string, unknown>[];
    const stays = ({ tenant }: Record<string, unknown>) => tenant !== 'plain';
    await at.app.reload({
      tenants: tenants.filter(({ id }) => id !== 'plain'),
      accounts: accounts.filter(stays),
      clients: clients.filter(stays),
    });
    await expectEnded(before);
    expect((await before.visitor.signIn('boss@plain.test', PASSWORD)).status).to.be.within(400, 499);
    await at.app.reload({ tenants, clients, accounts });
    expect(errorOf(await askAgain(before.visitor, at.rp, { prompt: 'none' }))).to.equal(null);
  });
});

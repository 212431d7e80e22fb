/** One browser whose requests overlap: what one of them saves in the session takes nothing back of another's. */
import { expect } from 'chai';
import * as client from 'openid-client';
import { PASSWORD } from '../../../support/app.ts';
import type { RelyingParty } from '../../../support/hosts/relying-party.ts';
import type { Page } from '../../../support/pages/page.ts';
import { createSaveHolder } from '../../../support/stores/held-save.ts';
import type { Visitor } from '../../../support/visitor.ts';
import {
  askAgain,
  confidential,
  errorOf,
  interaction,
  MFA,
  nextCode,
  redeem,
  SFA,
  tokensFor,
  withClients,
  withPeople,
} from '../story.ts';

const SILENT = { prompt: 'none' };

describe('requests of one browser at the same time', () => {
  const saves = createSaveHolder();
  const at = interaction(
    () => ({
      ...withPeople({ 'quitter@open.test': 'app@open.test', 'slow@open.test': 'app@open.test' }),
      ...withClients(confidential('one'), confidential('two')),
    }),
    saves,
  );

  let one: RelyingParty;
  let two: RelyingParty;
  before(async () => {
    [one, two] = await Promise.all([at.app.relyingParty('one'), at.app.relyingParty('two')]);
  });

  const cookiesOf = (visitor: Visitor) => visitor.jar.getCookieStringSync(at.app.origin);

  /** The request has read the session before all of `meanwhile`, and saves it afterwards. */
  async function overtaken(request: () => Promise<Page>, meanwhile: () => Promise<unknown>): Promise<Page> {
    const save = saves.holdNext();
    const answer = request();
    await save.reached;
    await meanwhile();
    save.release();
    return answer;
  }

  async function silently(visitor: Visitor, party: RelyingParty): Promise<Page> {
    return visitor.get(await party.authorizationUrl(SILENT));
  }

  /** The code is good, and so are the tokens. */
  async function expectTokens(party: RelyingParty, end: Page): Promise<client.IDToken> {
    const { tokens, claims } = await redeem(party, end);
    const info = await client.fetchUserInfo(party.configuration, tokens.access_token, claims.sub);
    expect(info.sub).to.equal(claims.sub);
    return claims;
  }

  /** The browser's cookie stays the one of another answer. */
  function expectNoCookie(end: Page): void {
    const lines = end.headers['set-cookie'] ?? [];
    expect(lines.filter((line) => line.startsWith('_session'))).to.deep.equal([]);
  }

  async function replayed(cookie: string): Promise<string | null> {
    return errorOf(await at.app.visitor().get(await at.rp.authorizationUrl(SILENT), { cookie }));
  }

  it('sign in to two relying parties with valid tokens for each [U.3]', async () => {
    const { visitor } = await tokensFor(at.app, at.rp, 'new@open.test');
    const ends: Page[] = [];
    const overtook = async () => ends.push(await silently(visitor, two));
    ends.unshift(await overtaken(() => silently(visitor, one), overtook));
    for (const [index, party] of [one, two].entries()) {
      await expectTokens(party, ends[index] ?? expect.fail('no answer'));
    }
  });

  it('sign in to one relying party twice with valid tokens each time [U.3]', async () => {
    const { visitor } = await tokensFor(at.app, at.rp, 'new@open.test');
    const ends: Page[] = [];
    const overtook = async () => ends.push(await silently(visitor, one));
    ends.push(await overtaken(() => silently(visitor, one), overtook));
    expect(ends).to.have.length(2);
    for (const end of ends) await expectTokens(one, end);
  });

  it('do not restore a session that was signed out meanwhile [A86]', async () => {
    const { visitor } = await tokensFor(at.app, at.rp, 'new@open.test');
    const before = cookiesOf(visitor);
    const end = await overtaken(
      () => silently(visitor, one),
      async () => {
        const page = await visitor.open('/session/end');
        await visitor.follow(await visitor.submit(page, {}, 'logout'));
      },
    );
    expect(errorOf(end)).to.equal('login_required');
    expectNoCookie(end);
    expect(errorOf(await silently(visitor, at.rp))).to.equal('login_required');
    expect(await replayed(before)).to.equal('login_required');
  });

  it('do not restore the old id of a session that was stepped up meanwhile [A7 A86]', async () => {
    const { visitor } = await tokensFor(at.app, at.rp, 'app@plain.test');
    const before = cookiesOf(visitor);
    const end = await overtaken(
      () => silently(visitor, one),
      async () => {
        await askAgain(visitor, two, { acr_values: MFA });
        expect((await expectTokens(two, await visitor.enterCode(nextCode(at.app)))).acr).to.equal(MFA);
      },
    );
    expectNoCookie(end);
    expect((await expectTokens(one, end)).acr).to.equal(SFA);
    expect(await replayed(before)).to.equal('login_required');
    const again = await visitor.get(await one.authorizationUrl({ ...SILENT, acr_values: MFA }));
    expect((await expectTokens(one, again)).acr).to.equal(MFA);
  });

  it('complete two step-ups at once with valid tokens for each [U.3]', async () => {
    const { visitor } = await tokensFor(at.app, at.rp, 'app@plain.test');
    const first = await askAgain(visitor, one, { acr_values: MFA });
    const second = await askAgain(visitor, two, { acr_values: MFA });
    const resume = (await visitor.submit(first, { code: nextCode(at.app) })).location ?? '';
    const ends: Page[] = [];
    const end = await overtaken(
      () => visitor.get(resume),
      async () => {
        const entered = await visitor.submit(second, { code: nextCode(at.app) });
        ends.push(await visitor.follow(entered));
      },
    );
    expectNoCookie(end);
    expect((await expectTokens(one, end)).acr).to.equal(MFA);
    expect((await expectTokens(two, ends[0] ?? expect.fail('no answer'))).acr).to.equal(MFA);
    expect(errorOf(await silently(visitor, at.rp))).to.equal(null);
  });

  it('reveal nothing of a session to a request from before its sign-in [A7]', async () => {
    const visitor = at.app.visitor();
    // Signing out leaves the cookie of an anonymous session behind.
    await visitor.open('/session/end');
    const stranger = at.app.visitor();
    const url = await one.authorizationUrl();
    const cookie = cookiesOf(visitor);
    const end = await overtaken(
      () => stranger.get(url, { cookie }),
      async () => {
        await askAgain(visitor, at.rp);
        await visitor.signIn('new@open.test', PASSWORD);
      },
    );
    expect(errorOf(end)).to.equal('login_required');
    expectNoCookie(end);
    expect(await replayed(cookie)).to.equal('login_required');
    expect(errorOf(await silently(visitor, at.rp))).to.equal(null);
  });

  it('keep the removal of a factor on the account pages [A58]', async () => {
    const { visitor } = await tokensFor(at.app, at.rp, 'quitter@open.test');
    const security = await visitor.open('/account/security');
    const question = await visitor.follow(await visitor.submit(security, {}, 'turn-off'));
    const end = await overtaken(
      () => silently(visitor, one),
      () => visitor.submit(question, {}, 'confirm'),
    );
    expect(errorOf(end)).to.equal(null);
    const after = await expectTokens(two, await silently(visitor, two));
    expect(after).to.include({ acr: SFA });
    expect(after.amr).to.deep.equal(['pwd']);
  });

  it('keep the grants of relying parties when the account pages finish last [U.3]', async () => {
    const { visitor } = await tokensFor(at.app, at.rp, 'slow@open.test');
    const security = await visitor.open('/account/security');
    const ends: Page[] = [];
    const overtook = async () => ends.push(await silently(visitor, one));
    const question = await visitor.follow(await visitor.submit(security, {}, 'turn-off'));
    const answer = await overtaken(() => visitor.submit(question, {}, 'confirm'), overtook);
    expect(answer.status).to.equal(303);
    expect(ends).to.have.length(1);
    const { claims } = await redeem(two, await silently(visitor, two));
    expect(claims.acr).to.equal(SFA);
  });

  it('turn a factor off without an error when the session ended meanwhile [A86]', async () => {
    const { visitor } = await tokensFor(at.app, at.rp, 'slow@open.test');
    await visitor.open('/account/security');
    await visitor.follow(await visitor.submit(visitor.page, {}, 'set-up=totp'));
    const secret = visitor.page.mark('secret');
    const page = visitor.page;
    const answer = await overtaken(
      () => visitor.submit(page, { code: nextCode(at.app, secret) }),
      async () => {
        const question = await visitor.open('/session/end');
        await visitor.follow(await visitor.submit(question, {}, 'logout'));
      },
    );
    expect(answer.status).to.equal(303);
    expect((await visitor.follow(answer)).name).to.equal('sign-in');
  });
});

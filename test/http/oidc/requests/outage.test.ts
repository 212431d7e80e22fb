/** Stores that cannot be written: everybody is told to come back, and nothing is half done. */
import { expect } from 'chai';
import { CLIENT_SECRET, PASSWORD } from '../../../support/app.ts';
import type { Page } from '../../../support/pages/page.ts';
import { createOutage, STORES } from '../../../support/stores/outage.ts';
import { askAgain, errorOf, interaction, redeem, refresh, tokensFor } from '../story.ts';

describe('while a store is away', () => {
  const outage = createOutage();
  before(outage.prepare);
  const at = interaction();
  after(outage.end);

  const meanwhile = <T>(work: () => Promise<T>) => outage.during(at.app, STORES, work);

  const send = (path: string, fields: Record<string, string>) =>
    fetch(new URL(path, at.app.origin), {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(`rp:${CLIENT_SECRET}`).toString('base64')}` },
      body: new URLSearchParams(fields),
    });

  function expectAway(page: Page) {
    expect(page).to.include({ status: 503, name: 'error' });
    expect(Number(page.headers['retry-after'])).to.be.within(1, 60);
  }

  it('answers an authorization request with a page that says so, and the next one as ever [R30]', async () => {
    const url = await at.rp.authorizationUrl();
    expectAway(await meanwhile(() => at.app.visitor().get(url)));
    expect((await at.app.visitor().open(url)).name).to.equal('sign-in');
  });

  it('answers SSO with the error page, and signs nobody out [R30]', async () => {
    const { visitor, claims } = await tokensFor(at.app, at.rp, 'new@open.test');
    const url = await at.rp.authorizationUrl({ prompt: 'none' });
    expectAway(await meanwhile(() => visitor.get(url)));
    const end = await askAgain(visitor, at.rp, { prompt: 'none' });
    expect((await redeem(at.rp, end)).claims.auth_time).to.equal(claims.auth_time);
  });

  it('answers a form with the error page, and accepts the same form afterwards [R30]', async () => {
    const visitor = at.app.visitor();
    const page = await visitor.open(await at.rp.authorizationUrl());
    const fields = { email: 'new@open.test', password: PASSWORD };
    expectAway(await meanwhile(() => visitor.submit(page, fields)));
    const end = await visitor.follow(await visitor.submit(page, fields));
    expect(errorOf(end)).to.equal(null);
  });

  it('answers a resumed interaction with the error page, and continues at the same URL afterwards [R30]', async () => {
    const visitor = at.app.visitor();
    const page = await visitor.open(await at.rp.authorizationUrl());
    const posted = await visitor.submit(page, { email: 'new@open.test', password: PASSWORD });
    expectAway(await meanwhile(() => visitor.get(posted.location ?? '')));
    const end = await visitor.open(posted.location ?? '');
    expect(errorOf(end)).to.equal(null);
  });

  it('answers a relying party with an OAuth error [R30]', async () => {
    const { searchParams } = new URL(await at.rp.authorizationUrl());
    const { tokens } = await tokensFor(at.app, at.rp, 'new@open.test', { scope: 'openid offline_access' });
    const token = tokens.refresh_token ?? '';
    const posted: readonly [string, Record<string, string>][] = [
      ['/request', Object.fromEntries(searchParams)],
      ['/token', { grant_type: 'refresh_token', refresh_token: token }],
      ['/token/revocation', { token }],
    ];
    const answers = await meanwhile(() => Promise.all(posted.map(([path, fields]) => send(path, fields))));
    for (const answer of answers) {
      expect(answer.status, answer.url).to.equal(503);
      expect(Number(answer.headers.get('retry-after')), answer.url).to.be.within(1, 60);
      expect(await answer.json(), answer.url).to.include({ error: 'temporarily_unavailable' });
    }
    // The refresh token was neither rotated nor revoked.
    expect((await refresh(at.rp, token)).access_token).to.be.a('string');
  });

  it('redeems the authorization code once the store is back [R30]', async () => {
    const { visitor } = await tokensFor(at.app, at.rp, 'new@open.test');
    const end = await askAgain(visitor, at.rp);
    const refused = await meanwhile(() =>
      at.rp.exchange(end.location ?? '').catch((error: unknown) => error),
    );
    expect(refused).to.be.instanceOf(Error);
    expect((await redeem(at.rp, end)).claims.aud).to.equal('rp');
  });
});

/** Signing out: asked for by a relying party or by hand, told to the others, and final. */
import { expect } from 'chai';
import * as client from 'openid-client';
import type { Page } from '../../../support/pages/page.ts';
import type { Visitor } from '../../../support/visitor.ts';
import {
  answerOf,
  askAgain,
  confidential,
  errorOf,
  interaction,
  partyOf,
  redeem,
  signIn,
  tokensFor,
  withClients,
} from '../story.ts';

const BYE = 'http://rp.test/bye';

describe('signing out', () => {
  const at = interaction(() =>
    withClients(
      confidential('leaver', { client_name: 'The Leaver', post_logout_redirect_uris: [BYE] }),
      confidential('third-leaver', {
        client_name: 'The Leaver',
        first_party: false,
        post_logout_redirect_uris: [BYE],
      }),
      confidential('told', {
        post_logout_redirect_uris: [BYE],
        backchannel_logout_uri: 'http://127.0.0.1:9/nobody-listens',
      }),
      confidential('other', { post_logout_redirect_uris: ['http://rp.test/other'] }),
    ),
  );

  async function signedIn(clientId = 'leaver') {
    const party = await partyOf(at.app, clientId);
    return { party, ...(await tokensFor(at.app, party, 'new@open.test')) };
  }

  /** Signs in at a third-party client, whose consent page comes once. */
  async function signedInAtThird() {
    const party = await partyOf(at.app, 'third-leaver');
    const visitor = at.app.visitor();
    const consent = await signIn(at.app, visitor, await party.authorizationUrl(), 'new@open.test');
    const end = await visitor.follow(await visitor.submit(consent, {}, 'allow'));
    return { party, visitor, ...(await redeem(party, end)) };
  }

  const leave = (parameters: Record<string, string>) => `/session/end?${new URLSearchParams(parameters)}`;

  async function confirm(visitor: Visitor, page: Page, button = 'logout') {
    return visitor.follow(await visitor.submit(page, {}, button));
  }

  it('asks a third party’s users on its own page, and returns to the post_logout_redirect_uri [A86]', async () => {
    const { party, visitor, tokens } = await signedInAtThird();
    const url = client.buildEndSessionUrl(party.configuration, {
      id_token_hint: tokens.id_token ?? '',
      post_logout_redirect_uri: BYE,
      state: 's&1',
    });
    const page = await visitor.open(url.href);
    expect(page).to.include({ status: 200, name: 'sign-out' });
    expect(page.text).to.include('The Leaver');
    expect(errorOf(await askAgain(visitor, party, { prompt: 'none' })), 'still signed in').to.equal(null);
    const end = await confirm(visitor, await visitor.open(url.href));
    expect(end.location).to.equal(`${BYE}?state=s%261`);
    expect(errorOf(await askAgain(visitor, at.rp, { prompt: 'none' }))).to.equal('login_required');
  });

  describe('with the ID token of this session', () => {
    for (const clientId of ['leaver', 'told']) {
      it(`asks a first-party client’s users nothing: ${clientId}`, async () => {
        const { party, visitor, tokens, claims } = await signedIn(clientId);
        const cookies = visitor.jar.getCookieStringSync(at.app.origin);
        const url = client.buildEndSessionUrl(party.configuration, {
          id_token_hint: tokens.id_token ?? '',
          post_logout_redirect_uri: BYE,
          state: 's&1',
        });
        const answer = await visitor.get(url.href);
        expect(answer).to.include({ status: 303, location: `${BYE}?state=s%261`, text: '' });
        expect(answer.headers['set-cookie']?.filter((line) => line.startsWith('_session='))).to.have.length(
          1,
        );
        expect(visitor.jar.getCookieStringSync(at.app.origin)).not.to.include('_session=');
        const replay = await at.app
          .visitor()
          .get(await party.authorizationUrl({ prompt: 'none' }), { cookie: cookies });
        expect(errorOf(replay)).to.equal('login_required');
        const info = client.fetchUserInfo(party.configuration, tokens.access_token, claims.sub);
        expect(await info.then(() => 'told').catch(() => 'refused')).to.equal('refused');
      });
    }

    it('shows that it is done where the client names no address for afterwards', async () => {
      const { visitor, tokens } = await signedIn();
      const end = await visitor.open(leave({ id_token_hint: tokens.id_token ?? '' }));
      expect(end).to.include({ status: 200, name: 'signed-out' });
    });

    it('asks nothing either after the token has expired and the session was stepped up or used', async () => {
      const { visitor, tokens, party } = await signedIn();
      await askAgain(visitor, party);
      at.clock.nextStep(60 * 60_000);
      const answer = await visitor.get(
        leave({ id_token_hint: tokens.id_token ?? '', post_logout_redirect_uri: BYE }),
      );
      expect(answer.location).to.equal(BYE);
    });

    it('waits for a person where the browser only fetches the address ahead', async () => {
      const { visitor, tokens, party } = await signedIn();
      const url = leave({ id_token_hint: tokens.id_token ?? '' });
      expect((await visitor.get(url, { 'sec-purpose': 'prefetch;prerender' })).name).to.equal('sign-out');
      expect(errorOf(await askAgain(visitor, party, { prompt: 'none' }))).to.equal(null);
    });

    for (const clientId of ['leaver', 'told']) {
      it(`asks after the token of another session, account or sign-in, or without one: ${clientId} [A86]`, async () => {
        const { visitor, party } = await signedIn(clientId);
        at.clock.nextStep(5_000);
        const elsewhere = await signedIn(clientId);
        const other = await tokensFor(at.app, party, 'boss@open.test');
        const asked: Record<string, string>[] = [
          {},
          { client_id: clientId },
          { id_token_hint: elsewhere.tokens.id_token ?? '' },
          { id_token_hint: other.tokens.id_token ?? '' },
        ];
        for (const parameters of asked) {
          const page = await visitor.get(leave({ ...parameters, post_logout_redirect_uri: BYE }));
          expect(page).to.include({ status: 200, name: 'sign-out' });
        }
        expect(errorOf(await askAgain(visitor, party, { prompt: 'none' }))).to.equal(null);
      });
    }
  });

  it('shows its own page without a post_logout_redirect_uri [A86]', async () => {
    const { visitor } = await signedIn();
    const end = await confirm(visitor, await visitor.open('/session/end'));
    expect(end).to.include({ status: 200, name: 'signed-out' });
    expect(end.url).to.equal(`${at.app.origin}/session/end/success`);
  });

  it('ends the session, whose replayed cookies sign nobody in [A86]', async () => {
    const { visitor, tokens, claims, party } = await signedIn();
    const before = visitor.jar.getCookieStringSync(at.app.origin);
    expect(before).to.match(/_session=.*_session\.sig=/);
    await confirm(visitor, await visitor.open('/session/end'));
    const replay = (path: string) => at.app.visitor().get(path, { cookie: before });
    const url = await at.rp.authorizationUrl({ prompt: 'none' });
    expect(errorOf(await replay(url))).to.equal('login_required');
    expect((await replay('/account/security')).location).to.include('/auth?');
    const info = client.fetchUserInfo(party.configuration, tokens.access_token, claims.sub);
    expect(await info.then(() => 'told').catch(() => 'refused')).to.equal('refused');
  });

  it('keeps a person signed in who answers no, and says so [A86]', async () => {
    const { visitor, tokens, claims } = await signedInAtThird();
    const hint = { id_token_hint: tokens.id_token ?? '' };
    for (const [parameters, leadsTo] of [
      [{}, `${at.app.origin}/`],
      [hint, `${at.app.origin}/`],
      [{ ...hint, post_logout_redirect_uri: BYE }, BYE],
    ] as const) {
      const { action, body } = (await visitor.open(leave(parameters))).form({}, 'logout');
      body.delete('logout');
      const answer = await visitor.post(action, Object.fromEntries(body));
      expect(answer).to.include({ status: 303, location: leadsTo });
      const again = await redeem(at.rp, await askAgain(visitor, at.rp, { prompt: 'none' }));
      expect(again.claims).to.include({ sub: claims.sub, auth_time: claims.auth_time });
    }
  });

  it('redirects at once when nobody is signed in [A86]', async () => {
    const { visitor, tokens } = await signedIn();
    await confirm(visitor, await visitor.open('/session/end'));
    at.clock.nextStep(60 * 60_000);
    for (const who of [visitor, at.app.visitor()]) {
      const hint = { id_token_hint: tokens.id_token ?? '', post_logout_redirect_uri: BYE, state: 'x' };
      const away = await who.get(leave(hint));
      expect(away.status).to.equal(303);
      expect(away.location).to.equal(`${BYE}?state=x`);
      expect((await who.open('/session/end')).name).to.equal('signed-out');
      const byClient = await who.get(leave({ client_id: 'leaver', post_logout_redirect_uri: BYE }));
      expect(byClient.location).to.equal(BYE);
    }
  });

  for (const [what, address] of [
    ['a suffix', `${BYE}/more`],
    ['another case', 'http://rp.test/Bye'],
    ['an extra query', `${BYE}?next=evil`],
    ["another client's address", 'http://rp.test/other'],
    ['the redirect URI of a sign-in', 'http://rp.test/callback'],
    ['javascript:', 'javascript:alert(1)'],
    ['another host', 'http://evil.test/bye'],
  ] as const) {
    it(`refuses a post_logout_redirect_uri with ${what}, signed in or not [A83]`, async () => {
      const { visitor, tokens } = await signedIn();
      const asked = leave({ id_token_hint: tokens.id_token ?? '', post_logout_redirect_uri: address });
      for (const who of [visitor, at.app.visitor()]) {
        expect(await who.get(asked)).to.include({ status: 400, name: 'error', location: null });
      }
    });
  }

  it('redirects only to a URI that a client has registered [A83]', async () => {
    const { visitor } = await signedIn();
    const page = await visitor.open(leave({ post_logout_redirect_uri: BYE }));
    expect((await confirm(visitor, page)).name).to.equal('signed-out');
    const anybody = await at.app.visitor().open(leave({ post_logout_redirect_uri: 'http://evil.test/' }));
    expect(anybody.name).to.equal('signed-out');
  });

  it('refuses a hint that is forged, malformed or of another client [A86]', async () => {
    const { visitor, tokens } = await signedIn();
    const hint = tokens.id_token ?? '';
    const [head, body, signature] = hint.split('.');
    for (const parameters of [
      { id_token_hint: 'broken' },
      { id_token_hint: `${head}.${body}.${signature?.split('').reverse().join('')}` },
      { id_token_hint: hint, client_id: 'other' },
      { client_id: 'nobody' },
    ]) {
      expect((await visitor.get(leave(parameters))).status).to.equal(400);
    }
    expect(errorOf(await askAgain(visitor, at.rp, { prompt: 'none' }))).to.equal(null);
  });

  it('signs nobody out without the token of the page, whatever site the form is on [A56]', async () => {
    const { visitor } = await signedIn();
    await visitor.open('/session/end');
    for (const fields of [{ logout: 'yes' }, { logout: 'yes', xsrf: 'guessed' }]) {
      const answer = await visitor.post('/session/end/confirm', fields, { origin: 'http://evil.test' });
      expect(answer.status).to.equal(400);
    }
    expect((await visitor.get('/session/end/confirm')).status).to.equal(404);
    expect(errorOf(await askAgain(visitor, at.rp, { prompt: 'none' }))).to.equal(null);
  });

  it('accepts a POST, which it redirects to the same request as a query [A86]', async () => {
    const { visitor, tokens } = await signedInAtThird();
    const fields = { id_token_hint: tokens.id_token ?? '', post_logout_redirect_uri: BYE, state: 'x' };
    const answer = await visitor.post('/session/end', fields, {
      origin: 'http://rp.test',
      'sec-fetch-site': 'cross-site',
    });
    expect(answer.status).to.equal(303);
    const { pathname, searchParams } = new URL(answer.location ?? '');
    expect(pathname).to.equal('/session/end');
    expect(Object.fromEntries(searchParams)).to.deep.equal(fields);
    const end = await confirm(visitor, await visitor.follow(answer));
    expect(end.location).to.equal(`${BYE}?state=x`);
  });

  it('does not disturb a form_post answer to a relying party [A86]', async () => {
    const { visitor } = await signedIn();
    // Left half-way, the question whether to sign out stays in the session.
    expect((await visitor.open('/session/end')).name).to.equal('sign-out');
    const page = await askAgain(visitor, at.rp, { response_mode: 'form_post', prompt: 'login' });
    expect(page.name).to.equal('sign-in');
    const end = await visitor.signIn('new@open.test', 'correct horse battery staple');
    const { action, body } = end.form({ code: '' });
    expect(action).to.equal('http://rp.test/callback');
    expect([...body.keys()]).to.include.members(['code', 'state', 'iss']);
  });

  it('lets another person sign in in the same browser [A86]', async () => {
    const { visitor, claims } = await signedIn();
    await confirm(visitor, await visitor.open('/session/end'));
    await askAgain(visitor, at.rp);
    const end = await visitor.signIn('boss@open.test', 'correct horse battery staple');
    expect(answerOf(end).has('code')).to.equal(true);
    expect((await redeem(at.rp, end)).claims.sub).not.to.equal(claims.sub);
  });
});

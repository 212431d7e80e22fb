/** A passkey in place of the password, on the login page of a host in Express. */
import { expect } from 'chai';
import express from 'express';
import { createAuthenticator } from '../support/authenticator.ts';
import type { HostParts } from '../support/hosts/guest-host.ts';
import { IN_EXPRESS } from '../support/hosts/guest-kinds.ts';
import { showLogin, takeLogin } from '../support/hosts/host-login.ts';
import type { Page } from '../support/pages/page.ts';
import { begin, interaction, redeem } from './story.ts';

/** A login page with a form for the name, and one for a passkey. */
function withPasskeys({ provider, lock, prefix }: HostParts) {
  const app = express();
  const page = `${prefix}/interaction/:uid`;

  async function show(request: express.Request, response: express.Response, error = ''): Promise<void> {
    const { prompt } = await provider.interactionDetails(request, response);
    if (prompt.name === 'consent') return showLogin(provider, request, response);
    const options = await lock.passkeySignIn.request(provider, request, response);
    const passkey = options && `data-passkey data-options='${JSON.stringify(options)}'`;
    response.status(error ? 422 : 200).send(`<body data-page="host-login">
      <p role="alert" data-error="${error}"></p>
      <form method="post"><input name="login"></form>
      <form method="post" ${passkey ?? ''}><input name="response"></form></body>`);
  }

  app.use(prefix, lock.routes(provider));
  app.get(page, (request, response) => show(request, response));
  app.post(page, express.urlencoded({ extended: false }), async (request, response) => {
    const { login, response: answer } = request.body;
    if (answer === undefined) return takeLogin(provider, request, response, String(login));
    const outcome = await lock.passkeySignIn.finish(provider, request, response, String(answer));
    if (!outcome.ok) await show(request, response, outcome.refusal.code);
  });
  app.use(prefix, provider.callback());
  return app;
}

function optionsOf(page: Page) {
  return JSON.parse(page.$('form[data-passkey]').attr('data-options') ?? 'null');
}

describe('a passkey on the login page of a host in Express [U.6]', () => {
  const at = interaction(IN_EXPRESS, { hostname: 'localhost', listener: withPasskeys });

  async function holder() {
    const key = createAuthenticator({ origin: at.host.origin });
    const visitor = at.host.visitor();
    await begin(at, visitor, 'ann');
    const setUp = await visitor.chooseMethod('passkey');
    const made = await visitor.submit(setUp, { response: key.create(optionsOf(setUp)) });
    await redeem(at.rp, await visitor.putAway(made));
    return key;
  }

  async function arrive() {
    const visitor = at.host.visitor();
    return { visitor, page: await visitor.open(await at.rp.authorizationUrl()) };
  }

  it('signs in with one form, and the relying party learns of both factors', async () => {
    const key = await holder();
    const { visitor, page } = await arrive();
    expect(page.name).to.equal('host-login');
    const answer = await visitor.submit(page, { response: key.get(optionsOf(page)) });
    expect(answer.status).to.equal(303);
    const { claims } = await redeem(at.rp, await visitor.follow(answer));
    expect([claims.sub, claims.acr, claims.amr]).to.deep.equal(['ann', 'phr', ['hwk', 'user', 'mfa']]);
  });

  it('is resumed only in the browser in which it was used', async () => {
    const key = await holder();
    const { visitor, page } = await arrive();
    const answer = await visitor.submit(page, { response: key.get(optionsOf(page)) });
    const resume = answer.location ?? '';
    // The cookies of the library alone, as a sibling host could plant them.
    const stranger = at.host.visitor();
    for (const cookie of visitor.jar.getCookiesSync(resume))
      if (!cookie.key.startsWith('second-factor')) stranger.jar.setCookieSync(cookie, resume);
    expect((await stranger.get(resume)).status).to.equal(400);
    expect((await visitor.get(resume)).status).to.equal(303);
  });

  it('shows the page again after a refusal, with a new request [A128]', async () => {
    const key = await holder();
    const { visitor, page } = await arrive();
    const unverified = key.get(optionsOf(page), { verified: false });
    const refused = await visitor.submit(page, { response: unverified });
    expect([refused.status, refused.error]).to.deep.equal([422, 'code_invalid']);
    expect(optionsOf(refused).challenge).not.to.equal(optionsOf(page).challenge);
    const other = await arrive();
    const foreign = key.get(optionsOf(page));
    expect((await other.visitor.submit(other.page, { response: foreign })).error).to.equal('code_expired');
    const answer = await visitor.submit(refused, { response: key.get(optionsOf(refused)) });
    expect((await redeem(at.rp, await visitor.follow(answer))).claims.acr).to.equal('phr');
  });

  it('is not offered, and refused, where the policy of the host forbids it', async () => {
    const key = await holder();
    const before = await arrive();
    const response = key.get(optionsOf(before.page));
    await at.host.restart({ policy: { enforcement: 'required', passkeySignIn: false } });
    const refused = await before.visitor.submit(before.page, { response });
    expect(refused.error).to.equal('method_not_allowed');
    expect((await arrive()).page.$('form[data-passkey]')).to.have.lengthOf(0);
  });
});

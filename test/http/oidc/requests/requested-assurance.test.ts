/** A relying party asks for a level: by acr_values, by the claims parameter, by both, and in vain. */
import { expect } from 'chai';
import { PASSWORD } from '../../../support/app.ts';
import type { RelyingParty } from '../../../support/hosts/relying-party.ts';
import {
  answerOf,
  askAgain,
  confidential,
  errorOf,
  interaction,
  MFA,
  nextCode,
  PHR,
  post,
  redeem,
  SFA,
  setUpApp,
  signIn,
  TWO_STEP,
  tokensFor,
  withClients,
} from '../story.ts';

const UNMET = 'unmet_authentication_requirements';

function essential(...values: readonly string[]): string {
  return JSON.stringify({ id_token: { acr: { essential: true, values } } });
}

describe('a requested level', () => {
  const at = interaction(() => withClients(confidential('by-default', { default_acr_values: [MFA] })));

  const arrive = async (parameters: Record<string, string>, email: string) => {
    const visitor = at.app.visitor();
    const page = await signIn(at.app, visitor, await at.rp.authorizationUrl(parameters), email);
    return { visitor, page };
  };

  for (const [how, parameters] of [
    ['acr_values', { acr_values: MFA }],
    ['an essential acr', { claims: essential(MFA) }],
    [
      'an essential acr of one value',
      { claims: JSON.stringify({ id_token: { acr: { essential: true, value: MFA } } }) },
    ],
  ] as const) {
    it(`leads a user without a factor, asked by ${how}, to the enrolment [A77]`, async () => {
      const { page, visitor } = await arrive(parameters, 'new@open.test');
      expect(page.name).to.equal('set-up-totp');
      const cancelled = await visitor.follow(await visitor.submit(page, {}, 'cancel'));
      expect(errorOf(cancelled)).to.equal('access_denied');
      expect(answerOf(cancelled).has('code')).to.equal(false);
    });
  }

  it('is not granted to a person who cancels [A77]', async () => {
    const { page, visitor } = await arrive({ acr_values: MFA }, 'new@open.test');
    await visitor.follow(await visitor.submit(page, {}, 'cancel'));
    expect(errorOf(await askAgain(visitor, at.rp, { prompt: 'none' }))).to.equal('login_required');
  });

  it('is not replaced by a lower one for a person who navigates away [A77]', async () => {
    const { page, visitor } = await arrive({ claims: essential(MFA) }, 'new@open.test');
    const uid = /\/interaction\/([^/]+)/.exec(page.url)?.[1];
    expect((await visitor.open(`/auth/${uid}`)).location ?? '').not.to.include('code=');
    expect((await askAgain(visitor, at.rp)).name).to.equal('sign-in');
  });

  it('is reached by a person who continues [A77]', async () => {
    const { visitor } = await arrive({ claims: essential(MFA) }, 'boss@open.test');
    const { end } = await setUpApp(at.app, visitor);
    expect((await redeem(at.rp, end)).claims.acr).to.equal(MFA);
  });

  it('lets the claims parameter win over acr_values [A78]', async () => {
    const { page: more } = await arrive({ acr_values: SFA, claims: essential(MFA) }, 'new@open.test');
    expect(more.name).to.equal('set-up-totp');
    const { page: less } = await arrive({ acr_values: MFA, claims: essential(SFA) }, 'new@open.test');
    expect((await redeem(at.rp, less)).claims.acr).to.equal(SFA);
  });

  it('uses acr_values where the claims parameter marks nothing as essential [A78]', async () => {
    const voluntary = JSON.stringify({ id_token: { acr: { values: [SFA] } } });
    const { page } = await arrive({ acr_values: MFA, claims: voluntary }, 'new@open.test');
    expect(page.name).to.equal('set-up-totp');
  });

  it('is optional when the claims parameter marks acr as voluntary [A78]', async () => {
    const voluntary = JSON.stringify({ id_token: { acr: { values: [PHR] } } });
    const { page } = await arrive({ claims: voluntary }, 'new@open.test');
    expect((await redeem(at.rp, page)).claims.acr).to.equal(SFA);
  });

  for (const [what, parameters] of [
    ['an unknown value', { acr_values: 'urn:unknown' }],
    ['an unknown essential value', { claims: essential('urn:unknown') }],
    ['an essential value that wins over a known one', { acr_values: SFA, claims: essential('urn:unknown') }],
    ['a level that no method here gives', { acr_values: PHR }],
    ['essential values that are no list', { claims: '{"id_token":{"acr":{"essential":true,"values":"x"}}}' }],
    ['an empty list of essential values', { claims: essential() }],
  ] as const) {
    it(`answers ${what} with ${UNMET} [A78]`, async () => {
      for (const email of ['new@open.test', 'app@open.test']) {
        const { page, visitor } = await arrive(parameters, email);
        expect(errorOf(page)).to.equal(UNMET);
        expect(answerOf(page).has('code')).to.equal(false);
        expect(errorOf(await askAgain(visitor, at.rp, { prompt: 'none' }))).to.equal('login_required');
      }
    });
  }

  it('ignores unknown values beside a known one [A78]', async () => {
    const { page } = await arrive({ acr_values: `urn:unknown ${TWO_STEP}` }, 'app@open.test');
    expect((await redeem(at.rp, page)).claims.acr).to.equal(MFA);
  });

  it('gives a member whose tenant allows no enrolment an error, and an administrator there the enrolment [A78]', async () => {
    const { page } = await arrive({ acr_values: MFA }, 'new@plain.test');
    expect(errorOf(page)).to.equal(UNMET);
    const { page: boss } = await arrive({ acr_values: MFA }, 'boss@plain.test');
    expect(boss.name).to.equal('set-up-totp');
  });

  it('is reached with a voluntary factor in a tenant that requires none [A78]', async () => {
    const { page, visitor } = await arrive({ acr_values: MFA }, 'app@plain.test');
    expect((await redeem(at.rp, page)).claims.acr).to.equal(MFA);
    expect((await redeem(at.rp, await askAgain(visitor, at.rp))).claims.acr).to.equal(MFA);
  });

  it('leads neither to a page nor to a lower level under prompt=none [A78]', async () => {
    const { visitor } = await tokensFor(at.app, at.rp, 'new@open.test');
    for (const parameters of [
      { acr_values: MFA },
      { acr_values: PHR },
      { acr_values: 'urn:unknown' },
      { claims: essential(MFA) },
    ]) {
      const end = await askAgain(visitor, at.rp, { ...parameters, prompt: 'none' });
      expect(errorOf(end)).to.be.oneOf(['interaction_required', 'login_required']);
    }
    expect(errorOf(await askAgain(at.app.visitor(), at.rp, { acr_values: MFA, prompt: 'none' }))).to.equal(
      'login_required',
    );
  });

  it('is read from a pushed request too [A78]', async () => {
    const url = new URL(await at.rp.authorizationUrl({ claims: essential(MFA) }));
    const { body } = await post(at.app, '/request', Object.fromEntries(url.searchParams));
    const visitor = at.app.visitor();
    await visitor.open(`/auth?client_id=rp&request_uri=${encodeURIComponent(String(body.request_uri))}`);
    expect((await visitor.signIn('new@open.test', PASSWORD)).name).to.equal('set-up-totp');
  });

  it('keeps the live session when a step-up fails [A78]', async () => {
    const { visitor, claims } = await tokensFor(at.app, at.rp, 'new@plain.test');
    expect(errorOf(await askAgain(visitor, at.rp, { acr_values: MFA }))).to.equal(UNMET);
    const again = await redeem(at.rp, await askAgain(visitor, at.rp, { prompt: 'none' }));
    expect(again.claims).to.include({ acr: SFA, auth_time: claims.auth_time });
  });

  it("asks for the level of a client's registration where the request names none [A78]", async () => {
    const party = await at.app.relyingParty('by-default');
    const visitor = at.app.visitor();
    await visitor.open(await party.authorizationUrl());
    expect((await visitor.signIn('new@open.test', PASSWORD)).name).to.equal('set-up-totp');
  });

  it('lets nobody without a second factor reach a client that always requires one [U.3]', async () => {
    const always = await at.app.relyingParty('always');
    const { visitor } = await tokensFor(at.app, at.rp, 'new@open.test');
    expect(errorOf(await askAgain(visitor, always, { prompt: 'none' }))).to.equal('interaction_required');
    expect((await askAgain(visitor, always)).name).to.equal('set-up-choose');

    const app = at.app.visitor();
    await app.open(await always.authorizationUrl());
    expect((await app.signIn('app@plain.test', PASSWORD)).name).to.equal('enter-code');
    expect((await redeem(always, await app.enterCode(nextCode(at.app)))).claims.acr).to.equal(MFA);

    const off = at.app.visitor();
    await off.open(await always.authorizationUrl());
    expect(errorOf(await off.signIn('new@plain.test', PASSWORD))).to.equal(UNMET);
  });

  it('lets nobody reach that client with a plain OAuth request either [U.3]', async () => {
    const { visitor } = await tokensFor(at.app, at.rp, 'new@open.test');
    const ask = async (party: RelyingParty) => {
      const url = new URL(await party.authorizationUrl({ scope: 'email', prompt: 'none' }));
      url.searchParams.delete('nonce');
      return answerOf(await visitor.get(url.href));
    };
    expect((await ask(await at.app.relyingParty('always'))).get('error')).to.equal('interaction_required');
    expect((await ask(at.rp)).has('code')).to.equal(true);
  });
});

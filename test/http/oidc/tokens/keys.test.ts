/** Keys are replaced under live sessions: the new one is used, the old one is still believed while it is listed. */
import { generateKeyPairSync } from 'node:crypto';
import { expect } from 'chai';
import { PASSWORD } from '../../../support/app.ts';
import { askAgain, errorOf, interaction, MFA, nextCode, redeem, refresh, tokensFor } from '../story.ts';

const OFFLINE = { scope: 'openid offline_access' };

function signingKey(kid: string) {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { ...privateKey.export({ format: 'jwk' }), kid, use: 'sig', alg: 'RS256' };
}

const ec = {
  ...generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' }),
  kid: 'ec',
  use: 'sig',
  alg: 'ES256',
};
const [first, second] = [signingKey('first'), signingKey('second')];
const cookie = (name: string) => name.padEnd(40, '-');

const BEFORE = {
  signing: [first, ec],
  cookies: [cookie('old')],
};

describe('keys of signatures and of cookies', () => {
  const at = interaction(() => ({ secrets: BEFORE }));
  afterEach(() => at.app.reload({ secrets: BEFORE }));

  const kidOf = (idToken: string | undefined) =>
    JSON.parse(Buffer.from((idToken ?? '').split('.')[0] ?? '', 'base64url').toString()).kid;

  it('sign with the new key at once, and still verify with the old one [R34]', async () => {
    const { visitor, tokens } = await tokensFor(at.app, at.rp, 'new@open.test', OFFLINE);
    expect(kidOf(tokens.id_token)).to.equal('first');
    await at.app.reload({ secrets: { ...BEFORE, signing: [second, first, ec] } });
    const { keys } = JSON.parse((await visitor.get('/jwks')).text);
    expect(keys.map(({ kid }: { kid: string }) => kid)).to.have.members(['first', 'second', 'ec']);
    const hint = { prompt: 'none', id_token_hint: tokens.id_token ?? '' };
    const again = await redeem(at.rp, await askAgain(visitor, at.rp, hint));
    expect(kidOf(again.tokens.id_token)).to.equal('second');
    expect(kidOf((await refresh(at.rp, tokens.refresh_token)).id_token)).to.equal('second');
  });

  it('no longer verify when they are removed, and sign nobody out [R34]', async () => {
    const { visitor, tokens, claims } = await tokensFor(at.app, at.rp, 'new@open.test', OFFLINE);
    await at.app.reload({ secrets: { ...BEFORE, signing: [second, ec] } });
    const hint = { prompt: 'none', id_token_hint: tokens.id_token ?? '' };
    expect(errorOf(await askAgain(visitor, at.rp, hint))).to.equal('invalid_request');
    const leave = `/session/end?id_token_hint=${tokens.id_token}`;
    expect((await visitor.get(leave)).status).to.equal(400);
    const again = await redeem(at.rp, await askAgain(visitor, at.rp, { prompt: 'none' }));
    expect(again.claims.auth_time).to.equal(claims.auth_time);
    expect((await refresh(at.rp, tokens.refresh_token)).access_token).to.be.a('string');
  });

  it('of cookies can be replaced without an effect on people [R35]', async () => {
    const { visitor } = await tokensFor(at.app, at.rp, 'app@open.test', OFFLINE);
    const waiting = at.app.visitor();
    await askAgain(waiting, at.rp);
    await waiting.signIn('app@open.test', PASSWORD);
    await at.app.reload({ secrets: { ...BEFORE, cookies: [cookie('new'), cookie('old')] } });
    expect(errorOf(await askAgain(visitor, at.rp, { prompt: 'none' }))).to.equal(null);
    expect((await redeem(at.rp, await waiting.enterCode(nextCode(at.app)))).claims.acr).to.equal(MFA);
  });

  it('of cookies make everybody sign in again when they are removed too early [R35]', async () => {
    const { visitor, tokens } = await tokensFor(at.app, at.rp, 'new@open.test', OFFLINE);
    await at.app.reload({ secrets: { ...BEFORE, cookies: [cookie('new')] } });
    expect(errorOf(await askAgain(visitor, at.rp, { prompt: 'none' }))).to.equal('login_required');
    await askAgain(visitor, at.rp);
    expect(errorOf(await visitor.signIn('new@open.test', PASSWORD))).to.equal(null);
    expect((await refresh(at.rp, tokens.refresh_token)).access_token).to.be.a('string');
  });
});

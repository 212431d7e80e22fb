/** The replay of a rotated refresh token: its family ends, and nothing else. */
import { expect } from 'chai';
import { sentTo } from '../../flow/outbox.ts';
import {
  askAgain,
  confidential,
  errorOf,
  interaction,
  redeem,
  refresh,
  refusal,
  signIn as signInAt,
  tokensFor,
  withClients,
  withPeople,
} from '../story.ts';
import { AFTER, CLIENTS, createPublicClient, OFFLINE, ROTATING } from './public-client.ts';

describe('a replayed refresh token', () => {
  const at = interaction(() => ({
    ...withClients(...CLIENTS),
    ...withPeople({ 'robbed@open.test': 'new@open.test' }),
  }));
  const { party, ask, askTogether, rotate, userinfo, signIn } = createPublicClient(at);

  async function replaysOf(accountId: string) {
    const events = await at.app.parts.stores.audit.list({ accountId, limit: 200 });
    return events.filter(({ event }) => event === 'refresh_token.replayed');
  }

  it('ends its family, of which every token is refused [A46 A119]', async () => {
    const { tokens, visitor } = await signIn();
    const owner = await ask(tokens.refresh_token);
    at.clock.nextStep(AFTER);
    expect(await ask(tokens.refresh_token)).to.include({ status: 400, error: 'invalid_grant' });
    expect(await ask(owner.refreshToken)).to.include({ status: 400, error: 'invalid_grant' });
    for (const token of [tokens.access_token, owner.accessToken]) expect(await userinfo(token)).to.equal(401);
    // The session lives on.
    expect(errorOf(await askAgain(visitor, at.rp, { prompt: 'none' }))).to.equal(null);
  });

  it('ends its family even when it races with the rotation of its newest token [A119]', async () => {
    const { tokens } = await signIn();
    const owner = await ask(tokens.refresh_token);
    at.clock.nextStep(AFTER);
    const [rotated] = await Promise.all([ask(owner.refreshToken), ask(tokens.refresh_token)]);
    expect(await ask(owner.refreshToken)).to.include({ status: 400, error: 'invalid_grant' });
    expect(await ask(rotated.refreshToken)).to.include({ status: 400, error: 'invalid_grant' });
    expect(await userinfo(rotated.accessToken)).to.equal(401);
  });

  it('leaves one audit line and one notice for its family [A119]', async () => {
    const { tokens, claims } = await signIn('robbed@open.test');
    const next = await rotate(tokens.refresh_token);
    expect(await replaysOf(claims.sub)).to.deep.equal([]);
    at.clock.nextStep(AFTER);
    await rotate(next);
    at.clock.nextStep(AFTER);
    await Promise.all([askTogether(4, tokens.refresh_token), askTogether(4, next)]);
    await ask(tokens.refresh_token);

    const [line, ...more] = await replaysOf(claims.sub);
    expect(more).to.deep.equal([]);
    expect(line).to.include({
      accountId: claims.sub,
      clientId: 'tabs',
      tenantId: 'open',
      ip: '127.0.0.0/24',
    });
    const mails = await sentTo(at.app, 'robbed@open.test');
    expect(mails.map(({ subject }) => subject)).to.deep.equal([
      'You were signed out of an application at open',
    ]);
    expect(mails[0]?.text).to.include('Application: The Tabs').and.include('/not-me/');
  });

  it('leaves the other families of the same session and grant alone [A119]', async () => {
    const { tokens, visitor } = await signIn();
    const tabs = await party();
    const other = (await redeem(tabs, await askAgain(visitor, tabs, OFFLINE))).tokens;
    await rotate(tokens.refresh_token);
    const kept = await ask(other.refresh_token);
    at.clock.nextStep(AFTER);
    expect((await ask(tokens.refresh_token)).error).to.equal('invalid_grant');
    for (const token of [other.access_token, kept.accessToken]) expect(await userinfo(token)).to.equal(200);
    await rotate(kept.refreshToken);
  });

  it('leaves the consent of the person alone [A119]', async () => {
    const asking = await party('asking');
    const visitor = at.app.visitor();
    const parameters = { ...OFFLINE, prompt: 'consent' };
    await signInAt(at.app, visitor, await asking.authorizationUrl(parameters), 'new@open.test');
    const end = await visitor.follow(await visitor.submit(visitor.page, {}, 'allow'));
    const { tokens } = await redeem(asking, end);
    await ask(tokens.refresh_token, 'asking');
    at.clock.nextStep(AFTER);
    expect((await ask(tokens.refresh_token, 'asking')).error).to.equal('invalid_grant');
    expect(errorOf(await askAgain(visitor, asking, { prompt: 'none' }))).to.equal(null);
  });

  it('is none after a request that was refused, and so gave no other token [A119]', async () => {
    const { tokens } = await signIn();
    const fields = {
      grant_type: 'refresh_token',
      refresh_token: tokens.refresh_token ?? '',
      client_id: 'tabs',
    };
    const body = new URLSearchParams({ ...fields, resource: 'https://unknown.test' });
    const refused = await fetch(new URL('/token', at.app.origin), { method: 'POST', body });
    expect(await refused.json()).to.include({ error: 'invalid_target' });
    at.clock.nextStep(AFTER);
    await rotate(tokens.refresh_token);
  });

  it('harms no family in the hands of another client [A119]', async () => {
    const { tokens, claims } = await signIn();
    const next = await rotate(tokens.refresh_token);
    const before = (await replaysOf(claims.sub)).length;
    for (const elapsed of [0, AFTER]) {
      at.clock.nextStep(elapsed);
      expect((await ask(tokens.refresh_token, 'other')).error).to.equal('invalid_grant');
    }
    await rotate(next);
    expect(await replaysOf(claims.sub)).to.have.length(before);
  });

  it('ends its family when the client began to rotate after its sign-in [A119]', async () => {
    const { clients } = withClients(...CLIENTS, confidential('late', { refresh_tokens: 'offline' }));
    await at.app.reload({ clients });
    const late = await at.app.relyingParty('late');
    const { tokens } = await tokensFor(at.app, late, 'new@open.test', OFFLINE);
    expect((await refresh(late, tokens.refresh_token)).refresh_token).to.equal(tokens.refresh_token);
    await at.app.reload(withClients(...CLIENTS, confidential('late', ROTATING)));
    const next = await refresh(late, tokens.refresh_token);
    expect((await refresh(late, tokens.refresh_token)).refresh_token).to.equal(next.refresh_token);
    at.clock.nextStep(AFTER);
    for (const token of [tokens.refresh_token, next.refresh_token]) {
      expect(await refusal(refresh(late, token))).to.equal('invalid_grant');
    }
    expect(await userinfo(next.access_token)).to.equal(401);
  });
});

/** The overlap of a rotation: for some seconds the older tokens of a family answer with its newest. */
import { expect } from 'chai';
import { StoreUnavailable } from '../../../../src/ports/faults.ts';
import { interaction, post, refresh, refusal, tokensFor, withClients } from '../story.ts';
import { AFTER, CLIENTS, createPublicClient, OFFLINE, OVERLAP } from './public-client.ts';

describe('a rotated refresh token', () => {
  /** The act that finds its store away. */
  let away: 'insert' | 'consume' | 'upsert' | null = null;
  const unless =
    <Given extends unknown[], Result>(name: typeof away, act: (...given: Given) => Result) =>
    (...given: Given) => {
      if (away === name) throw new StoreUnavailable('away');
      return act(...given);
    };
  const at = interaction(() => withClients(...CLIENTS), {
    around: (stores) => {
      const { providerDurable: durable, providerShortLived: shortLived } = stores;
      return {
        ...stores,
        providerDurable: {
          ...durable,
          insert: unless('insert', durable.insert),
          consume: unless('consume', durable.consume),
        },
        providerShortLived: { ...shortLived, upsert: unless('upsert', shortLived.upsert) },
      };
    },
  });
  const { ask, askTogether, rotate, userinfo, signIn } = createPublicClient(at);

  it('answers fifty simultaneous requests with one and the same successor [A119]', async () => {
    const { tokens } = await signIn();
    const answers = await askTogether(50, tokens.refresh_token);
    expect(new Set(answers.map(({ status }) => status))).to.deep.equal(new Set([200]));
    const successors = new Set(answers.map(({ refreshToken }) => refreshToken));
    expect(successors.size).to.equal(1);
    const accessTokens = answers.map(({ accessToken }) => accessToken);
    expect(new Set(accessTokens).size).to.equal(50);
    expect(new Set(await Promise.all(accessTokens.map(userinfo)))).to.deep.equal(new Set([200]));
    const [successor = ''] = successors;
    expect(successor).not.to.equal(tokens.refresh_token);
    await rotate(successor);
  });

  it('answers again when its answer was lost, until the overlap ends [A119]', async () => {
    const { tokens } = await signIn();
    const lost = await ask(tokens.refresh_token);
    at.clock.nextStep(OVERLAP);
    const found = await ask(tokens.refresh_token);
    expect(found).to.include({ status: 200, refreshToken: lost.refreshToken });
    expect(found.accessToken).not.to.equal(lost.accessToken);
    await rotate(found.refreshToken);
  });

  it('answers with the newest token after three rotations within the overlap [A119]', async () => {
    const { tokens } = await signIn();
    const chain = [tokens.refresh_token ?? ''];
    for (let rotations = 0; rotations < 3; rotations += 1) chain.push(await rotate(chain.at(-1)));
    for (const older of chain.slice(0, -1)) {
      expect((await ask(older)).refreshToken).to.equal(chain.at(-1));
    }
    await rotate(chain.at(-1));
  });

  it('never forks its family when tokens of several ages arrive at once [A119]', async () => {
    const { tokens } = await signIn();
    const first = tokens.refresh_token ?? '';
    const second = await rotate(first);
    const answers = (await Promise.all([askTogether(8, first), askTogether(8, second)])).flat();
    expect(answers.filter(({ status }) => status !== 200)).to.deep.equal([]);
    const all = new Set([first, second, ...answers.map(({ refreshToken }) => refreshToken)]);
    // Two generations at most: the successor of the second is not presented by anybody.
    expect(all.size).to.equal(3);
    const [third = ''] = [...all].filter((token) => token !== first && token !== second);
    for (const older of [first, second]) expect((await ask(older)).refreshToken).to.equal(third);
  });

  for (const act of ['insert', 'consume', 'upsert'] as const) {
    it(`is still good long after an outage in which its ${act} failed [A119]`, async () => {
      const { tokens } = await signIn();
      away = act;
      expect((await ask(tokens.refresh_token)).status).to.equal(503);
      away = null;
      at.clock.nextStep(AFTER);
      const next = await ask(tokens.refresh_token);
      expect(next.status).to.equal(200);
      expect((await ask(tokens.refresh_token)).refreshToken).to.equal(next.refreshToken);
      await rotate(next.refreshToken);
    });
  }

  it('is refused without harm after more rotations than a person makes within the overlap', async () => {
    await at.app.reload({ tokens: { refresh_overlap_seconds: 60 } });
    const { tokens } = await signIn();
    let newest = tokens.refresh_token ?? '';
    for (let rotations = 0; rotations < 51; rotations += 1) newest = await rotate(newest);
    expect(await ask(tokens.refresh_token)).to.include({ status: 400, error: 'invalid_grant' });
    await rotate(newest);
    await at.app.reload({ tokens: {} });
  });

  it('is inactive at introspection as soon as it was used [A46]', async () => {
    const rotating = await at.app.relyingParty('rotating');
    const { tokens } = await tokensFor(at.app, rotating, 'new@open.test', OFFLINE);
    const isActive = async (token = '') =>
      (await post(at.app, '/token/introspection', { token }, 'rotating')).body.active;
    expect(await isActive(tokens.refresh_token)).to.equal(true);
    const next = await refresh(rotating, tokens.refresh_token);
    expect(await isActive(tokens.refresh_token)).to.equal(false);
    expect(await isActive(next.refresh_token)).to.equal(true);
  });
});

describe('a refresh token of a client with a secret', () => {
  const at = interaction();

  it('stays the same for four simultaneous requests, which all succeed [A119]', async () => {
    const { tokens } = await tokensFor(at.app, at.rp, 'new@open.test', OFFLINE);
    const answers = await Promise.all(Array.from({ length: 4 }, () => refresh(at.rp, tokens.refresh_token)));
    for (const answer of answers) expect(answer.refresh_token).to.equal(tokens.refresh_token);
    expect(new Set(answers.map(({ access_token }) => access_token)).size).to.equal(4);
    at.clock.nextStep(AFTER);
    expect((await refresh(at.rp, tokens.refresh_token)).refresh_token).to.equal(tokens.refresh_token);
  });
});

describe('a rotated refresh token without an overlap', () => {
  const at = interaction(() => ({
    ...withClients(...CLIENTS),
    tokens: { refresh_overlap_seconds: 0 },
  }));

  it('succeeds once when it is used twice at the same time, and ends its family [A46]', async () => {
    const rotating = await at.app.relyingParty('rotating');
    const { tokens } = await tokensFor(at.app, rotating, 'new@open.test', OFFLINE);
    const fields = { grant_type: 'refresh_token', refresh_token: tokens.refresh_token ?? '' };
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => post(at.app, '/token', fields, 'rotating')),
    );
    const won = answers.filter(({ status }) => status === 200);
    expect(won).to.have.length(1);
    for (const { status, body } of answers) if (status !== 200) expect(body.error).to.equal('invalid_grant');
    expect(await refusal(refresh(rotating, String(won[0]?.body.refresh_token)))).to.equal('invalid_grant');
  });
});

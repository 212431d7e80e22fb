import { expect } from 'chai';
import { type MongoStores, mongo } from '../../../src/mongo.ts';
import { type RedisStores, redis } from '../../../src/redis.ts';
import { type GuestHost, startGuest } from '../../support/hosts/guest-host.ts';
import { IN_EXPRESS } from '../../support/hosts/guest-kinds.ts';
import { mongoDatabase } from '../../support/stores/mongo.ts';
import { freshPrefix, redisUrl } from '../../support/stores/redis.ts';
import { createPost, NUMBER, sendAtSetUp } from '../post.ts';
import { begin, type InteractionContext, MFA, nextCode, redeem, signedIn } from '../story.ts';

describe('a host with stores in MongoDB and Redis [U.2]', () => {
  const database = mongoDatabase();
  const url = redisUrl();
  const prefix = freshPrefix(url);
  let durable: MongoStores;
  let shortLived: RedisStores;
  let host: GuestHost;
  let at: InteractionContext;

  beforeEach(async () => {
    durable = await mongo({ uri: database().uri });
    shortLived = await redis({ uri: url(), prefix: prefix() });
    host = await startGuest(IN_EXPRESS, { stores: { durable, shortLived } });
    at = { host, rp: await host.relyingParty() };
  });
  afterEach(async () => {
    await host.stop();
    shortLived.close();
    await durable.close();
  });

  it('signs people in, asks for a code from then on, and refuses a used code', async () => {
    const { secret } = await signedIn(at, 'ann');
    const code = nextCode(host, secret);
    const visitor = host.visitor();
    expect((await begin(at, visitor, 'ann')).name).to.equal('enter-code');
    expect((await redeem(at.rp, await visitor.enterCode(code))).claims.acr).to.equal(MFA);
    const again = host.visitor();
    await begin(at, again, 'ann');
    expect((await again.enterCode(code)).error).to.equal('code_used');
    const factors = await host.lock.factors.list('ann');
    expect(factors.map(({ method }) => method)).to.have.members(['totp', 'recovery']);
    await Promise.all([durable.ping(), shortLived.ping()]);
  });

  it('sends codes by mail and by SMS, and notices of enrolments with its own link', async () => {
    const post = createPost(() => at, { notMeUrl: ({ id }) => `${host.issuer}/not-me/${id}` });
    await host.restart(post.options);
    for (const [name, method, to] of [
      ['ann', 'email', 'ann@host.test'],
      ['bob', 'sms', NUMBER],
    ] as const) {
      const visitor = host.visitor();
      await begin(at, visitor, name);
      await sendAtSetUp(visitor, method);
      await redeem(at.rp, await visitor.enterCode(post.codeTo(to)));
      const [notice] = post.sent.filter(({ text }) => text.includes(`${host.issuer}/not-me/${name}`));
      expect(notice).to.include({ channel: 'email', to: `${name}@host.test` });

      const other = host.visitor();
      await begin(at, other, name);
      await other.chooseMethod(method);
      const { claims } = await redeem(at.rp, await other.enterCode(post.codeTo(to)));
      expect(claims.amr).to.include(method);
      const again = host.visitor();
      await begin(at, again, name);
      await again.chooseMethod(method);
      // Two wrong codes: one of another sign-in, and a used one; this sign-in was sent a third.
      const [used, newest] = post.sent.slice(-2).map(({ text }) => /\b\d{6}\b/.exec(text)?.[0] ?? '');
      if (used !== newest) expect((await again.enterCode(used ?? '')).error).to.equal('code_invalid');
    }
  });
});

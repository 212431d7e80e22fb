/** The contents of Redis: keys that hold no secret and expire, and damaged values. */
import { expect } from 'chai';
import { Redis } from 'ioredis';
import { openRedisShortLived, type RedisShortLived } from '../../../src/adapters/redis/open.ts';
import { toStoredAuthentication } from '../../../src/domain/sign-in/stored-authentication.ts';
import { EMPTY_TRANSACTION } from '../../../src/domain/sign-in/transaction.ts';
import { aChallenge, aTransaction, MINUTE, NOW } from '../../contracts/examples.ts';
import { MALFORMED_AUTHENTICATIONS, MALFORMED_MORE } from '../../contracts/malformed.ts';
import { CLOCK, closedAfterwards, freshPrefix, redisUrl } from '../../support/stores/redis.ts';

/** No JSON, JSON of another shape, JSON that means harm. */
const MALFORMED = [
  '',
  '{',
  'null',
  '7',
  '"text"',
  '[1]',
  '[{}]',
  '{"__proto__":{"polluted":true}}',
  '\u0000',
];

const EXPIRES = NOW + MINUTE;
/** In milliseconds: how much longer than asked for the server may keep things. */
const KEPT_LONGER = MINUTE;

/** A transaction of version 1 in the field names of the schema. */
function storedTransaction() {
  const { authentications, pendingEnrolment, ...transaction } = aTransaction({ version: 1 });
  return {
    ...transaction,
    proofs: authentications.map(toStoredAuthentication),
    pending: pendingEnrolment,
  };
}

describe('the contents of Redis', () => {
  const url = redisUrl();
  const prefix = freshPrefix(url);
  const keep = closedAfterwards();
  let stores: RedisShortLived;
  let look: Redis;

  beforeEach(async () => {
    stores = keep(await openRedisShortLived({ uri: url(), clock: CLOCK, prefix: prefix() }));
    look = new Redis(url());
    keep({ close: () => look.disconnect() });
  });

  const keys = async () => (await look.keys(`${prefix()}*`)).map((key) => key.slice(prefix().length)).sort();
  const lifetimes = async () => {
    const all = await keys();
    return Promise.all(all.map(async (key) => [key, await look.pttl(prefix() + key)] as const));
  };

  it('expire by themselves, at most a minute late [R37 R38]', async () => {
    const { attempts, rates, transactions, outbox, providerShortLived: provider } = stores;
    const limits = [{ counter: 'account', limit: 3, windowMs: MINUTE }];
    await attempts.take({ owner: 'account-1', id: 'attempt-1', bucket: 'totp', atMs: NOW, limits });
    for (const later of [0, 1])
      await rates.take('address:192.0.2.1', { limit: 1, windowMs: MINUTE }, NOW + later);
    await transactions.save(aTransaction());
    await provider.upsert('Session', 'session-1', { uid: 'uid-1', grantId: 'grant-1' }, EXPIRES);
    await provider.upsert('AccessToken', 'token-1', { grantId: 'grant-1' }, EXPIRES);
    await provider.upsert('AccessToken', 'token-2', { grantId: 'grant-1' }, NOW + 1);
    await provider.consume('AccessToken', 'token-1', NOW);
    await provider.destroy('AccessToken', 'token-2');
    await stores.ping();
    for (const [key, lifetime] of await lifetimes()) {
      expect(lifetime, key).to.be.within(1, MINUTE + KEPT_LONGER);
    }
    await outbox.append({ channel: 'email', to: 'bob@acme.test', subject: '', text: '', html: null }, NOW);
    for (const [key, lifetime] of await lifetimes()) expect(lifetime, key).to.be.above(0);
    expect(await keys()).to.have.length(10 + 2);
  });

  it('list only the live payloads of a grant, however many were issued', async () => {
    let now = NOW;
    const clock = { now: () => now };
    const later = keep(await openRedisShortLived({ uri: url(), clock, prefix: prefix() }));
    for (let issued = 0; issued < 20; issued += 1) {
      now += MINUTE;
      const token = { grantId: 'grant-1' };
      await later.providerShortLived.upsert('AccessToken', `token-${issued}`, token, now + MINUTE);
    }
    expect(await look.zcard(`${prefix()}provider-grant:{AccessToken:grant-1}`)).to.be.below(5);
    await later.providerShortLived.revokeByGrantId('AccessToken', 'grant-1');
    expect(await later.providerShortLived.find('AccessToken', 'token-19', now)).to.equal(null);
  });

  it('keep names with braces, percent signs and colons apart, each in one slot', async () => {
    const owners = ['a}b', 'a%7Db', 'a}', '{a', 'a:b', 'a'];
    const limits = [
      { counter: 'b', limit: 1, windowMs: MINUTE },
      { counter: '{c}', limit: 1, windowMs: MINUTE },
    ];
    for (const owner of owners) {
      const verdict = await stores.attempts.take({
        owner,
        id: 'attempt-1',
        bucket: 'totp',
        atMs: NOW,
        limits,
      });
      expect(verdict, owner).to.deep.equal({ ok: true, left: { b: 0, '{c}': 0 } });
    }
    const found = await keys();
    expect(found).to.have.length(2 * owners.length);
    const tags = new Set(found.map((key) => /\{(.*?)\}/.exec(key)?.[1]));
    expect(tags.size).to.equal(owners.length);
  });

  it('treat an unreadable transaction as absent, and allow a new one [R33]', async () => {
    const damaged = [...MALFORMED_AUTHENTICATIONS.map((proofs) => ({ proofs })), ...MALFORMED_MORE].map(
      (part) => JSON.stringify({ ...storedTransaction(), ...part }),
    );
    for (const text of [...MALFORMED, ...damaged]) {
      expect(await stores.transactions.save(aTransaction()), text).to.be.an('object');
      await look.hset(`${prefix()}progress:{interaction-1}`, 'value', text);
      expect(await stores.transactions.find('interaction-1', NOW), text).to.equal(null);
    }
  });

  it('give the missing fields of an older transaction their initial values [R26]', async () => {
    const { challenges, isSetUpProven, newCodes, trustBrowser, ...older } = storedTransaction();
    const text = JSON.stringify(older);
    await look.hset(`${prefix()}progress:{interaction-1}`, 'version', 1, 'value', text);
    const found = await stores.transactions.find('interaction-1', NOW);
    expect(found).to.deep.equal(aTransaction({ ...EMPTY_TRANSACTION, version: 1 }));
    const next = aTransaction({ version: 1, challenges: [aChallenge()] });
    expect(await stores.transactions.save(next)).to.be.an('object');
    expect(await stores.transactions.find('interaction-1', NOW)).to.deep.equal({ ...next, version: 2 });
  });

  it('give a message of an older release without HTML [R26]', async () => {
    const message = {
      channel: 'email',
      to: 'bob@acme.test',
      subject: 'Your code',
      text: '123456',
      sentAt: NOW,
    };
    await look.lpush(`${prefix()}outbox:{messages}`, JSON.stringify(message));
    expect(await stores.outbox.list(1)).to.deep.equal([{ ...message, html: null }]);
  });

  it('keep the fields of a newer release in transactions, authentications and messages [R26]', async () => {
    const told = { shoeSize: 43, nested: { since: 'tomorrow' } };
    const key = `${prefix()}progress:{interaction-1}`;
    const value = async () => JSON.parse((await look.hget(key, 'value')) ?? '');
    const pending = { enrolmentId: 'enrolment-2', method: 'totp', secret: 'sealed' } as const;
    await stores.transactions.save(aTransaction({ challenges: [aChallenge()], pendingEnrolment: pending }));
    const stored = await value();
    const newer = {
      ...stored,
      ...told,
      proofs: [{ ...stored.proofs[0], ...told }],
      challenges: [{ ...aChallenge(), ...told }],
      pending: { ...pending, ...told },
    };
    await look.hset(key, { value: JSON.stringify(newer), shoeSize: 43 });

    const found = await stores.transactions.find('interaction-1', NOW);
    if (!found) throw new Error('there is no transaction');
    const totp = { method: 'totp', enrolmentId: 'enrolment-1', atMs: NOW } as const;
    const changed = { ...found, later: true, authentications: [...found.authentications, totp] };
    expect(await stores.transactions.save(changed)).to.be.an('object');
    expect(await value()).to.deep.equal({
      ...newer,
      version: 2,
      later: true,
      proofs: [...newer.proofs, { method: 'totp', enrolmentId: 'enrolment-1', at: NOW }],
    });
    expect(await look.hget(key, 'shoeSize')).to.equal('43');
  });

  it('treat a payload of the provider that is no object as absent, and let none reach a prototype [R33 A89]', async () => {
    const { providerShortLived: provider } = stores;
    await provider.upsert('Session', 'other', { uid: 'uid-2' }, null);
    for (const text of MALFORMED) {
      await provider.upsert('Session', 'session-1', { uid: 'uid-1' }, EXPIRES);
      await look.hset(`${prefix()}provider:{Session:session-1}`, 'payload', text);
      const found = await provider.find('Session', 'session-1', NOW);
      expect(found === null, text).to.equal(!text.startsWith('{"'));
      expect(Object.hasOwn(found ?? {}, 'polluted'), text).to.equal(false);
      expect(await provider.find('Session', 'other', NOW)).to.deep.equal({ uid: 'uid-2' });
      expect(await provider.destroy('Session', 'session-1'), text).to.equal(true);
    }
    expect('polluted' in {}).to.equal(false);
  });

  it('omit an unreadable message [R33]', async () => {
    const message = { channel: 'sms', to: '+31201234567', subject: '', text: '123456', html: null } as const;
    await stores.outbox.append(message, NOW);
    await look.lpush(`${prefix()}outbox:{messages}`, ...MALFORMED);
    expect(await stores.outbox.list(20)).to.deep.equal([{ ...message, sentAt: NOW }]);
  });

  it('report a value of a foreign type as a fault of the store, not of the program', async () => {
    await look.set(`${prefix()}progress:{interaction-1}`, 'text');
    const outcome = await stores.transactions.find('interaction-1', NOW).catch((error: Error) => error.name);
    expect(outcome).to.equal('StoreUnavailable');
  });

  it('need no sweep', async () => {
    await stores.transactions.save(aTransaction());
    expect(await stores.sweep(NOW + 10 * MINUTE, 0)).to.equal(0);
    expect(await keys()).to.have.length(1);
  });
});

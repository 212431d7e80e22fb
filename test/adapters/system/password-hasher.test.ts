/** Passwords: hashed as told, compared without telling who exists, a bounded number at a time. */
import { availableParallelism } from 'node:os';
import { hash } from '@node-rs/argon2';
import { expect } from 'chai';
import { createPasswordHasher } from '../../../src/adapters/system/password-hasher.ts';
import { Busy, type PasswordHasher } from '../../../src/ports/system.ts';

const PASSWORD = 'correct horse battery staple';

/** Measures the least CPU time of each, in turns; the other load of the machine does not count. */
async function leastWorkOf(
  one: () => Promise<unknown>,
  other: () => Promise<unknown>,
): Promise<[number, number]> {
  const least: [number, number] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let turn = 0; turn < 40; turn += 1) {
    const place = turn % 2 === 0 ? 0 : 1;
    const before = process.cpuUsage();
    await (place === 0 ? one : other)();
    const { user, system } = process.cpuUsage(before);
    least[place] = Math.min(least[place], user + system);
  }
  return least;
}

describe('the password hasher', () => {
  const hasher = createPasswordHasher({ concurrency: 2, queueLimit: 100, refusalMs: 0 });

  it('hashes by argon2id with 19 MiB, two passes, one lane and a fresh salt', async () => {
    const [one, two] = await Promise.all([hasher.hash(PASSWORD), hasher.hash(PASSWORD)]);
    // 16 bytes of salt and 32 of tag, in base64 without padding (PHC string format).
    expect(one).to.match(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]{22}\$[\w+/]{43}$/);
    expect(one).to.not.equal(two);
  });

  it('accepts the right password and refuses any other', async () => {
    const stored = await hasher.hash(PASSWORD);
    expect(await check(hasher, stored, PASSWORD)).to.equal(true);
    for (const wrong of ['', 'Correct horse battery staple', `${PASSWORD} `, `${PASSWORD}\u0000`]) {
      expect(await check(hasher, stored, wrong), wrong).to.equal(false);
    }
  });

  it('verifies a hash that was made elsewhere', async () => {
    // From the reference implementation's own tests (P-H-C/phc-winner-argon2, src/test.c).
    const known = '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc';
    expect(await check(hasher, known, 'password')).to.equal(true);
    expect(await check(hasher, known, 'passwore')).to.equal(false);
  });

  it('compares every character of a long password, non-ASCII ones included', async () => {
    const long = 'é'.repeat(127);
    const stored = await hasher.hash(`${long}a`);
    expect(await check(hasher, stored, `${long}a`)).to.equal(true);
    expect(await check(hasher, stored, `${long}b`)).to.equal(false);
  });

  it('refuses an unknown account after the same work [A95]', async () => {
    const stored = await hasher.hash(PASSWORD);
    expect(await check(hasher, null, PASSWORD)).to.equal(false);
    expect(await check(hasher, null, '')).to.equal(false);
    const [known, unknown] = await leastWorkOf(
      () => check(hasher, stored, 'wrong'),
      () => check(hasher, null, 'wrong'),
    );
    expect(unknown / known).to.be.within(0.5, 2);
  });

  it('refuses a hash with other parameters no sooner and no later than its own [A115]', async () => {
    const slow = createPasswordHasher({ concurrency: 2, queueLimit: 10, refusalMs: 400 });
    const options = { memoryCost: 8192, timeCost: 1 };
    const [cheap, dear] = await Promise.all([
      hash(PASSWORD, options),
      hash(PASSWORD, { memoryCost: 65_536, timeCost: 3 }),
    ]);
    for (const stored of [cheap, dear, null, await slow.hash(PASSWORD)]) {
      const begun = performance.now();
      expect(await check(slow, stored, 'wrong')).to.equal(false);
      expect(performance.now() - begun).to.be.at.least(400);
    }
    expect(await check(slow, cheap, PASSWORD)).to.equal(true);
  });

  it('keeps no place of others while a refusal waits [A115]', async () => {
    const slow = createPasswordHasher({ concurrency: 1, queueLimit: 10, refusalMs: 400 });
    const stored = await slow.hash(PASSWORD);
    let isRefused = false;
    const refused = check(slow, stored, 'wrong').then(() => {
      isRefused = true;
    });
    expect(await check(slow, stored, PASSWORD)).to.equal(true);
    expect(isRefused).to.equal(false);
    await refused;
  });

  it('refuses a value that is no argon2 hash after the same work [A95]', async () => {
    const stored = await hasher.hash(PASSWORD);
    for (const text of [
      '',
      PASSWORD,
      '$2b$10$abcdefghijklmnopqrstuv',
      '$argon2id$v=19$m=19456,t=2,p=1$',
      '\u0000',
    ]) {
      expect(await check(hasher, text, PASSWORD), text).to.equal(false);
    }
    const [known, odd] = await leastWorkOf(
      () => check(hasher, stored, 'wrong'),
      () => check(hasher, '$2b$10$abc', 'wrong'),
    );
    expect(odd / known).to.be.within(0.5, 2);
  });

  it('requests a new hash for outdated parameters', async () => {
    const current = { memoryCost: 19_456, timeCost: 2, parallelism: 1, outputLen: 32 };
    const withChanges = (changes: object) => hash(PASSWORD, { ...current, ...changes });
    expect(hasher.needsRehash(await hasher.hash(PASSWORD))).to.equal(false);
    expect(hasher.needsRehash(await withChanges({}))).to.equal(false);
    const others = [
      { memoryCost: 19_455 },
      { timeCost: 1 },
      { timeCost: 3 },
      { parallelism: 2 },
      { outputLen: 16 },
    ];
    // Argon2d, Argon2i, version 0x10, a short salt.
    const kinds = [{ algorithm: 0 }, { algorithm: 1 }, { version: 0 }, { salt: Buffer.alloc(8) }];
    for (const changes of [...others, ...kinds]) {
      expect(hasher.needsRehash(await withChanges(changes)), JSON.stringify(changes)).to.equal(true);
    }
    for (const text of ['', PASSWORD, '$2b$10$abcdefghijklmnopqrstuv', '$argon2id$']) {
      expect(hasher.needsRehash(text), text).to.equal(true);
    }
  });

  it('queues a bounded number, rejects the others at once, and continues when there is room [R39]', async () => {
    const narrow = createPasswordHasher({ concurrency: 1, queueLimit: 3 });
    const order: number[] = [];
    const calls = Array.from({ length: 10 }, (_, index) =>
      check(narrow, null, PASSWORD).then(
        () => void order.push(index),
        (error: unknown) => error,
      ),
    );
    const outcomes = await Promise.all(calls);
    expect(outcomes.slice(0, 4)).to.deep.equal([undefined, undefined, undefined, undefined]);
    for (const outcome of outcomes.slice(4)) expect(outcome).to.be.instanceOf(Busy);
    expect(order, 'one at a time, in the order in which they came').to.deep.equal([0, 1, 2, 3]);
    expect(await narrow.hash(PASSWORD)).to.match(/^\$argon2id\$/);
  });

  it('rejects callers that waited too long, and keeps the order of the others [R30]', async () => {
    const stuck = createPasswordHasher({ concurrency: 1, queueLimit: 10, waitMs: 50 });
    const gate = Promise.withResolvers<string>();
    const first = stuck.inTurn(() => gate.promise);
    const others = await Promise.allSettled([stuck.hash(PASSWORD), check(stuck, null, PASSWORD)]);
    for (const outcome of others) expect(outcome).to.have.property('reason').that.is.instanceOf(Busy);
    gate.resolve('in front');
    expect(await first).to.equal('in front');
    expect(await check(stuck, null, PASSWORD)).to.equal(false);
  });

  it('runs no more hashes at once than there are processors [R39]', async () => {
    const greedy = createPasswordHasher({ concurrency: 1000, queueLimit: 0 });
    const attempts = Array.from({ length: availableParallelism() + 5 }, () => check(greedy, null, PASSWORD));
    const settled = await Promise.allSettled(attempts);
    expect(settled.filter(({ status }) => status === 'fulfilled')).to.have.length(availableParallelism());
  });

  it('keeps the event loop free while it hashes [R39]', async () => {
    let turns = 0;
    let turning = setImmediate(function turn() {
      turns += 1;
      turning = setImmediate(turn);
    });
    await Promise.all(Array.from({ length: 8 }, () => check(hasher, null, PASSWORD)));
    clearImmediate(turning);
    expect(turns).to.be.above(50);
  });

  it('refuses a hash with impossible parameters, and frees its place', async () => {
    const narrow = createPasswordHasher({ concurrency: 1, queueLimit: 0 });
    const tag = 'c29tZXNhbHRzb21lc2FsdA$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc';
    for (const parameters of ['m=8,t=1,p=16', 'm=19456,t=0,p=1', 'm=19456,t=2,p=0', 'm=x,t=2,p=1', '']) {
      expect(await check(narrow, `$argon2id$v=19$${parameters}$${tag}`, PASSWORD), parameters).to.equal(
        false,
      );
    }
    expect(await check(narrow, await narrow.hash(PASSWORD), PASSWORD)).to.equal(true);
  });
});

function check(hasher: PasswordHasher, stored: string | null, password: string): Promise<boolean> {
  return hasher.inTurn((verify) => verify(stored, password));
}

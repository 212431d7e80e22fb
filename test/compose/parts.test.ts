/** Putting the process together. */
import { expect } from 'chai';
import { createPasswordHasher } from '../../src/adapters/system/password-hasher.ts';
import { cipherOf } from '../../src/compose/keys.ts';
import { openParts, secretsOf, seedAccounts } from '../../src/compose/parts.ts';
import { loadConfig } from '../../src/config/load.ts';
import type { Config } from '../../src/config/shape.ts';
import { freePort } from '../support/process/free-port.ts';
import { freshDataDir } from '../support/stores/embedded.ts';
import { eventually } from '../support/time/eventually.ts';

/** Milliseconds: a refused connection is one at once. */
const PATIENCE_MS = 10_000;

describe('seeding the accounts of a configuration', () => {
  const dataDir = freshDataDir();

  it('creates more of them than the hasher queues [0.4]', async () => {
    const config = loadConfig({ env: { DATA_DIR: dataDir() }, cwd: dataDir() });
    const parts = {
      ...(await openParts(config)),
      hasher: createPasswordHasher({ concurrency: 1, queueLimit: 1 }),
    };
    const many = withAccounts(config, 12);
    await seedAccounts(many, parts, await cipherOf(secretsOf(config), parts));
    expect(await parts.stores.accounts.pageByTenant('acme', null, 100)).to.have.length(12);
    parts.stores.close();
  });
});

describe('the parts of a process', () => {
  const dataDir = freshDataDir();

  it('count a mail that was queued and later given up [R15]', async () => {
    const env = {
      DATA_DIR: dataDir(),
      LOG_LEVEL: 'silent',
      SMTP_URL: `smtp://127.0.0.1:${await freePort()}`,
    };
    const config = loadConfig({ env, cwd: dataDir() });
    const parts = await openParts(config);
    const { senders, metrics, stores } = parts;
    const sender = await senders.of(config, await cipherOf(secretsOf(config), parts));
    const counted = async () =>
      /undelivered_total\{channel="email"\} (\d+)/.exec((await metrics.exposition()).text)?.[1];
    expect(await counted()).to.equal('0');
    await sender.send({
      channel: 'email',
      to: 'bob@acme.test',
      subject: 'A code',
      text: '123456',
      html: null,
      // Before a second attempt.
      expiresAt: Date.now() + 900,
    });
    await eventually(async () => expect(await counted()).to.equal('1'));
    await senders.close(PATIENCE_MS);
    await stores.close();
  });
});

function withAccounts(config: Config, count: number): Config {
  const [like] = config.accounts;
  if (!like) throw new Error('the demo has no account');
  return {
    ...config,
    accounts: Array.from({ length: count }, (_, n) => ({ ...like, email: `person${n}@acme.test` })),
  };
}

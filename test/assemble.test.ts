/** Putting the process together. */
import { expect } from 'chai';
import { createPasswordHasher } from '../src/adapters/system/password-hasher.ts';
import { openParts, secretsOf, seedAccounts } from '../src/assemble.ts';
import type { Config } from '../src/config/shape.ts';
import { loadConfig } from '../src/config.ts';
import { boxOf } from '../src/keys.ts';
import { freshDataDir } from './support/embedded.ts';

describe('seeding the accounts of a configuration', () => {
  const dataDir = freshDataDir();

  it('0.4 creates more of them than the hasher lets wait', async () => {
    const config = loadConfig({ env: { DATA_DIR: dataDir() }, cwd: dataDir() });
    const parts = {
      ...(await openParts(config)),
      hasher: createPasswordHasher({ concurrency: 1, queueLimit: 1 }),
    };
    const many = withAccounts(config, 12);
    await seedAccounts(many, parts, await boxOf(secretsOf(config), parts));
    expect(await parts.stores.accounts.listByTenant('acme')).to.have.length(12);
    parts.stores.close();
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

/** A configuration with thousands of accounts: the start, a sign-in before its turn, a reload, and the end. */
import { expect } from 'chai';
import { openEmbedded } from '../../../src/adapters/embedded/open.ts';
import { PASSWORD, standardConfig, type Yaml } from '../../support/app.ts';
import { freshDataDir } from '../../support/stores/embedded.ts';
import { configAt, PATIENCE_MS, programs, READY_WITHIN_MS, STOPPED_WITHIN_MS } from '../program.ts';

const COUNT = 3000;

describe('the program with three thousand accounts in its configuration', function () {
  this.timeout(2 * PATIENCE_MS);
  const { start } = programs();
  const dataDir = freshDataDir();

  const person = (index: number): Yaml => ({
    email: `person-${index}@open.test`,
    tenant: 'open',
    name: `Person ${index}`,
    password: PASSWORD,
  });
  const accounts = (changes: Yaml = {}) => [
    ...Array.from({ length: COUNT }, (_, index) => person(index)),
    { ...person(COUNT), ...changes },
  ];

  async function countStored(): Promise<number> {
    const stores = openEmbedded({ dataDir: dataDir() });
    const found = await stores.accounts.pageByTenant('open', null, COUNT * 2);
    stores.close();
    return found.length;
  }

  it('is ready within 5 s, lets the last of them sign in at once, and stops within 5 s [0.4]', async () => {
    const config = { ...standardConfig(), accounts: accounts() };
    const program = await start({ config, dataDir: dataDir() });
    expect(program.readyAfter).to.be.below(READY_WITHIN_MS);
    const visitor = program.visitor();
    await visitor.open('/account');
    const page = await visitor.signIn(`person-${COUNT}@open.test`, PASSWORD);
    expect([page.name, page.error]).to.deep.equal(['account', null]);
    expect(await countStored(), 'made while the person signed in').to.be.below(COUNT);
    await program.logged('accounts.seeding');

    const changed = accounts({ name: 'Somebody', groups: ['pilot'] });
    program.configure(configAt(program.port, { ...config, accounts: changed }));
    program.signal('SIGHUP');
    const differ = await program.logged('config.accounts_differ');
    expect(differ).to.include({ level: 'warn' });
    expect(differ.reason).to.match(
      /^1 account differs .*: person-3000@open\.test\. "doublelock accounts apply"/,
    );
    expect((await program.stop()).after).to.be.below(STOPPED_WITHIN_MS);
    expect(program.log().filter(({ event }) => event === 'config.accounts_differ')).to.have.length(1);
  });
});

/** doublelock accounts as an operator runs it: real processes, on embedded stores and on MongoDB. */
import { expect } from 'chai';
import { openEmbedded } from '../../src/adapters/embedded/open.ts';
import { configFolder } from '../config/config-file.ts';
import { anAccount, anEnrolment } from '../contracts/examples.ts';
import { runCommand } from '../support/process/command.ts';
import { lastingMongoDatabase } from '../support/stores/mongo.ts';

/** Milliseconds for mocha: each command is a process, and may share the processors with other work. */
const PATIENCE_MS = 240_000;
const PASSPHRASE = 'a passphrase of an operator';

const CONFIG = `
tenants:
  - { id: acme, name: Acme, second_factor: { enforcement: optional, groups: { pilot: required }, grace_days: 14 } }
  - { id: kantoor, name: Kantoor }
accounts:
  - { email: bob@acme.test, tenant: acme, name: Bob, role: manager, manages: [sales], groups: [pilot], password: ${PASSPHRASE} }
  - { email: guest@acme.test, tenant: acme }
`;

describe('doublelock accounts', function () {
  this.timeout(PATIENCE_MS);
  const folder = configFolder();
  let env: Readonly<Record<string, string>>;
  beforeEach(() => {
    folder.write('mine.yaml', CONFIG);
    env = { DATA_DIR: folder.path('data'), DOUBLELOCK_CONFIG: folder.path('mine.yaml') };
  });

  const run = (line: string, input?: string) =>
    runCommand(line.split(' '), { cwd: folder.path('.'), env, ...(input !== undefined && { input }) });

  async function done(line: string, input?: string): Promise<string> {
    const { code, out, err } = await run(line, input);
    // A slow machine is told of the progress.
    expect([code, err.replace(/^comparing: \d+ %\n/gm, '')], line).to.deep.equal([0, '']);
    return out;
  }

  async function refused(line: string, input?: string): Promise<string> {
    const { code, out, err } = await run(line, input);
    expect([code, out], line).to.deep.equal([1, '']);
    expect(err, line).to.match(/^[^\n]+\n$/);
    return err;
  }

  /** A store as a server of this configuration has it, before it knew of roles and groups. */
  async function store(): Promise<void> {
    const stores = openEmbedded({ dataDir: folder.path('data') });
    await stores.accounts.insert(anAccount());
    await stores.accounts.insert(
      anAccount({ id: 'account-2', email: 'anna@kantoor.test', tenantId: 'kantoor', emailConfirmed: true }),
    );
    await stores.enrolments.insert(anEnrolment({ accountId: 'account-2', tenantId: 'kantoor' }));
    stores.close();
  }

  const people = async (filter = '') => JSON.parse(await done(`accounts list --json${filter}`));
  const person = async (email: string) => JSON.parse(await done(`accounts show ${email} --json`));

  /** From nothing to an account that is disabled, by every act. */
  async function story(): Promise<void> {
    const created = await done(
      'accounts create Kim@ACME.test --tenant acme --name Kim --role manager --group a --group b --manages a --phone +31612345678 --password-stdin',
      `${PASSPHRASE}\n`,
    );
    expect(created).to.match(/^kim@acme\.test is created with the id \w+\n$/);
    expect(await person('kim@acme.test')).to.include({ role: 'manager', tenant: 'acme', name: 'Kim' });
    expect(await refused('accounts create kim@acme.test --tenant kantoor --name Kim')).to.equal(
      'an account has the address kim@acme.test already\n',
    );
    expect(await done('accounts update kim@acme.test --role helpdesk --group pilot --no-phone')).to.equal(
      'kim@acme.test is changed: role helpdesk, groups pilot\n',
    );
    const password = (await done('accounts set-password kim@acme.test --generate')).trimEnd();
    expect(password).to.match(/^[a-z2-9]{4}(-[a-z2-9]{4}){4}$/);
    await done('accounts confirm-email kim@acme.test');
    expect(await done('accounts disable kim@acme.test')).to.include('disabled, and signed out everywhere');
    const kim = await person('kim@acme.test');
    expect(kim).to.deep.include({ groups: ['pilot'], email_confirmed: true, disabled: true });
    await done('accounts enable kim@acme.test');
    expect(await done('accounts unlock kim@acme.test')).to.equal('kim@acme.test was not locked\n');
    const audit = JSON.parse(await done('audit list --json --account kim@acme.test'));
    expect(audit.map(({ event }: { event: string }) => event).reverse()).to.deep.equal([
      'account.created',
      'contact.changed',
      'account.updated',
      'account.password_set',
      'contact.confirmed',
      'account.disabled',
      'account.enabled',
    ]);
    expect(JSON.stringify(audit)).not.to.include(password);
  }

  it('create, change, disable and enable an account, with an audit line for each act', async () => {
    await store();
    await story();
  });

  it('list accounts as JSON with the fields of the contract, and filter them', async () => {
    await store();
    const all = await people();
    expect(all.map(({ email }: { email: string }) => email)).to.deep.equal([
      'bob@acme.test',
      'anna@kantoor.test',
    ]);
    expect(all[1]).to.deep.equal({
      id: 'account-2',
      email: 'anna@kantoor.test',
      name: 'Bob',
      tenant: 'kantoor',
      role: 'member',
      groups: [],
      factors: ['totp'],
      email_confirmed: true,
      locked_until: null,
      grace_until: null,
      disabled: false,
    });
    expect(await people(' --unprotected --unconfirmed')).to.deep.equal([all[0]]);
    expect(await people(' --locked')).to.deep.equal([]);
    const shown = await done('accounts show anna@kantoor.test');
    expect(shown)
      .to.match(/^tenant +kantoor$/m)
      .and.to.match(/^factors +totp$/m);
    const table = await done('accounts list --group nobody');
    expect(table.split(/ {2,}|\n/).filter(Boolean))
      .to.include('LOCKED UNTIL')
      .and.have.length(11);
  });

  it('show what the configuration would change, change it with --yes, and leave the rest', async () => {
    await store();
    const shown = await done('accounts apply');
    expect(shown.split('\n')).to.deep.equal([
      'bob@acme.test:',
      '  role: member -> manager',
      '  groups: none -> pilot',
      '  manages: none -> sales',
      '  password differs',
      'guest@acme.test: not in the store',
      '2 accounts to change: apply it with --yes. 1 password would be set again, and signed out everywhere: --no-passwords leaves them.',
      '',
    ]);
    expect(await person('bob@acme.test')).to.include({ role: 'member' });
    expect(await done('accounts apply --yes --no-passwords')).to.include('2 accounts changed.');
    expect(await person('bob@acme.test')).to.deep.include({ role: 'manager', groups: ['pilot'] });
    const [left] = JSON.parse(await done('accounts apply --json'));
    expect(left).to.deep.include({ email: 'bob@acme.test', details: [], password_differs: true });
    await done('accounts apply --yes');
    expect(await done('accounts apply')).to.equal('The store has the accounts of the configuration.\n');
  });

  it('explain each refusal in one line, and change nothing', async () => {
    await store();
    const create = 'accounts create ann@acme.test --name Ann';
    for (const [line, said, input] of [
      [`${create} --tenant nobody`, /^no tenant has the id nobody$/],
      [create, /^error: required option '--tenant <id>' not specified$/],
      ['accounts create ann --tenant acme --name Ann', /^the address is not an e-mail address$/],
      [`${create} --tenant acme --role boss`, /^error: option '--role <role>' argument 'boss' is invalid/],
      [`${create} --tenant acme --manages sales`, /^--manages is for the role manager/],
      [`${create} --tenant acme --phone 0612345678`, /^--phone is not a telephone number in E\.164/],
      [`${create} --tenant acme --group a --group a`, /^--group has a value twice$/],
      [`${create} --tenant acme --password-stdin`, /^the password on standard input is empty$/, '\n'],
      [`${create} --tenant acme --password-stdin`, /more than one line$/, 'a\nb'],
      [`${create} --tenant acme --password-stdin`, /^the password is too short: 15 characters/, 'short'],
      ['accounts update bob@acme.test', /^say what to change/],
      ['accounts update nobody@acme.test --name N', /^no account has the address nobody@acme\.test$/],
      ['accounts set-password bob@acme.test', /^say --stdin or --generate/],
      ['accounts set-password bob@acme.test SESAME-OPEN', /^error: too many arguments/],
      ['accounts disable nobody@acme.test', /^no account has the address nobody@acme\.test$/],
      ['accounts show nobody@acme.test', /^no account has the address nobody@acme\.test$/],
    ] as const) {
      const err = await refused(line, input);
      expect(err.trimEnd(), line).to.match(said);
      expect(err).not.to.include('SESAME');
    }
    expect(await people()).to.have.length(2);
  });

  describe('on MongoDB', () => {
    const database = lastingMongoDatabase();

    it('do the same', async () => {
      env = { ...env, MONGODB_URI: database().uri };
      await story();
      expect(await done('accounts apply --yes')).to.include('2 accounts changed.');
      const found = await people(' --group pilot');
      expect(found.map(({ email }: { email: string }) => email)).to.deep.equal([
        'bob@acme.test',
        'kim@acme.test',
      ]);
    });
  });
});

/** The doublelock command as an operator runs it: a process of its own, its output and its exit code. */
import { existsSync } from 'node:fs';
import { expect } from 'chai';
import { openEmbedded } from '../../src/adapters/embedded/open.ts';
import { configFolder } from '../config/config-file.ts';
import { anAccount, anAuditEvent, anEnrolment, NOW } from '../contracts/examples.ts';
import { runCommand } from '../support/process/command.ts';
import { freePort } from '../support/process/free-port.ts';

describe('the doublelock command', () => {
  const folder = configFolder();

  const doublelock = (args: readonly string[], env: Record<string, string> = {}) =>
    runCommand(args, { cwd: folder.path('.'), env: { DATA_DIR: folder.path('data'), ...env } });

  async function storeSomething(): Promise<void> {
    const stores = openEmbedded({ dataDir: folder.path('data') });
    await stores.accounts.insert(anAccount());
    await stores.accounts.insert(
      anAccount({ id: 'account-2', email: 'anna@kantoor.test', tenantId: 'kantoor' }),
    );
    await stores.enrolments.insert(anEnrolment({ label: 'old\u001b[31m phone' }));
    await stores.enrolments.insert(anEnrolment({ id: 'enrolment-2', isDefault: true }));
    stores.close();
  }

  for (const args of [
    [],
    ['start'],
    ['check-config'],
    ['accounts'],
    ['accounts', 'list'],
    ['accounts', 'create'],
    ['accounts', 'apply'],
    ['factors', 'remove'],
    ['requests', 'list'],
    ['audit', 'list'],
    ['keys'],
    ['keys', 'rotate'],
    ['backup'],
    ['restore'],
    ['drill'],
  ]) {
    it(`${['doublelock', ...args].join(' ')} --help explains itself`, async () => {
      const { code, out, err } = await doublelock([...args, '--help']);
      expect([code, err]).to.deep.equal([0, '']);
      expect(out).to.match(new RegExp(`^Usage: ${['doublelock', ...args].join(' ')} `));
    });
  }

  it('checks the demo, and prints its warnings', async () => {
    const { code, out, err } = await doublelock(['check-config']);
    expect([code, err]).to.deep.equal([0, '']);
    const [first, ...rest] = out.trimEnd().split('\n');
    expect(first).to.equal('the built-in demo configuration is valid');
    for (const line of rest) expect(line).to.match(/^warning: /);
  });

  it('warns of passwords in the file that their owners could not choose [D26]', async () => {
    const account = (name: string, password: string) =>
      `  - { email: ${name}@acme.test, tenant: acme, name: ${name}, password: ${password} }`;
    folder.write(
      'weak.yaml',
      [
        'tenants: [{ id: acme, second_factor: { enforcement: required, methods: [totp], set_up_proof: none } }]',
        'accounts:',
        account('ann', 'kettle'),
        account('ben', 'iloveyou'),
        account('cas', 'violet kettle'),
        account('dan', 'doublelock'),
      ].join('\n'),
    );
    const { code, out } = await doublelock(['check-config', 'weak.yaml']);
    expect(code).to.equal(0);
    expect(out.trimEnd().split('\n')).to.deep.equal([
      'weak.yaml is valid',
      'warning: the password of the account ann@acme.test is too short',
      'warning: the password of the account ben@acme.test is a common one',
      'warning: the password of the account dan@acme.test is made of the name of its person, its workspace or the product',
    ]);
  });

  it('checks the file that an argument or DOUBLELOCK_CONFIG names', async () => {
    folder.write('mine.yaml', 'tenants: []');
    for (const run of [
      doublelock(['check-config', 'mine.yaml']),
      doublelock(['check-config'], { DOUBLELOCK_CONFIG: 'mine.yaml' }),
    ]) {
      expect(await run).to.deep.equal({ code: 0, out: 'mine.yaml is valid\n', err: '' });
    }
  });

  it('names the accounts that wait for an invitation', async () => {
    const accounts = ['ann', 'bob'].map((name) => `{ email: ${name}@acme.test, tenant: acme }`);
    const withPassword = '{ email: eve@acme.test, tenant: acme, password: secret }';
    folder.write(
      'mine.yaml',
      `tenants: [{ id: acme }]\naccounts: [${[...accounts, withPassword].join(', ')}]`,
    );
    const { code, out } = await doublelock(['check-config', 'mine.yaml']);
    expect(code).to.equal(0);
    expect(out.trimEnd().split('\n').at(-1)).to.equal(
      '2 accounts without a password wait for an invitation: ann@acme.test, bob@acme.test',
    );
  });

  it('lists every fault of a file, with keys and without secrets, and ends with 1 [R36]', async () => {
    folder.write(
      'bad.yaml',
      'colour: red\nsecrets: { cookies: [SESAME] }\ntenants: [{ id: acme }, { id: acme }]\nmail: { transport: smtp, url: SESAME }',
    );
    const { code, out, err } = await doublelock(['check-config', 'bad.yaml']);
    expect([code, out]).to.deep.equal([1, '']);
    expect(err.trimEnd().split('\n').slice(1)).to.deep.equal([
      '  line 1: colour: unknown key',
      '  line 2: secrets.cookies[0]: is a weak secret: 32 characters at least',
      '  line 3: tenants[1].id: the tenant "acme" is that of tenants[0] already',
      '  line 4: mail.url: must begin with smtp:// or smtps://',
    ]);
  });

  it('starts nothing with a faulty file [R36]', async () => {
    folder.write('bad.yaml', 'colour: red');
    const { code, out, err } = await doublelock(['start'], { DOUBLELOCK_CONFIG: 'bad.yaml' });
    expect([code, out]).to.deep.equal([1, '']);
    expect(err).to.match(/bad\.yaml has 1 fault:\n {2}line 1: colour: unknown key\n$/);
  });

  it('creates no store, because an empty one would show no accounts', async () => {
    for (const args of [
      ['accounts', 'list'],
      ['factors', 'list', 'bob@acme.test'],
      ['audit', 'list'],
    ]) {
      const { code, out, err } = await doublelock(args);
      expect([code, out]).to.deep.equal([1, '']);
      expect(err).to.match(/^there is no store in \S+\/data: .*DOUBLELOCK_CONFIG[^\n]*\n$/);
    }
    expect(existsSync(folder.path('data'))).to.equal(false);
  });

  it('lists the accounts of all tenants or of one', async () => {
    await storeSomething();
    const all = await doublelock(['accounts', 'list']);
    expect(all).to.deep.include({ code: 0, err: '' });
    expect(all.out.split('\n').map((line) => line.split(/ {2,}/)[0])).to.deep.equal([
      'EMAIL',
      'bob@acme.test',
      'anna@kantoor.test',
      '',
    ]);
    const one = await doublelock(['accounts', 'list', '--tenant', 'kantoor']);
    expect(one.out).to.match(
      /^EMAIL {14}TENANT {3}ROLE {4}NAME {2}GROUPS .* ID\nanna@kantoor\.test {2}kantoor {2}member {2}Bob .* account-2\n$/,
    );
  });

  it('lists factors without secrets and without control characters', async () => {
    await storeSomething();
    const { code, out } = await doublelock(['factors', 'list', 'BOB@acme.test']);
    expect(code).to.equal(0);
    expect(out).to.include('enrolment-1  totp    old [31m phone');
    expect(out).to.match(/enrolment-2 .* yes +2025-06-15T15:06:40\.000Z\n$/);
    expect(out).not.to.include('sealed');
    expect(out).not.to.include('\u001b');
    expect(new Date(NOW).toISOString()).to.equal('2025-06-15T15:06:40.000Z');
  });

  it('lists factors as JSON, without their secrets', async () => {
    await storeSomething();
    const { code, out } = await doublelock(['factors', 'list', 'bob@acme.test', '--json']);
    expect(code).to.equal(0);
    expect(out).not.to.include('sealed');
    const listed = JSON.parse(out);
    expect(listed.map(({ id }: { id: string }) => id)).to.deep.equal(['enrolment-1', 'enrolment-2']);
    expect(Object.keys(listed[0])).to.deep.equal([
      'id',
      'method',
      'label',
      'app',
      'is_default',
      'created_at',
    ]);
    expect(listed[1]).to.include({
      method: 'totp',
      is_default: true,
      created_at: '2025-06-15T15:06:40.000Z',
    });
  });

  it('removes a factor with --yes, and records it in the audit log', async () => {
    await storeSomething();
    const one = await doublelock(['factors', 'remove', 'bob@acme.test', 'enrolment-2', '--yes']);
    expect(one).to.deep.equal({ code: 0, out: 'removed totp enrolment-2 of bob@acme.test\n', err: '' });
    const rest = await doublelock(['factors', 'remove', 'bob@acme.test', '--all', '--yes']);
    expect(rest.out).to.equal('removed totp "old [31m phone" enrolment-1 of bob@acme.test\n');
    expect(
      (await doublelock(['factors', 'list', 'bob@acme.test'])).out.trimEnd().split('\n'),
    ).to.have.lengthOf(1);
    const auditLog = await doublelock([
      'audit',
      'list',
      '--account',
      'bob@acme.test',
      '--tenant',
      'acme',
      '--limit',
      '1',
    ]);
    expect(auditLog.out.split('\n')[1]).to.match(
      /Z {2}enrolment\.removed {2}bob@acme\.test {2}acme +totp +operator$/,
    );
    expect(auditLog.out.trimEnd().split('\n')).to.have.lengthOf(2);
  });

  it('notifies the owner of a removed factor [A48]', async () => {
    await storeSomething();
    await doublelock(['factors', 'remove', 'bob@acme.test', 'enrolment-2', '--yes']);
    const stores = openEmbedded({ dataDir: folder.path('data') });
    const [notice, ...others] = await stores.outbox.list(10);
    stores.close();
    expect(others).to.deep.equal([]);
    expect(notice).to.include({ channel: 'email', to: 'bob@acme.test' });
    expect(notice?.subject).to.include('An administrator removed a second step');
    expect(notice?.text).to.include('http://localhost:3000/not-me/');
  });

  it('removes a factor even if the owner cannot be notified, and reports that [R15]', async () => {
    await storeSomething();
    const env = { SMTP_URL: `smtp://127.0.0.1:${await freePort()}` };
    const run = await doublelock(['factors', 'remove', 'bob@acme.test', '--all', '--yes'], env);
    expect(run.code).to.equal(0);
    expect(run.out.trimEnd().split('\n')).to.have.length(2);
    expect(run.err).to.equal('warning: not everybody could be told of this by mail or SMS\n');
    expect((await doublelock(['factors', 'list', 'bob@acme.test'])).out.trimEnd().split('\n')).to.have.length(
      1,
    );
  });

  it('lists the audit lines of one request by its support reference, however it is typed', async () => {
    const stores = openEmbedded({ dataDir: folder.path('data') });
    await stores.accounts.insert(anAccount());
    await stores.audit.append(anAuditEvent({ id: 'a' }));
    await stores.audit.append(anAuditEvent({ id: 'b', reference: 'K7QM-2XPE' }));
    await stores.audit.append(anAuditEvent({ id: 'c', reference: null }));
    stores.close();

    const listed = await doublelock(['audit', 'list', '--reference', 'k7qm2xpd', '--json']);
    expect(JSON.parse(listed.out)).to.have.lengthOf(1);
    expect(JSON.parse(listed.out)[0]).to.include({ id: 'a', reference: 'K7QM-2XPD', actor: 'operator' });
    const table = await doublelock(['audit', 'list', '--reference', 'K7QM-2XPE']);
    expect(table.out.trimEnd().split('\n')).to.have.lengthOf(2);
    expect(table.out).to.match(/ K7QM-2XPE\n$/);
  });

  const REFUSED: readonly (readonly [args: string, said: RegExp])[] = [
    ['frobnicate', /^error: unknown command 'frobnicate'\n$/],
    ['check-config --loud', /^error: unknown option '--loud'\n$/],
    ['check-config nowhere.yaml', /nowhere\.yaml has 1 fault:\n {2}cannot be read \(ENOENT\)\n$/],
    ['accounts list --tenant nobody', /^no tenant has the id nobody\n$/],
    ['factors list', /^error: missing required argument 'email'\n$/],
    ['factors list nobody@acme.test', /^no account has the address nobody@acme\.test\n$/],
    ['factors remove bob@acme.test --yes', /^name one factor by its id, or say --all\n$/],
    ['factors remove bob@acme.test enrolment-1 --all', /^name one factor by its id, or say --all\n$/],
    ['factors remove bob@acme.test enrolment-9 --yes', /^bob@acme\.test has no factor enrolment-9\n$/],
    ['factors remove anna@kantoor.test --all --yes', /^anna@kantoor\.test has no factor\n$/],
    ['factors remove bob@acme.test --all', /^no terminal to ask at: say --yes/],
    ['audit list --limit many', /^error: .* must be a number from 1 to 999999\.\n$/],
    [
      'audit list --reference K7QM',
      /^error: .* must be eight letters and digits, as the error page shows them\.\n$/,
    ],
    ['audit list --account nobody@acme.test', /^no account has the address nobody@acme\.test\n$/],
  ];

  for (const [args, said] of REFUSED) {
    it(`explains the failure of ${args}`, async () => {
      await storeSomething();
      const { code, out, err } = await doublelock(args.split(' '));
      expect([code, out]).to.deep.equal([1, '']);
      expect(err).to.match(said);
    });
  }

  it('reports in one line that a store cannot be opened', async () => {
    folder.write('file', '');
    for (const env of [{ DATA_DIR: folder.path('file') }, { MONGODB_URI: 'mongodb://user:SESAME@db' }]) {
      const { code, out, err } = await doublelock(['accounts', 'list'], env);
      expect([code, out]).to.deep.equal([1, '']);
      expect(err).to.match(/^.+\n$/);
      expect(err).not.to.include('SESAME');
    }
  });
});

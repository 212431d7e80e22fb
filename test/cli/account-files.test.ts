/** Accounts from the files of other systems, and to files: the command as an operator runs it. */

import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { expect } from 'chai';
import { anAccount } from '../contracts/examples.ts';
import { HASH, importedInto, SECRET, URI } from './imported.ts';
import { configWith, storedPeople } from './stored-people.ts';

describe('accounts in files', function () {
  this.timeout(120_000);
  const people = storedPeople();
  const { accountOf, secretOf, storeCodes } = importedInto(people);

  beforeEach(() => people.store());

  const CSV = [
    '\ufeffemail,name,given_name,family_name,phone,groups,role,locale,email_confirmed,password_hash,totp',
    `Ann@Acme.test,"Ann, the first",Ann,de Vries,'+31612345678,finance;crew,manager,nl,true,"${HASH}",${URI}`,
    "eve@acme.test,'=cmd|calc,,,,,,,,,",
    'bob@acme.test,Robert,,,,,,,,,',
  ].join('\r\n');

  it('tells what an import would do, and does it with --yes alone [R36]', async () => {
    people.folder.write('people.csv', CSV);
    const dry = await people.run('accounts import people.csv --format csv --tenant acme');
    expect(dry).to.deep.equal({
      code: 0,
      out: '2 accounts would be created, 1 in the store already, 0 refused\nNothing was changed: repeat it with --yes.\n',
      err: '',
    });
    expect((await accountOf('ann@acme.test')).account).to.equal(null);

    const done = await people.run('accounts import people.csv --format csv --tenant acme --yes');
    expect(done).to.deep.equal({
      code: 0,
      out: '2 accounts created, 1 in the store already, 0 refused\n',
      err: '',
    });
    const { account, enrolments } = await accountOf('ann@acme.test');
    expect(account).to.deep.include({
      tenantId: 'acme',
      name: 'Ann, the first',
      givenName: 'Ann',
      familyName: 'de Vries',
      phone: '+31612345678',
      groups: ['finance', 'crew'],
      role: 'manager',
      locale: 'nl',
      emailConfirmed: true,
      passwordHash: HASH,
      disabledAt: null,
    });
    expect(enrolments.map(({ method }) => method)).to.deep.equal(['totp']);
    expect(secretOf(enrolments[0])).to.equal(SECRET);
    expect((await accountOf('eve@acme.test')).account).to.deep.include({ name: '=cmd|calc', role: 'member' });
    expect((await accountOf('bob@acme.test')).account?.name, 'an account that exists').to.equal('Bob');
  });

  it('gives out what it takes in, without hashes and secrets, and safe for a spreadsheet [A109]', async () => {
    people.folder.write('people.csv', CSV);
    await people.run('accounts import people.csv --format csv --tenant acme --yes');
    const csv = await people.run('accounts export --tenant acme --format csv');
    expect(csv.err).to.equal('');
    expect(csv.out.split('\r\n')).to.deep.equal([
      'email,name,given_name,family_name,phone,groups,role,locale,email_confirmed',
      `ann@acme.test,"Ann, the first",Ann,de Vries,'+31612345678,finance;crew,manager,nl,true`,
      'bob@acme.test,Bob,,,,,member,,false',
      "eve@acme.test,'=cmd|calc,,,,,member,,false",
      '',
    ]);
    const lines = await people.run('accounts export --tenant acme --format jsonl');
    expect(lines.out).not.to.match(/argon2|secret|JBSWY/);
    const [ann] = lines.out.split('\n');
    expect(JSON.parse(ann ?? '')).to.deep.include({ email: 'ann@acme.test', groups: ['finance', 'crew'] });

    people.folder.write('again.jsonl', lines.out.replaceAll('@acme.test', '@again.test'));
    const again = await people.run('accounts import again.jsonl --format jsonl --tenant acme --yes');
    expect(again.out).to.equal('3 accounts created, 0 in the store already, 0 refused\n');
    expect((await accountOf('ann@again.test')).account?.name).to.equal('Ann, the first');
  });

  it('exports no CSV in which the name of a group would be read as two groups', async () => {
    const rows = [{ email: 'ann@acme.test', name: 'Ann', groups: ['finance;crew'] }];
    people.folder.write('people.jsonl', rows.map((row) => JSON.stringify(row)).join('\n'));
    await people.run('accounts import people.jsonl --format jsonl --tenant acme --yes');
    const csv = await people.run('accounts export --tenant acme --format csv');
    expect([csv.code, csv.err]).to.deep.equal([
      1,
      'the group "finance;crew" would be two groups in CSV: use the format jsonl\n',
    ]);
    const lines = await people.run('accounts export --tenant acme --format jsonl');
    expect(lines.out).to.include('"groups":["finance;crew"]');
  });

  it('refuses groups to manage for any role but manager, as the configuration does', async () => {
    const row = { email: 'ann@acme.test', name: 'Ann', manages: ['crew'] };
    people.folder.write('people.jsonl', JSON.stringify(row));
    const run = await people.run('accounts import people.jsonl --format jsonl --tenant acme --yes');
    expect(run.code).to.equal(1);
    expect(run.out).to.include('manages: is for the role manager, and the role is member');
    expect((await accountOf('ann@acme.test')).account).to.equal(null);
  });

  it('shows no stored hash, key or recovery code of a person by a list, an export or a page of details [A66 A109]', async () => {
    people.folder.write('people.csv', CSV);
    await people.run('accounts import people.csv --format csv --tenant acme --yes');
    const codes = await storeCodes('ann@acme.test');
    expect((await people.run('accounts disable ann@acme.test')).code).to.equal(0);
    for (const [line, shown] of [
      ['accounts show ann@acme.test', 'ann@acme.test'],
      ['accounts show ann@acme.test --json', 'ann@acme.test'],
      ['accounts export --tenant acme --format csv', 'ann@acme.test'],
      ['accounts export --tenant acme --format jsonl', 'ann@acme.test'],
      ['accounts list --json', 'ann@acme.test'],
      ['factors list ann@acme.test', 'recovery'],
      ['audit list --json', 'account.disabled'],
    ] as const) {
      const { code, out } = await people.run(line);
      expect(code, line).to.equal(0);
      expect(out, line).to.include(shown);
      expect(out, line).not.to.match(/argon2|JBSWY|c29tZXNhbHQ/);
      for (const text of codes) expect(out, line).not.to.include(text);
    }
  });

  it('names each row that it refuses, with the reason and without its secrets, and takes the others [R36]', async () => {
    const eight = URI.replace('digits=6', 'digits=8');
    people.folder.write(
      'people.csv',
      [
        'email,name,role,password_hash,totp,email_confirmed',
        'nobody,No,,,,',
        'carl@acme.test,Carl,boss,,,perhaps',
        `dora@acme.test,Dora,,$2b$12$SESAMESESAMESESAME,,`,
        `finn@acme.test,Finn,,,${eight},`,
        'gwen@acme.test,Gwen,,,,',
      ].join('\n'),
    );
    const run = await people.run('accounts import people.csv --format csv --tenant acme --yes');
    expect(run.code).to.equal(1);
    expect(run.err).to.equal('4 rows could not be taken\n');
    const lines = run.out.trimEnd().split('\n');
    expect(lines.map((line) => line.split(': ')[0])).to.deep.equal([
      'line 2',
      'line 3',
      'line 4',
      'line 5',
      '1 account created, 0 in the store already, 4 refused',
    ]);
    expect(lines[0]).to.include('email: is not an e-mail address');
    expect(lines[1]).to.include('email_confirmed: must be true or false');
    expect(lines[2]).to.include('password_hash: is not an argon2id hash in PHC form');
    expect(lines[3]).to.include('totp: its codes do not have 6 digits');
    expect(run.out).not.to.match(/SESAME|JBSWY/);
    expect((await accountOf('gwen@acme.test')).account).not.to.equal(null);
  });

  for (const [format, name, text, reason] of [
    ['csv', 'x.csv', 'name,colour\nAnn,red\n', /unknown columns: colour/],
    ['csv', 'x.csv', 'name\nAnn\n', /no column "email"/],
    ['csv', 'x.csv', 'email,name\n"ann@acme.test,Ann\n', /x\.csv: .*[Qq]uote/],
    ['keycloak', 'x.json', '{"users": [', /x\.json is no export of a Keycloak realm/],
    ['keycloak', 'x.json', '{"realm": "acme"}', /x\.json has no users/],
    ['authelia', 'x.yml', 'people: {}', /x\.yml is no users_database\.yml/],
  ] as const) {
    it(`explains in one line what is wrong with ${JSON.stringify(text)} as ${format}`, async () => {
      people.folder.write(name, text);
      const run = await people.run(`accounts import ${name} --format ${format} --tenant acme --yes`);
      expect(run.code).to.equal(1);
      expect(run.err).to.match(reason);
      expect(run.err.trimEnd().split('\n')).to.have.lengthOf(1);
    });
  }

  it('creates nobody twice when an import is repeated after it was killed [R23]', async () => {
    people.folder.write('mine.yaml', configWith(['old', 'old']));
    const file = createWriteStream(people.folder.path('many.jsonl'));
    for (let index = 0; index < 3000; index += 1)
      file.write(`${JSON.stringify({ email: `person-${index}@acme.test`, totp: URI })}\n`);
    file.end();
    await once(file, 'finish');
    const words = 'accounts import many.jsonl --format jsonl --tenant acme --yes --json';
    const killed = await people.killAfter(words, /"line 1000"/);
    expect(killed, 'the process was killed at work').to.equal('SIGKILL');
    const again = await people.run(words);
    expect(again.code).to.equal(0);
    const outcomes = again.out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).outcome);
    expect(outcomes).to.have.lengthOf(3000);
    expect(outcomes.filter((outcome) => outcome === 'exists').length).to.be.at.least(900);
    const { account, enrolments } = await accountOf('person-1@acme.test');
    expect(account?.passwordHash).to.equal(null);
    expect(enrolments).to.have.lengthOf(1);
    const all = await people.run('accounts export --tenant acme --format jsonl');
    expect(all.out.trimEnd().split('\n')).to.have.lengthOf(3001);
  });

  it('tells what a table cannot show otherwise: an account that exists keeps everything', async () => {
    people.folder.write('people.jsonl', JSON.stringify({ email: 'bob@acme.test', role: 'admin' }));
    const run = await people.run('accounts import people.jsonl --format jsonl --tenant acme --yes --json');
    expect(JSON.parse(run.out)).to.deep.equal({
      at: 'line 1',
      email: 'bob@acme.test',
      outcome: 'exists',
      faults: [],
      notes: [],
    });
    expect((await accountOf('bob@acme.test')).account).to.deep.equal(anAccount());
  });
});

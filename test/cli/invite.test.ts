/** `doublelock accounts invite` as an operator runs it: a process of its own, on the stores of a server. */
import { expect } from 'chai';
import { anAccount, anEnrolment } from '../contracts/examples.ts';
import { storedPeople } from './stored-people.ts';

/** Milliseconds for mocha: each command is a process, and may share the processors with other work. */
const PATIENCE_MS = 240_000;

describe('doublelock accounts invite', function () {
  this.timeout(PATIENCE_MS);
  const { folder, open, run, store } = storedPeople();

  beforeEach(async () => {
    await store();
    folder.write(
      'mine.yaml',
      [
        'tenants: [{ id: acme, name: Acme }, { id: two, name: Two }]',
        'clients:',
        '  - { client_id: shop, client_uri: "http://shop.test/", redirect_uris: ["http://shop.test/cb"], tenant: acme,',
        `      client_secret: ${'shop'.padEnd(40, '-')} }`,
        `  - { client_id: bare, redirect_uris: ["http://bare.test/cb"], client_secret: ${'bare'.padEnd(40, '-')} }`,
        `secrets: { encryption: [{ id: old, key: ${'old'.padEnd(40, '-')} }] }`,
      ].join('\n'),
    );
    const stores = open();
    const person = (id: string, more = {}) =>
      stores.accounts.insert(anAccount({ id, email: `${id}@two.test`, tenantId: 'two', ...more }));
    for (const id of ['ann', 'ben', 'cat']) await person(id);
    await person('dan', { passwordHash: '$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ$aGFzaA' });
    await person('eve', { disabledAt: 1 });
    await person('fay', { frozenAt: 1 });
    await person('gus', { heldAt: 1 });
    await person('hal');
    const passkey = { id: 'key', method: 'passkey', accountId: 'hal', tenantId: 'two' } as const;
    await stores.enrolments.insert(anEnrolment(passkey));
    stores.close();
  });

  async function mailed(): Promise<string[]> {
    const stores = open();
    try {
      return (await stores.outbox.list(99)).map(({ to, subject }) => `${to} ${subject}`).toSorted();
    } finally {
      stores.close();
    }
  }
  const TO = (...names: string[]) => names.map((name) => `${name}@two.test You are invited to Two`);

  it('invites everybody of a tenant who waits, and a repeated run nobody again [0.1]', async () => {
    const first = await run('accounts invite --tenant two');
    expect([first.code, first.err, first.out]).to.deep.equal([0, '', 'invited 3 accounts of 3\n']);
    expect(await mailed()).to.deep.equal(TO('ann', 'ben', 'cat'));
    const { code, out } = await run('accounts invite --tenant two');
    expect(code).to.equal(0);
    expect(out)
      .to.match(/^ann@two\.test was invited within a day/)
      .and.include('invited 0 accounts of 3');
    expect(await mailed()).to.deep.equal(TO('ann', 'ben', 'cat'));
    expect((await run('accounts invite --tenant two --again --json')).out).to.equal(
      `${JSON.stringify(['ann', 'ben', 'cat'].map((id) => ({ email: `${id}@two.test`, outcome: 'invited' })))}\n`,
    );
  });

  it('goes on where an interrupted run stopped, and names those whose mail is uncertain [0.1] [R24]', async () => {
    const stores = open();
    await stores.accounts.update('ben', { invitedAt: Date.now() }, Date.now());
    stores.close();
    const { code, out, err } = await run('accounts invite --tenant two');
    expect([code, err]).to.deep.equal([1, '1 account may have got no mail\n']);
    expect(out).to.match(/^ben@two\.test may not have got the mail of an interrupted run/);
    expect(await mailed()).to.deep.equal(TO('ann', 'cat'));
    expect((await run('accounts invite ben@two.test')).code).to.equal(0);
    expect(await mailed()).to.deep.equal(TO('ann', 'ben', 'cat'));
  });

  it('invites those who are named, and refuses others with one line [0.1]', async () => {
    for (const [line, words] of [
      ['accounts invite', 'name addresses, or a tenant'],
      ['accounts invite nobody@two.test', 'no account has the address nobody@two.test'],
      ['accounts invite ann@two.test --client nothing', 'no client has the id nothing'],
      ['accounts invite ann@two.test --client bare', 'has no initiate_login_uri and no client_uri'],
      ['accounts invite ann@two.test --client shop', 'takes members of the tenant acme alone'],
    ] as const) {
      const { code, out, err } = await run(line);
      expect([code, out, err.includes(words)], `${line}: ${err}`).to.deep.equal([1, '', true]);
    }
    const others = ['dan', 'eve', 'fay', 'gus', 'hal'].map((name) => `${name}@two.test`);
    const { code, out } = await run(`accounts invite ${others.join(' ')}`);
    expect(code).to.equal(0);
    for (const name of ['dan', 'hal']) expect(out).to.include(`${name}@two.test has a password or a passkey`);
    for (const name of ['eve', 'fay', 'gus'])
      expect(out).to.include(`${name}@two.test is disabled or frozen`);
    expect(await mailed()).to.deep.equal([]);
    const joined = await run('accounts invite bob@acme.test --client shop');
    expect([joined.code, joined.err]).to.deep.equal([1, 'nobody was invited\n']);
  });
});

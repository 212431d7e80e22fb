/** `doublelock requests` as an operator runs it: a process of its own, on the stores of a server. */
import { expect } from 'chai';
import { anAccount, aResetRequest } from '../contracts/examples.ts';
import { storedPeople } from './stored-people.ts';

/** Milliseconds for mocha: each command is a process, and may share the processors with other work. */
const PATIENCE_MS = 240_000;
const HOUR = 3_600_000;

describe('doublelock requests', function () {
  this.timeout(PATIENCE_MS);
  const { folder, open, run, store } = storedPeople();

  beforeEach(async () => {
    await store();
    folder.write(
      'mine.yaml',
      [
        'tenants:',
        '  - { id: acme, name: Acme, second_factor: { reset_cooling_off_hours: 24 } }',
        '  - { id: two, name: Two, second_factor: { reset_approvers: 2 } }',
        `secrets: { encryption: [{ id: old, key: ${'old'.padEnd(40, '-')} }] }`,
      ].join('\n'),
    );
    const stores = open();
    const createdAt = Date.now() - HOUR;
    const life = { createdAt, expiresAt: createdAt + 72 * HOUR };
    await stores.accounts.insert(anAccount({ id: 'account-2', email: 'anna@two.test', tenantId: 'two' }));
    const bob = { reason: 'I lost\u001b[31m my phone', ...life };
    await stores.resetRequests.insert(
      aResetRequest({ ...bob, createdAt: createdAt - 96 * HOUR, expiresAt: 1 }),
    );
    await stores.resetRequests.insert(aResetRequest({ ...bob, id: 'account-1.2' }));
    const anna = { id: 'account-2.1', accountId: 'account-2', tenantId: 'two' };
    await stores.resetRequests.insert(aResetRequest({ ...life, ...anna, browser: null }));
    stores.close();
  });

  const done = async (line: string): Promise<string> => {
    const { code, out, err } = await run(line);
    expect([code, err], line).to.deep.equal([0, '']);
    return out;
  };
  const failed = async (line: string): Promise<string> => {
    const { code, out, err } = await run(line);
    expect([code, out], line).to.deep.equal([1, '']);
    expect(err.trimEnd().split('\n'), 'one line').to.have.lengthOf(1);
    return err;
  };
  const kept = async () => {
    const stores = open();
    try {
      const [factors, audit, mails] = await Promise.all([
        stores.enrolments.listByAccount('account-1'),
        stores.audit.list({ limit: 20 }),
        stores.outbox.list(20),
      ]);
      const events = audit.map(({ event }) => event).filter((event) => event.startsWith('reset.'));
      return {
        factors: factors.length,
        events: events.toReversed(),
        subjects: mails.map(({ subject }) => subject).toReversed(),
      };
    } finally {
      stores.close();
    }
  };

  it('lists those that wait, with the reason as plain text, and those of one tenant [4.4]', async () => {
    const [heading, ...rows] = (await done('requests list')).trimEnd().split('\n');
    expect(heading).to.match(/^ID +EMAIL +TENANT +STATE +REQUESTED +BROWSER +ADDRESS +REASON$/);
    expect(rows).to.have.lengthOf(2);
    expect(rows[0]).to.match(/^account-1\.2 +bob@acme\.test +acme +open .* I lost \[31m my phone$/);
    expect((await done('requests list --tenant two')).trimEnd().split('\n')).to.have.lengthOf(2);
    const all = JSON.parse(await done('requests list --all --json'));
    expect(all.map(({ id, state }: { id: string; state: string }) => [id, state])).to.deep.equal([
      ['account-1.2', 'open'],
      ['account-1.1', 'expired'],
      ['account-2.1', 'open'],
    ]);
    expect(all[0]).to.include({ email: 'bob@acme.test', account_id: 'account-1', tenant: 'acme' });
    expect(all[0].steps).to.deep.equal([]);
    expect(await failed('requests list --tenant nowhere')).to.include('no tenant has the id nowhere');
  });

  it('approves a request, which then waits for its cooling-off, and tells the person [1.5] [4.4]', async () => {
    const out = await done('requests approve account-1.2 --reason called-back');
    expect(out).to.match(/^approved: the second factors of bob@acme\.test are removed at 20/);
    expect(await kept()).to.deep.equal({
      factors: 2,
      events: ['reset.approved'],
      subjects: ['The reset of your account at Acme was approved'],
    });
    const [listed] = JSON.parse(await done('requests list --json --tenant acme'));
    expect(listed.state).to.equal('approved');
    expect(listed.steps[0]).to.include({ by: 'operator', note: 'called-back', outcome: 'approved' });
    expect(await failed('requests refuse account-1.2')).to.include('the request is approved');
  });

  it('refuses a request, and tells the person [4.4] [A59]', async () => {
    expect(await done('requests refuse account-1.2')).to.equal(
      'refused: the second factors of bob@acme.test stay as they are\n',
    );
    expect(await kept()).to.deep.equal({
      factors: 2,
      events: ['reset.refused'],
      subjects: ['The reset of your account at Acme was refused'],
    });
    expect(await failed('requests approve account-1.2')).to.include('the request is refused');
    expect(await failed('requests approve account-1.1')).to.include('the request is expired');
    expect(await failed('requests approve account-9.1')).to.include('no request has the id account-9.1');
  });

  it('needs a reason where the operator alone takes the place of two administrators [A125]', async () => {
    expect(await done('requests approve account-2.1')).to.include('the first of two approvals');
    expect(await failed('requests approve account-2.1 --override')).to.include('--override needs a --reason');
    expect(await done('requests approve account-2.1 --override --reason holidays')).to.include(
      'every second factor of anna@two.test was removed',
    );
    const { events } = await kept();
    expect(events).to.deep.equal(['reset.approved', 'reset.approved', 'reset.done']);
    expect(await done('audit list --account anna@two.test')).to.match(/reset\.approved .* override/);
  });
});

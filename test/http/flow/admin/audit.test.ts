/** The audit log of the console: what each role sees in it, how it is searched, and its files. */
import { expect } from 'chai';
import { parse } from 'csv-parse/sync';
import { anAuditEvent } from '../../../contracts/examples.ts';
import type { Page } from '../../../support/pages/page.ts';
import type { Visitor } from '../../../support/visitor.ts';
import { interaction } from '../../oidc/story.ts';
import { addressOf, consoleConfig, idOf, openConsole } from './console.ts';

const HOUR = 3_600_000;
/** Midday of a day without a line of the tests' own sign-ins. */
const NOON = Date.UTC(2026, 5, 15, 12);

describe('the audit log', () => {
  const s = interaction(() => {
    const config = consoleConfig();
    const tenants = (config.tenants as Record<string, unknown>[]).map((tenant) =>
      tenant.id === 'acme' ? { ...tenant, time_zone: 'Europe/Amsterdam' } : tenant,
    );
    return { ...config, tenants };
  });
  let admin: Visitor;

  before(async () => {
    const { audit } = s.app.parts.stores;
    const [ann, ben, zoe, boss] = await Promise.all([
      idOf(s, addressOf('ann')),
      idOf(s, addressOf('ben')),
      idOf(s, addressOf('zoe', 'open')),
      idOf(s, addressOf('admin')),
    ]);
    const base = { reference: null, actor: null, clientId: null, method: null, reason: null };
    await audit.appendAll([
      anAuditEvent({ ...base, id: 'ann-1', atMs: NOON, accountId: ann, event: 'sign_in.completed' }),
      anAuditEvent({ ...base, id: 'ben-1', atMs: NOON + HOUR, accountId: ben, reason: '=1+1' }),
      anAuditEvent({
        ...base,
        id: 'ann-2',
        atMs: NOON + 2 * HOUR,
        accountId: ann,
        actor: boss,
        event: 'account.updated',
      }),
      anAuditEvent({
        ...base,
        id: 'ann-3',
        atMs: NOON + 11 * HOUR,
        accountId: ann,
        actor: 'operator',
        reference: 'K7QM-2XPD',
      }),
      anAuditEvent({
        ...base,
        id: 'tenant-1',
        atMs: NOON + 3 * HOUR,
        accountId: null,
        event: 'config.reloaded',
        reason: 'a;=1+1',
      }),
      anAuditEvent({ ...base, id: 'zoe-1', atMs: NOON, accountId: zoe, tenantId: 'open' }),
    ]);
    admin = (await openConsole(s, addressOf('admin'))).visitor;
  });

  /** The events of the day of the tests. */
  const DAY = { since: '2026-06-15', until: '2026-06-15' };
  const at = (query: Readonly<Record<string, string>> = {}, suffix = '') =>
    `/admin/audit${suffix}?${new URLSearchParams(query)}`;
  const shown = ({ $ }: Page) =>
    $('[data-mark=audit-line]')
      .toArray()
      .map((each) => `${$(each).attr('data-event')} ${$(each).find('[data-mark=person]').text()}`.trim());

  it('shows an administrator all lines of the tenant, newest first, and none of another [A61]', async () => {
    const page = await admin.open(at({ since: '2026-06-15', until: '2026-06-16' }));
    expect([page.status, page.name]).to.deep.equal([200, 'admin-audit']);
    expect(shown(page)).to.deep.equal([
      'second_factor.refused ann@acme.test',
      'config.reloaded',
      'account.updated ann@acme.test',
      'second_factor.refused ben@acme.test',
      'sign_in.completed ann@acme.test',
    ]);
    expect(page.text).to.include('Signed in').and.include('Done by: admin@acme.test');
    expect(page.text).to.include('an operator, with a command');
  });

  it('shows a manager the lines of members of the managed groups alone [A61]', async () => {
    const { visitor } = await openConsole(s, addressOf('manager'));
    const page = await visitor.open(at(DAY));
    expect(shown(page)).to.deep.equal(['account.updated ann@acme.test', 'sign_in.completed ann@acme.test']);
    const csv = await visitor.get(at(DAY, '.csv'));
    expect(csv.text).to.include('ann@acme.test').and.not.include('ben@acme.test');
    for (const person of [addressOf('ben'), addressOf('zoe', 'open'), 'nobody@acme.test']) {
      const refused = await visitor.get(at({ person }));
      expect([refused.status, refused.error], person).to.deep.equal([422, 'field_invalid']);
    }
    // The person who acted on a member in scope is named, though not in scope.
    expect(shown(await visitor.get(at({ ...DAY, actor: addressOf('admin') })))).to.deep.equal([
      'account.updated ann@acme.test',
    ]);
    expect((await visitor.get(at({ actor: addressOf('ben') }))).status).to.equal(422);
  });

  it('is not opened by the help desk, nor are its files [A61]', async () => {
    const { visitor } = await openConsole(s, addressOf('helpdesk'));
    for (const suffix of ['', '.csv', '.jsonl'])
      expect((await visitor.get(at({}, suffix))).status, suffix).to.equal(403);
  });

  const SEARCHES: readonly [
    name: string,
    query: Readonly<Record<string, string>>,
    found: readonly string[],
  ][] = [
    ['person', { ...DAY, person: ' ANN@acme.test ' }, ['account.updated', 'sign_in.completed']],
    ['event', { ...DAY, event: 'config.reloaded' }, ['config.reloaded']],
    ['actor', { actor: 'operator', since: '2026-06-15', until: '2026-06-17' }, ['second_factor.refused']],
    ['reference', { reference: 'k7qm 2xpd' }, ['second_factor.refused']],
    // 12:00 UTC is 14:00 in the time zone of the tenant.
    ['time', { since: '2026-06-15 14:00', until: '2026-06-15 14:00' }, ['sign_in.completed']],
    // 23:00 UTC is the next day there.
    ['day', { since: '2026-06-16', until: '2026-06-16' }, ['second_factor.refused']],
    ['event of a newer release', { event: 'ticket.opened' }, []],
  ];
  for (const [name, query, found] of SEARCHES)
    it(`finds lines by ${name}`, async () => {
      const page = await admin.get(at(query));
      expect(shown(page).map((each) => each.split(' ')[0])).to.deep.equal(found);
      for (const [field, value] of Object.entries(query))
        expect(page.$(`[name=${field}]`).val(), field).to.equal(value);
    });

  const REFUSED: readonly [field: string, typed: string][] = [
    ['person', 'nobody@acme.test'],
    ['person', 'zoe@open.test'],
    ['actor', 'zoe@open.test'],
    ['event', 'signed in'],
    ['reference', 'K7QM'],
    ['since', '15/06/2026'],
    ['until', '2026-02-30'],
    ['until', '2020-01-01'],
  ];
  for (const [field, typed] of REFUSED)
    it(`refuses "${typed}" as ${field}, and keeps everything that was typed`, async () => {
      const query = {
        person: 'ann@acme.test',
        since: '2026-06-15',
        event: 'sign_in.completed',
        [field]: typed,
      };
      for (const suffix of ['', '.csv']) {
        const page = await admin.get(at(query, suffix));
        expect([page.status, page.name, page.error]).to.deep.equal([422, 'admin-audit', 'field_invalid']);
        expect(page.$(`[name=${field}][aria-invalid=true][aria-describedby^=alert]`)).to.have.lengthOf(1);
        for (const [name, value] of Object.entries(query))
          expect(page.$(`[name=${name}]`).val(), name).to.equal(value);
        expect(shown(page)).to.deep.equal([]);
      }
    });

  it('goes on with older lines, a hundred at a time, with the same conditions', async () => {
    const { audit } = s.app.parts.stores;
    const atMs = Date.UTC(2026, 3, 1, 9);
    const lines = Array.from({ length: 250 }, (_, index) =>
      anAuditEvent({
        id: `many-${String(index).padStart(3, '0')}`,
        atMs: atMs + (index >> 2),
        accountId: null,
      }),
    );
    await audit.appendAll(lines);
    const sizes: number[] = [];
    let page = await admin.get(at({ since: '2026-04-01', until: '2026-04-01' }));
    for (;;) {
      sizes.push(shown(page).length);
      const older = page.$('a[rel=next]').attr('href');
      if (older === undefined) break;
      page = await admin.get(older);
      expect(page.$('[name=since]').val()).to.equal('2026-04-01');
    }
    expect(sizes).to.deep.equal([100, 100, 50]);
    const back = page.$('main a[href^="/admin/audit?"]:not([download])').attr('href');
    expect(shown(await admin.get(back ?? ''))).to.have.lengthOf(100);
  });

  it('gives the same lines as a file for spreadsheets, which runs none of its cells [A109 A124]', async () => {
    const answer = await admin.get(at(DAY, '.csv'));
    expect(answer.headers['content-type']).to.equal('text/csv; charset=utf-8');
    expect(answer.headers['content-disposition']).to.equal('attachment; filename="audit.csv"');
    expect(answer.headers['cache-control']).to.equal('no-store');
    const rows = parse(answer.text, { columns: true }) as Record<string, string>[];
    expect(rows.map(({ event }) => event)).to.deep.equal([
      'config.reloaded',
      'account.updated',
      'second_factor.refused',
      'sign_in.completed',
    ]);
    expect(rows[1]).to.deep.include({
      time: '2026-06-15T14:00:00.000Z',
      email: 'ann@acme.test',
      tenant: 'acme',
      actor_email: 'admin@acme.test',
      ip: '192.0.2.0',
    });
    expect([rows[2]?.reason, rows[0]?.reason]).to.deep.equal(["'=1+1", "a;'=1+1"]);
  });

  it('gives the same lines as JSON, one a line', async () => {
    const { text } = await admin.get(at(DAY, '.jsonl'));
    const lines = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.map(({ id }) => id)).to.deep.equal(['tenant-1', 'ann-2', 'ben-1', 'ann-1']);
    expect(lines[2]).to.deep.include({ email: 'ben@acme.test', reason: '=1+1', tenant: 'acme', actor: null });
  });
});

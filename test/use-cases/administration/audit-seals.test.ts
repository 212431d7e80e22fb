/** Sealing and verifying the audit trail, on the embedded store: everything that somebody may do to it by hand. */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect } from 'chai';
import { type EmbeddedStores, openEmbedded } from '../../../src/adapters/embedded/open.ts';
import type { AuditSeal } from '../../../src/domain/audit/seal.ts';
import type { AuditSealStore } from '../../../src/ports/administration/audit-seals.ts';
import { createSealing } from '../../../src/use-cases/administration/audit/sealing.ts';
import {
  createAuditVerification,
  type Verified,
} from '../../../src/use-cases/administration/audit/verification.ts';
import { anAuditEvent, MINUTE, NOW } from '../../contracts/examples.ts';
import { freshDataDir } from '../../support/stores/embedded.ts';

const DAY = 24 * 60 * MINUTE;
const RETENTION = 30 * DAY;

describe('the seals of the audit trail', function () {
  this.timeout(120_000);
  const dataDir = freshDataDir();
  let stores: EmbeddedStores;
  let time: number;
  const clock = { now: () => time };
  beforeEach(() => {
    time = NOW;
    stores = openEmbedded({ dataDir: dataDir() });
  });
  afterEach(() => stores.close());

  const sealing = (seals: AuditSealStore = stores.auditSeals) =>
    createSealing({ seals, clock, retentionMs: RETENTION });
  const verify = (options: { kept?: AuditSeal | null; acceptLate?: boolean } = {}): Promise<Verified> =>
    createAuditVerification({ seals: stores.auditSeals, clock, retentionMs: RETENTION })({
      kept: null,
      acceptLate: false,
      ...options,
    });
  const idOf = (index: number) => `line-${String(index).padStart(5, '0')}`;

  /** Lines one second apart from `from` on, and the time moves on with them. */
  async function append(from: number, count: number): Promise<void> {
    const lines = Array.from({ length: count }, (_, place) =>
      anAuditEvent({ id: idOf(from + place), atMs: NOW + (from + place) * 1000 }),
    );
    await stores.audit.appendAll(lines);
    time = NOW + (from + count) * 1000 + 2 * MINUTE;
  }

  /** Three seals over ten lines each. */
  async function sealedThrice(): Promise<void> {
    for (const from of [0, 10, 20]) {
      await append(from, 10);
      expect(await sealing().sealNew()).to.equal(10);
    }
  }

  /** As somebody with write access to the file does it. */
  function byHand(sql: string): void {
    const db = new DatabaseSync(join(dataDir(), 'accounts.sqlite'), { timeout: 2000 });
    try {
      db.exec(sql);
    } finally {
      db.close();
    }
  }

  const faultAfter = async (sql: string) => {
    byHand(sql);
    const { fault } = await verify();
    return fault && [fault.kind, fault.seal, fault.line?.id ?? null, fault.line?.atMs ?? null];
  };

  it('verify lines as they were sealed', async () => {
    expect(await verify()).to.deep.include({ fault: null, seals: 0, lines: 0, last: null });
    await sealedThrice();
    const verified = await verify();
    expect(verified).to.deep.include({ fault: null, seals: 3, lines: 30, removed: 0, removedBefore: null });
    expect(verified.last?.hash).to.equal((await sealing().newest())?.hash);
  });

  it('leave lines of the last minute to the next seal', async () => {
    await append(0, 10);
    time = NOW + 9000 + MINUTE - 1;
    expect(await sealing().sealNew()).to.equal(9);
    time += 1;
    expect(await sealing().sealNew()).to.equal(1);
    expect(await sealing().sealNew()).to.equal(0);
    expect(await verify()).to.deep.include({ fault: null, seals: 2, lines: 10 });
  });

  const FIELDS = [
    'event',
    'account_id',
    'tenant_id',
    'client_id',
    'method',
    'reason',
    'address',
    'reference',
    'actor',
  ];
  for (const field of FIELDS)
    it(`find a line with another ${field}`, async () => {
      await sealedThrice();
      const found = await faultAfter(`UPDATE audit SET ${field} = 'other' WHERE id = '${idOf(12)}'`);
      expect(found).to.deep.equal(['line_altered', 2, idOf(12), NOW + 12_000]);
    });

  const TAMPERED: readonly [name: string, sql: string, fault: readonly unknown[]][] = [
    [
      'a line with another time',
      `UPDATE audit SET at = at + 1 WHERE id = '${idOf(5)}'`,
      ['line_altered', 1, idOf(5), NOW + 5000],
    ],
    [
      'a line with another id',
      `UPDATE audit SET id = 'zz' WHERE id = '${idOf(5)}'`,
      ['line_inserted', 1, 'zz', NOW + 5000],
    ],
    [
      'a removed line',
      `DELETE FROM audit WHERE id = '${idOf(15)}'`,
      ['line_missing', 2, idOf(15), NOW + 15_000],
    ],
    [
      'a line that names no seal any more',
      `UPDATE audit SET seal = NULL WHERE id = '${idOf(5)}'`,
      ['line_altered', 1, idOf(5), NOW + 5000],
    ],
    [
      'a line that names another seal',
      `UPDATE audit SET seal = 3 WHERE id = '${idOf(5)}'`,
      ['line_altered', 1, idOf(5), NOW + 5000],
    ],
    [
      'an inserted line that names a seal',
      `INSERT INTO audit (id, at, event, seal) VALUES ('new', ${NOW + 12_500}, 'sign_in.completed', 2)`,
      ['line_inserted', 2, 'new', NOW + 12_500],
    ],
    [
      'two lines that were swapped',
      `UPDATE audit SET at = ${2 * NOW + 11_000 + 12_000} - at WHERE id IN ('${idOf(11)}', '${idOf(12)}')`,
      ['line_altered', 2, idOf(11), NOW + 11_000],
    ],
    [
      'the first seal that was removed',
      'DELETE FROM audit_seals WHERE number = 1',
      ['seal_missing', 1, null, null],
    ],
    ['a seal that was removed', 'DELETE FROM audit_seals WHERE number = 2', ['seal_missing', 2, null, null]],
    [
      'the last seal that was removed',
      'DELETE FROM audit_seals WHERE number = 3',
      ['seal_missing', 3, idOf(20), NOW + 20_000],
    ],
    [
      'a seal with another time',
      `UPDATE audit_seals SET seal = json_set(seal, '$.sealedAt', 1) WHERE number = 2`,
      ['seal_altered', 2, null, null],
    ],
    [
      'a seal with other tallies',
      `UPDATE audit_seals SET seal = json_set(seal, '$.tallies[0].count', 99) WHERE number = 2`,
      ['seal_altered', 2, null, null],
    ],
    [
      'a seal with another list',
      `UPDATE audit_seals SET lines = json_remove(lines, '$[3]') WHERE number = 2`,
      ['seal_altered', 2, null, null],
    ],
    [
      'a seal without its list',
      'UPDATE audit_seals SET lines = NULL WHERE number = 2',
      ['seal_altered', 2, null, null],
    ],
    [
      'a seal that nobody can read',
      `UPDATE audit_seals SET seal = 'x' WHERE number = 2`,
      ['seal_altered', 2, null, null],
    ],
  ];
  for (const [name, sql, fault] of TAMPERED)
    it(`find ${name}`, async () => {
      await sealedThrice();
      expect(await faultAfter(sql)).to.deep.equal(fault);
    });

  it('find a line that was inserted into the past, before and after the next seal', async () => {
    await append(0, 10);
    await sealing().sealNew();
    await append(1000, 10);
    await sealing().sealNew();
    const inserted = await faultAfter(
      `INSERT INTO audit (id, at, event) VALUES ('late', ${NOW + 5500}, 'sign_in.completed')`,
    );
    expect(inserted).to.deep.equal(['line_late', null, 'late', NOW + 5500]);
    expect(await sealing().sealNew()).to.equal(1);
    const { fault } = await verify();
    expect(fault).to.deep.equal({ kind: 'line_late', seal: 3, line: { atMs: NOW + 5500, id: 'late' } });
    const accepted = await verify({ acceptLate: true });
    expect(accepted).to.deep.include({ fault: null, seals: 3, late: [{ atMs: NOW + 5500, id: 'late' }] });
  });

  it('take a line of an instance whose clock lags by minutes into the next seal', async () => {
    await append(0, 10);
    await append(500, 10);
    await sealing().sealNew();
    await stores.audit.append(anAuditEvent({ id: 'lagging', atMs: NOW + 100_000 }));
    expect(await sealing().sealNew()).to.equal(1);
    expect(await verify()).to.deep.include({ fault: null, seals: 2, lines: 21 });
  });

  it('find a chain that was made anew, by a seal that was kept elsewhere', async () => {
    await sealedThrice();
    const kept = await sealing().newest();
    expect((await verify({ kept })).fault).to.equal(null);
    byHand(
      `DELETE FROM audit WHERE id = '${idOf(15)}'; DELETE FROM audit_seals; UPDATE audit SET seal = NULL`,
    );
    await sealing().sealNew();
    expect((await verify()).fault, 'nothing in the store tells it').to.equal(null);
    expect((await verify({ kept })).fault?.kind).to.equal('seal_missing');
    await append(100, 1);
    await sealing().sealNew();
    await append(110, 1);
    await sealing().sealNew();
    expect((await verify({ kept })).fault).to.deep.equal({ kind: 'seal_replaced', seal: 3, line: null });
  });

  it('are made once by two instances that seal at once', async () => {
    await append(0, 2000);
    const other = openEmbedded({ dataDir: dataDir() });
    try {
      const rounds = Array.from({ length: 20 }, (_, index) =>
        sealing(index % 2 ? other.auditSeals : stores.auditSeals).sealNew(),
      );
      await Promise.all(rounds);
      await sealing().sealNew();
    } finally {
      other.close();
    }
    expect(await verify()).to.deep.include({ fault: null, seals: 8, lines: 2000 });
    const tallies = await stores.auditSeals.talliesSince('acme', 0);
    expect(tallies.reduce((sum, { count }) => sum + count, 0)).to.equal(2000);
  });

  it('are completed after a process died between a seal and its lines, and count nothing twice', async () => {
    await append(0, 10);
    const dying: AuditSealStore = {
      ...stores.auditSeals,
      complete: async () => {
        throw new Error('killed');
      },
    };
    let error: unknown = null;
    await sealing(dying)
      .sealNew()
      .catch((fault) => {
        error = fault;
      });
    expect(String(error)).to.include('killed');
    expect(await verify(), 'before the next run').to.deep.include({ fault: null, seals: 1, lines: 10 });
    expect(await stores.auditSeals.talliesSince('acme', 0)).to.deep.equal([]);
    await append(10, 5);
    expect(await sealing().sealNew()).to.equal(5);
    expect(await verify()).to.deep.include({ fault: null, seals: 2, lines: 15 });
    const tallies = await stores.auditSeals.talliesSince('acme', 0);
    expect(tallies.reduce((sum, { count }) => sum + count, 0)).to.equal(15);
  });

  it('are not put on a damaged one', async () => {
    await sealedThrice();
    byHand(`UPDATE audit_seals SET seal = json_set(seal, '$.sealedAt', 1) WHERE number = 3`);
    await append(30, 10);
    let error: unknown = null;
    await sealing()
      .sealNew()
      .catch((fault) => {
        error = fault;
      });
    expect(String(error)).to.include('seal 3 is damaged');
    expect(await stores.auditSeals.page(3, 9)).to.deep.equal([]);
  });

  it('tell what retention has removed, and verify the rest', async () => {
    await sealedThrice();
    // Between the lines of the second seal.
    time = NOW + 14_500 + RETENTION;
    await stores.sweep(time, RETENTION);
    const partly = await verify();
    expect(partly).to.deep.include({
      fault: null,
      seals: 3,
      lines: 15,
      removed: 15,
      removedBefore: NOW + 14_500,
    });
    byHand(`DELETE FROM audit WHERE id = '${idOf(16)}'`);
    expect((await verify()).fault).to.deep.include({ kind: 'line_missing', seal: 2 });
    time += 10_000;
    await stores.audit.append(anAuditEvent({ id: 'newer', atMs: time }));
    time += 2 * MINUTE;
    await stores.sweep(time, RETENTION);
    await sealing().sealNew();
    expect((await stores.auditSeals.page(0, 9)).map(({ lines }) => lines === null)).to.deep.equal([
      true,
      true,
      true,
      false,
    ]);
    expect(await verify()).to.deep.include({ fault: null, seals: 4, lines: 1, removed: 30 });
    byHand('DELETE FROM audit_seals WHERE number = 1');
    expect((await verify()).fault).to.deep.include({ kind: 'seal_missing', seal: 1 });
  });

  it('know what an earlier, shorter retention has removed', async () => {
    await sealedThrice();
    time = NOW + RETENTION + DAY;
    await stores.sweep(time, RETENTION);
    await stores.audit.append(anAuditEvent({ id: 'newer', atMs: time - 5 * MINUTE }));
    await sealing().sealNew();
    const longer = createAuditVerification({ seals: stores.auditSeals, clock, retentionMs: 12 * RETENTION });
    expect(await longer({ kept: null, acceptLate: false })).to.deep.include({
      fault: null,
      removed: 30,
      removedBefore: NOW + DAY,
    });
  });

  it('cover 10,000 lines in batches, of which each holds a few hundred', async () => {
    await append(0, 10_000);
    let largest = 0;
    const noted = <T>(found: T[]): T[] => {
      largest = Math.max(largest, found.length);
      return found;
    };
    const { auditSeals } = stores;
    const seals: AuditSealStore = {
      ...auditSeals,
      unsealed: async (until, limit) => noted(await auditSeals.unsealed(until, limit)),
      marked: async (seal, after, limit) => noted(await auditSeals.marked(seal, after, limit)),
      page: async (after, limit) => {
        const page = await auditSeals.page(after, limit);
        for (const { lines } of page) noted([...(lines ?? [])]);
        expect(page.length).to.be.at.most(20);
        return page;
      },
    };
    expect(await sealing(seals).sealNew()).to.equal(10_000);
    const verified = await createAuditVerification({ seals, clock, retentionMs: RETENTION })({
      kept: null,
      acceptLate: false,
    });
    expect(verified).to.deep.include({ fault: null, seals: 40, lines: 10_000 });
    expect(largest).to.be.at.most(500);
  });
});

/** Sealing the audit trail: late lines, several instances, crashes, retention. */
import { expect } from 'chai';
import { openEmbedded } from '../../../src/adapters/embedded/open.ts';
import type { AuditSealStore } from '../../../src/ports/administration/audit-seals.ts';
import { createAuditVerification } from '../../../src/use-cases/administration/audit/verification.ts';
import { anAuditEvent, MINUTE, NOW } from '../../contracts/examples.ts';
import { DAY, idOf, RETENTION, sealedTrail } from './sealed-trail.ts';

describe('the sealing of the audit trail', function () {
  this.timeout(120_000);
  const trail = sealedTrail();
  const { clock, dataDir, stores, sealing, verify, append, sealedThrice, byHand, faultAfter } = trail;

  it('finds a line that was inserted into the past, before and after the next seal', async () => {
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

  it('takes a line of an instance whose clock lags by minutes into the next seal', async () => {
    await append(0, 10);
    await append(500, 10);
    await sealing().sealNew();
    await stores().audit.append(anAuditEvent({ id: 'lagging', atMs: NOW + 100_000 }));
    expect(await sealing().sealNew()).to.equal(1);
    expect(await verify()).to.deep.include({ fault: null, seals: 2, lines: 21 });
  });

  it('finds a chain that was made anew, by a seal that was kept elsewhere', async () => {
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

  it('happens once by two instances that seal at once', async () => {
    await append(0, 2000);
    const other = openEmbedded({ dataDir: dataDir() });
    try {
      const rounds = Array.from({ length: 20 }, (_, index) =>
        sealing(index % 2 ? other.auditSeals : stores().auditSeals).sealNew(),
      );
      await Promise.all(rounds);
      await sealing().sealNew();
    } finally {
      other.close();
    }
    expect(await verify()).to.deep.include({ fault: null, seals: 8, lines: 2000 });
    const tallies = await stores().auditSeals.talliesSince('acme', 0);
    expect(tallies.reduce((sum, { count }) => sum + count, 0)).to.equal(2000);
  });

  it('is completed after a process died between a seal and its lines, and counts nothing twice', async () => {
    await append(0, 10);
    const dying: AuditSealStore = {
      ...stores().auditSeals,
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
    expect(await stores().auditSeals.talliesSince('acme', 0)).to.deep.equal([]);
    await append(10, 5);
    expect(await sealing().sealNew()).to.equal(5);
    expect(await verify()).to.deep.include({ fault: null, seals: 2, lines: 15 });
    const tallies = await stores().auditSeals.talliesSince('acme', 0);
    expect(tallies.reduce((sum, { count }) => sum + count, 0)).to.equal(15);
  });

  it('stops at a damaged seal', async () => {
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
    expect(await stores().auditSeals.page(3, 9)).to.deep.equal([]);
  });

  it('tells what retention has removed, and verifies the rest', async () => {
    await sealedThrice();
    // Between the lines of the second seal.
    clock.at = NOW + 14_500 + RETENTION;
    await stores().sweep(clock.at, RETENTION);
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
    clock.at += 10_000;
    await stores().audit.append(anAuditEvent({ id: 'newer', atMs: clock.at }));
    clock.at += 2 * MINUTE;
    await stores().sweep(clock.at, RETENTION);
    await sealing().sealNew();
    expect((await stores().auditSeals.page(0, 9)).map(({ lines }) => lines === null)).to.deep.equal([
      true,
      true,
      true,
      false,
    ]);
    expect(await verify()).to.deep.include({ fault: null, seals: 4, lines: 1, removed: 30 });
    byHand('DELETE FROM audit_seals WHERE number = 1');
    expect((await verify()).fault).to.deep.include({ kind: 'seal_missing', seal: 1 });
  });

  it('knows what an earlier, shorter retention has removed', async () => {
    await sealedThrice();
    clock.at = NOW + RETENTION + DAY;
    await stores().sweep(clock.at, RETENTION);
    await stores().audit.append(anAuditEvent({ id: 'newer', atMs: clock.at - 5 * MINUTE }));
    await sealing().sealNew();
    const longer = createAuditVerification({
      seals: stores().auditSeals,
      clock,
      retentionMs: 12 * RETENTION,
    });
    expect(await longer({ kept: null, acceptLate: false })).to.deep.include({
      fault: null,
      removed: 30,
      removedBefore: NOW + DAY,
    });
  });

  it('covers 10,000 lines in batches, of which each holds a few hundred', async () => {
    await append(0, 10_000);
    let largest = 0;
    const noted = <T>(found: T[]): T[] => {
      largest = Math.max(largest, found.length);
      return found;
    };
    const { auditSeals } = stores();
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

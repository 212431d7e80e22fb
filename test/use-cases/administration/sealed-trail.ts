/** An audit trail on the embedded store, its seals, and changes to both by hand. */
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

export const DAY = 24 * 60 * MINUTE;
export const RETENTION = 30 * DAY;

export const idOf = (index: number) => `line-${String(index).padStart(5, '0')}`;

/** Called in a `describe`. */
export function sealedTrail() {
  const dataDir = freshDataDir();
  let stores: EmbeddedStores;
  const clock = { at: NOW, now: () => clock.at };
  beforeEach(() => {
    clock.at = NOW;
    stores = openEmbedded({ dataDir: dataDir() });
  });
  afterEach(() => stores.close());

  const trail = {
    clock,
    dataDir,
    stores: () => stores,
    sealing: (seals: AuditSealStore = stores.auditSeals) =>
      createSealing({ seals, clock, retentionMs: RETENTION }),
    verify: (options: { kept?: AuditSeal | null; acceptLate?: boolean } = {}): Promise<Verified> =>
      createAuditVerification({ seals: stores.auditSeals, clock, retentionMs: RETENTION })({
        kept: null,
        acceptLate: false,
        ...options,
      }),
    /** Lines one second apart, and the time moves on with them. */
    async append(from: number, count: number): Promise<void> {
      const lines = Array.from({ length: count }, (_, place) =>
        anAuditEvent({ id: idOf(from + place), atMs: NOW + (from + place) * 1000 }),
      );
      await stores.audit.appendAll(lines);
      clock.at = NOW + (from + count) * 1000 + 2 * MINUTE;
    },
    /** Three seals over ten lines each. */
    async sealedThrice(): Promise<void> {
      for (const from of [0, 10, 20]) {
        await trail.append(from, 10);
        expect(await trail.sealing().sealNew()).to.equal(10);
      }
    },
    /** As somebody with write access to the file does it. */
    byHand(sql: string): void {
      const db = new DatabaseSync(join(dataDir(), 'accounts.sqlite'), { timeout: 2000 });
      try {
        db.exec(sql);
      } finally {
        db.close();
      }
    },
    async faultAfter(sql: string) {
      trail.byHand(sql);
      const { fault } = await trail.verify();
      return fault && [fault.kind, fault.seal, fault.line?.id ?? null, fault.line?.atMs ?? null];
    },
  };
  return trail;
}

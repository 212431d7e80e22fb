import { expect } from 'chai';
import type { Context } from 'koa';
import type { Scope } from '../../../src/domain/administration/may-act.ts';
import type { AuditEvent } from '../../../src/domain/events.ts';
import { CSV, sendFile } from '../../../src/http/admin/audit/audit-file.ts';
import type { AuditFilter } from '../../../src/ports/stores.ts';
import {
  type AuditPage,
  type AuditQuestion,
  createAuditSearch,
} from '../../../src/use-cases/administration/audit/audit-search.ts';
import { anAccount, anAuditEvent, NOW } from '../../contracts/examples.ts';

const MANAGED: Scope = { tenantId: 'acme', groups: ['sales'] };
const WHOLE: Scope = { tenantId: 'acme', groups: null };
const NOTHING = { person: '', actor: '', event: '', reference: '', since: '', until: '' };
const question = (scope: Scope): AuditQuestion => ({ scope, typed: NOTHING, timeZone: 'UTC' });

const ANN = anAccount({ id: 'ann', email: 'ann@acme.test', groups: ['sales'] });
const BEN = anAccount({ id: 'ben', email: 'ben@acme.test', groups: ['research'] });

/** A trail of so many lines; each hundredth one is about Ann, the others about Ben. It counts what is read. */
function trailOf(count: number) {
  const seen = { lines: 0, largest: 0, calls: 0 };
  const lineAt = (index: number): AuditEvent =>
    anAuditEvent({
      id: `${index}`,
      atMs: NOW - index,
      accountId: index % 100 === 99 ? 'ann' : 'ben',
      actor: null,
    });
  const audit = {
    async list({ after, limit }: AuditFilter) {
      const first = after ? Number(after.id) + 1 : 0;
      const found = Array.from({ length: Math.max(0, Math.min(limit, count - first)) }, (_, place) =>
        lineAt(first + place),
      );
      seen.lines += found.length;
      seen.largest = Math.max(seen.largest, found.length);
      seen.calls += 1;
      return found;
    },
  };
  const byId = new Map([ANN, BEN].map((account) => [account.id, account]));
  const search = createAuditSearch({
    accounts: { findByEmail: async (email) => [ANN, BEN].find((each) => each.email === email) ?? null },
    administration: {
      accountsById: async (ids) => {
        expect(ids.length).to.be.at.most(500);
        return new Map(
          ids.flatMap((id) => {
            const found = byId.get(id);
            return found ? [[id, found] as const] : [];
          }),
        );
      },
    },
    audit,
  });
  return { search, seen };
}

function opened<T>(outcome: { readonly ok: true; readonly value: T } | { readonly ok: false }): T {
  if (!outcome.ok) throw new Error('refused');
  return outcome.value;
}

describe('a search of the audit trail', () => {
  it('stops a page of a manager after 5,000 lines, and goes on from there to the end', async () => {
    const { search, seen } = trailOf(12_000);
    const sizes: number[] = [];
    const stops: boolean[] = [];
    let place: { atMs: number; id: string } | null = null;
    do {
      const before = seen.lines;
      const page: AuditPage = opened(await search.page(question(MANAGED), place));
      expect(seen.lines - before).to.be.at.most(5000);
      expect(new Set(page.lines.map(({ email }) => email))).to.deep.equal(new Set(['ann@acme.test']));
      sizes.push(page.lines.length);
      stops.push(page.isStopped);
      place = page.next;
    } while (place !== null);
    expect(sizes).to.deep.equal([50, 50, 20]);
    expect(stops).to.deep.equal([true, true, false]);
  });

  it('reads one page for an administrator', async () => {
    const { search, seen } = trailOf(12_000);
    const page = opened(await search.page(question(WHOLE), null));
    expect([page.lines.length, page.isStopped, page.next?.id]).to.deep.equal([100, false, '99']);
    expect(seen.calls).to.equal(1);
  });

  it('reads the next batch of a file only when the browser has taken the last one', async () => {
    const { search, seen } = trailOf(100_000);
    const ctx = { attachment: () => {}, set: () => {} } as unknown as Context;
    await sendFile(ctx, CSV, opened(await search.all(question(WHOLE))));
    const body = ctx.body as NodeJS.ReadableStream & AsyncIterable<string>;
    expect(seen.calls, 'before anybody reads').to.equal(1);
    let pieces = 0;
    let bytes = 0;
    for await (const piece of body) {
      pieces += 1;
      bytes += piece.length;
      expect(seen.calls - pieces, 'batches ahead of the reader').to.be.at.most(2);
    }
    expect(seen.largest).to.equal(250);
    expect(seen.lines).to.equal(100_000);
    expect(bytes).to.be.above(5_000_000);
  });

  it('does not begin a file when the store is away, and breaks off one that it cannot finish', async () => {
    const away = new Error('away');
    const batch = async function* (failsAt: number) {
      for (let index = 0; ; index += 1) {
        if (index === failsAt) throw away;
        yield [{ ...anAuditEvent(), email: null, actorEmail: null }];
      }
    };
    const ctx = { attachment: () => {}, set: () => {} } as unknown as Context;
    let refused: unknown = null;
    await sendFile(ctx, CSV, batch(0)).catch((error) => {
      refused = error;
    });
    expect(refused).to.equal(away);
    expect(ctx.body).to.equal(undefined);

    await sendFile(ctx, CSV, batch(3));
    let failed: unknown = null;
    try {
      for await (const _piece of ctx.body as AsyncIterable<string>);
    } catch (error) {
      failed = error;
    }
    expect(failed).to.equal(away);
  });
});

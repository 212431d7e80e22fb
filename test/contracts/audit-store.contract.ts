/** The contract of an audit store. */
import { expect } from 'chai';
import type { AuditStore } from '../../src/ports/stores.ts';
import { anAuditEvent, NOW } from './examples.ts';
import { freshStore, type MakeStore, together } from './make-store.ts';

export function auditStoreContract(name: string, makeStore: MakeStore<AuditStore>): void {
  describe(`${name}: audit store`, () => {
    const store = freshStore(makeStore);
    const idsOf = async (filter: Parameters<AuditStore['list']>[0]) =>
      (await store().list(filter)).map(({ id }) => id);

    it('gives back an event as it was appended', async () => {
      const bare = anAuditEvent({
        id: 'event-2',
        atMs: NOW - 1,
        event: 'config.reloaded',
        accountId: null,
        tenantId: null,
        clientId: null,
        method: null,
        reason: null,
        ip: null,
        reference: null,
        actor: null,
      });
      await store().append(anAuditEvent());
      await store().append(bare);
      expect(await store().list({ limit: 10 })).to.deep.equal([anAuditEvent(), bare]);
    });

    it('lists the newest first, up to the requested number', async () => {
      for (const atMs of [3, 1, 5, 2, 4])
        await store().append(anAuditEvent({ id: `event-${atMs}`, atMs: NOW + atMs }));
      expect(await idsOf({ limit: 3 })).to.deep.equal(['event-5', 'event-4', 'event-3']);
    });

    it('lists by tenant, by account, by both', async () => {
      await store().append(anAuditEvent({ id: '1', atMs: NOW + 1 }));
      await store().append(anAuditEvent({ id: '2', atMs: NOW + 2, accountId: 'account-2' }));
      await store().append(anAuditEvent({ id: '3', atMs: NOW + 3, tenantId: 'globex' }));
      await store().append(anAuditEvent({ id: '4', atMs: NOW + 4, accountId: null, tenantId: null }));
      expect(await idsOf({ limit: 9 })).to.deep.equal(['4', '3', '2', '1']);
      expect(await idsOf({ limit: 9, tenantId: 'acme' })).to.deep.equal(['2', '1']);
      expect(await idsOf({ limit: 9, accountId: 'account-1' })).to.deep.equal(['3', '1']);
      expect(await idsOf({ limit: 9, accountId: 'account-1', tenantId: 'acme' })).to.deep.equal(['1']);
      expect(await idsOf({ limit: 9, tenantId: 'initech' })).to.deep.equal([]);
    });

    it('lists the lines of one request by its reference, also of one tenant or account alone', async () => {
      await store().append(anAuditEvent({ id: '1', atMs: NOW + 1 }));
      await store().append(anAuditEvent({ id: '2', atMs: NOW + 2, accountId: null, tenantId: null }));
      await store().append(anAuditEvent({ id: '3', atMs: NOW + 3, reference: 'K7QM-2XPE' }));
      await store().append(anAuditEvent({ id: '4', atMs: NOW + 4, reference: null }));
      const reference = 'K7QM-2XPD';
      expect(await idsOf({ limit: 9, reference })).to.deep.equal(['2', '1']);
      expect(await idsOf({ limit: 1, reference })).to.deep.equal(['2']);
      expect(await idsOf({ limit: 9, reference, tenantId: 'acme' })).to.deep.equal(['1']);
      expect(await idsOf({ limit: 9, reference, accountId: 'account-2' })).to.deep.equal([]);
      expect(await idsOf({ limit: 9, reference: '0000-0000' })).to.deep.equal([]);
    });

    /** One line a second, with what a search can be narrowed by. */
    async function appendVaried(): Promise<void> {
      for (let index = 0; index < 24; index += 1)
        await store().append(
          anAuditEvent({
            id: `line-${index}`,
            atMs: NOW + index * 1000,
            event: index % 2 === 0 ? 'second_factor.refused' : 'sign_in.completed',
            accountId: `account-${index % 3}`,
            tenantId: index % 8 === 7 ? 'globex' : 'acme',
            actor: index % 4 === 0 ? 'operator' : null,
            reference: index % 12 === 0 ? 'K7QM-2XPD' : null,
          }),
        );
    }
    const numbers = async (filter: Parameters<AuditStore['list']>[0]) =>
      (await idsOf(filter)).map((id) => Number(id.replace('line-', '')));
    const downFrom23 = Array.from({ length: 24 }, (_, index) => 23 - index);

    it('narrows a list by each condition, and by all of them', async () => {
      await appendVaried();
      const inAcme = downFrom23.filter((index) => index % 8 !== 7);
      const limit = 99;
      const tenantId = 'acme';
      expect(await numbers({ limit, tenantId, event: 'sign_in.completed' })).to.deep.equal(
        inAcme.filter((index) => index % 2 === 1),
      );
      expect(await numbers({ limit, event: 'sign_in.completed' })).to.deep.equal(
        downFrom23.filter((index) => index % 2 === 1),
      );
      expect(await numbers({ limit, tenantId, actor: 'operator' })).to.deep.equal(
        inAcme.filter((index) => index % 4 === 0),
      );
      expect(await numbers({ limit, since: NOW + 5000, until: NOW + 9000 })).to.deep.equal([8, 7, 6, 5]);
      expect(await numbers({ limit, tenantId, until: NOW })).to.deep.equal([]);
      const all = { tenantId, accountId: 'account-0', actor: 'operator', event: 'second_factor.refused' };
      expect(
        await numbers({ limit, ...all, reference: 'K7QM-2XPD', since: NOW + 1, until: NOW + 99_000 }),
      ).to.deep.equal([12]);
      expect(await numbers({ limit, ...all, event: 'an.event_of_a_newer_release' })).to.deep.equal([]);
    });

    it('goes on after a line, without a gap or a repetition, whatever the conditions', async () => {
      await appendVaried();
      // Five more lines of one moment: their order is that of their insertion.
      await store().appendAll(
        ['a', 'b', 'c', 'd', 'e'].map((id) => anAuditEvent({ id, atMs: NOW + 3000, actor: 'operator' })),
      );
      const conditions = [
        {},
        { tenantId: 'acme' },
        { tenantId: 'acme', actor: 'operator' },
        { tenantId: 'acme', event: 'second_factor.refused' },
        { accountId: 'account-1', since: NOW + 2000, until: NOW + 20_000 },
        { tenantId: 'acme', until: NOW + 3001 },
      ];
      for (const each of conditions) {
        const whole = await store().list({ ...each, limit: 99 });
        const paged: typeof whole = [];
        for (;;) {
          const last = paged.at(-1);
          const page = await store().list({ ...each, limit: 2, after: last ?? null });
          paged.push(...page);
          if (page.length < 2) break;
        }
        expect(paged, JSON.stringify(each)).to.deep.equal(whole);
        expect(whole.length, JSON.stringify(each)).to.be.above(3);
      }
    });

    it('goes on at the right time after a line that is gone, and before an earlier end', async () => {
      await appendVaried();
      const after = { atMs: NOW + 4500, id: 'removed by retention' };
      expect(await numbers({ limit: 2, after })).to.deep.equal([4, 3]);
      expect(await numbers({ limit: 2, after, until: NOW + 2000 })).to.deep.equal([1, 0]);
      const there = { atMs: NOW + 9000, id: 'line-9' };
      expect(await numbers({ limit: 2, after: there, until: NOW + 2000 })).to.deep.equal([1, 0]);
    });

    it('appends several events in one act, in their order, and stores a repeated one once', async () => {
      const events = ['1', '2', '3'].map((id) => anAuditEvent({ id }));
      await store().append(anAuditEvent({ id: '2' }));
      await store().appendAll(events);
      await store().appendAll(events);
      await store().appendAll([]);
      expect(await idsOf({ limit: 9 })).to.deep.equal(['3', '1', '2']);
      await store().appendAll(['4', '5', '6'].map((id) => anAuditEvent({ id })));
      expect(await idsOf({ limit: 3 })).to.deep.equal(['6', '5', '4']);
    });

    it('keeps 50 events that are appended at once, and stores a repeated one once', async () => {
      await together(50, (index) => store().append(anAuditEvent({ id: `event-${index}` })));
      expect(await store().append(anAuditEvent({ id: 'event-7' }))).to.equal(false);
      expect(await store().append(anAuditEvent({ id: 'event-50' }))).to.equal(true);
      expect(new Set(await idsOf({ limit: 100 })).size).to.equal(51);
      expect(await idsOf({ limit: 100 })).to.have.length(51);
    });
  });
}

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

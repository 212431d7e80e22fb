/** The contract of an account store. */
import { expect } from 'chai';
import type { AccountStore } from '../../src/ports/stores.ts';
import { accountAddressContract } from './account-address.ts';
import { anAccount, NOW } from './examples.ts';
import { freshStore, type MakeStore, together, winners } from './make-store.ts';

export function accountStoreContract(name: string, makeStore: MakeStore<AccountStore>): void {
  describe(`${name}: account store`, () => {
    const store = freshStore(makeStore);

    it('gives back an account as it was inserted, by id and by e-mail address', async () => {
      const full = anAccount({
        emailConfirmed: true,
        name: `Zoë "O'Brien" \u{1f512} 山田`,
        phone: '+31201234567',
        role: 'manager',
        groups: ['finance', 'crew, night'],
        manages: ['finance'],
        locale: 'nl',
        passwordHash: '$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA',
        frozenAt: NOW - 1,
        heldAt: NOW - 1,
        endsBefore: NOW - 2,
        notificationEmail: 'bob@home.test',
        disabledAt: NOW - 3,
        invitedAt: NOW - 4,
        mailResetAt: NOW - 5,
        enforcement: 'required',
        pendingEmail: { email: 'rob@acme.test', askedAt: NOW - 6, linkIssuedAt: null },
        pendingNotificationEmail: { email: 'bob@work.test', askedAt: NOW - 7, linkIssuedAt: NOW - 7 },
        formerEmails: [{ email: 'bobby@acme.test', linkIssuedAt: NOW - 8 }],
      });
      const bare = anAccount({ id: 'account-2', email: 'eve@acme.test' });
      expect(await store().insert(full)).to.equal(true);
      expect(await store().insert(bare)).to.equal(true);
      expect(await store().findById('account-1')).to.deep.equal(full);
      expect(await store().findByEmail('bob@acme.test')).to.deep.equal(full);
      expect(await store().findById('account-2')).to.deep.equal(bare);
    });

    it('finds nothing under an unknown id or e-mail address', async () => {
      await store().insert(anAccount());
      expect(await store().findById('account-2')).to.equal(null);
      expect(await store().findByEmail('eve@acme.test')).to.equal(null);
      expect(await store().pageByTenant('globex', null, 100)).to.deep.equal([]);
    });

    it('treats text that looks like a query as text [A88]', async () => {
      await store().insert(anAccount());
      for (const text of [`' OR 1=1 --`, '{"$gt":""}', '%', '*', '']) {
        expect(await store().findByEmail(text), text).to.equal(null);
        expect(await store().findById(text), text).to.equal(null);
      }
    });

    it('refuses an id that is taken and overwrites nothing', async () => {
      const first = anAccount();
      await store().insert(first);
      expect(await store().insert(anAccount({ email: 'eve@acme.test', name: 'Eve' }))).to.equal(false);
      expect(await store().findById('account-1')).to.deep.equal(first);
      expect(await store().findByEmail('eve@acme.test')).to.equal(null);
    });

    it('refuses an e-mail address that is taken, by another tenant too', async () => {
      const first = anAccount();
      await store().insert(first);
      expect(await store().insert(anAccount({ id: 'account-2', tenantId: 'globex' }))).to.equal(false);
      expect(await store().findByEmail('bob@acme.test')).to.deep.equal(first);
      expect(await store().findById('account-2')).to.equal(null);
    });

    it('gives an e-mail address to one of 50 parallel callers', async () => {
      const won = await winners(50, (index) => store().insert(anAccount({ id: `account-${index}` })));
      expect(won).to.equal(1);
      expect(await store().pageByTenant('acme', null, 100)).to.have.length(1);
    });

    it('lists the accounts of one tenant alone', async () => {
      await store().insert(anAccount());
      await store().insert(anAccount({ id: 'account-2', email: 'eve@acme.test' }));
      await store().insert(anAccount({ id: 'account-3', email: 'carol@globex.test', tenantId: 'globex' }));
      const ids = (await store().pageByTenant('acme', null, 100)).map(({ id }) => id);
      expect(ids).to.have.members(['account-1', 'account-2']);
    });

    it('gives the accounts of a tenant in pages, in the order of their addresses', async () => {
      for (const name of ['dora', 'anna', 'carl', 'bob'])
        await store().insert(anAccount({ id: name, email: `${name}@acme.test` }));
      await store().insert(anAccount({ id: 'other', email: 'b@globex.test', tenantId: 'globex' }));
      const idsOf = async (after: string | null, limit: number) =>
        (await store().pageByTenant('acme', after, limit)).map(({ id }) => id);
      expect(await idsOf(null, 3)).to.deep.equal(['anna', 'bob', 'carl']);
      expect(await idsOf('carl@acme.test', 3)).to.deep.equal(['dora']);
      expect(await idsOf('dora@acme.test', 3)).to.deep.equal([]);
      expect(await idsOf('b', 1)).to.deep.equal(['bob']);
    });

    it('lists the accounts of one role of a tenant', async () => {
      await store().insert(anAccount({ id: 'b', email: 'b@acme.test', role: 'admin' }));
      await store().insert(anAccount({ id: 'a', email: 'a@acme.test', role: 'admin' }));
      await store().insert(anAccount({ id: 'm', email: 'm@acme.test' }));
      await store().insert(anAccount({ id: 'g', email: 'g@globex.test', tenantId: 'globex', role: 'admin' }));
      const ids = (await store().listByRole('acme', 'admin')).map(({ id }) => id);
      expect(ids).to.deep.equal(['a', 'b']);
      expect(await store().listByRole('acme', 'manager')).to.deep.equal([]);
    });

    it('replaces a password hash only while it is the one that was read', async () => {
      await store().insert(anAccount({ passwordHash: 'old' }));
      expect(await store().replacePasswordHash('account-1', 'other', 'new')).to.equal(false);
      expect((await store().findById('account-1'))?.passwordHash).to.equal('old');
      expect(await store().replacePasswordHash('account-1', 'old', 'new')).to.equal(true);
      expect(await store().findById('account-1')).to.deep.equal(anAccount({ passwordHash: 'new' }));
      expect(await store().replacePasswordHash('account-2', 'old', 'new')).to.equal(false);
    });

    it('lets one of 50 parallel callers replace a password hash', async () => {
      await store().insert(anAccount({ passwordHash: 'old' }));
      const won = await winners(50, (index) =>
        store().replacePasswordHash('account-1', 'old', `new-${index}`),
      );
      expect(won).to.equal(1);
    });

    it('lets one of 50 parallel callers set the first password of an account', async () => {
      await store().insert(anAccount());
      expect(await store().replacePasswordHash('account-1', 'other', 'new')).to.equal(false);
      const won = await winners(50, (index) =>
        store().replacePasswordHash('account-1', null, `new-${index}`),
      );
      expect(won).to.equal(1);
      expect(await store().replacePasswordHash('account-1', null, 'later')).to.equal(false);
    });

    it('changes the named details, and nothing else', async () => {
      await store().insert(anAccount({ groups: ['crew'], phone: '+31201234567' }));
      const named = {
        name: 'Robert',
        givenName: 'Robert',
        familyName: 'Jansen',
        username: 'rob',
        attributes: { 'cost.$centre': 7 },
        role: 'manager',
        groups: ['finance'],
        manages: ['finance'],
        notificationEmail: 'bob@home.test',
        disabledAt: NOW,
        invitedAt: NOW,
        mailResetAt: NOW,
        enforcement: 'required',
        pendingEmail: { email: 'rob@acme.test', askedAt: NOW, linkIssuedAt: NOW },
        pendingNotificationEmail: { email: 'bob@work.test', askedAt: NOW, linkIssuedAt: NOW },
      } as const;
      const changed = anAccount({ ...named, phone: '+31201234567', updatedAt: NOW + 1 });
      expect(await store().update('account-1', named, NOW + 1)).to.equal(true);
      expect(await store().findById('account-1')).to.deep.equal(changed);
      const cleared = {
        notificationEmail: null,
        disabledAt: null,
        givenName: null,
        pendingEmail: null,
        pendingNotificationEmail: null,
      };
      expect(await store().update('account-1', cleared, NOW + 2)).to.equal(true);
      const after = { ...changed, ...cleared, updatedAt: NOW + 2 };
      expect(await store().findById('account-1')).to.deep.equal(after);
      const isKnown = await store().update('account-2', named, NOW);
      expect([isKnown, await store().findById('account-2')]).to.deep.equal([false, null]);
    });

    accountAddressContract(store);

    it('sets and clears the chosen language, and changes nothing else', async () => {
      await store().insert(anAccount());
      await store().setLocale('account-1', 'nl', NOW);
      expect(await store().findById('account-1')).to.deep.equal(anAccount({ locale: 'nl' }));
      await store().setLocale('account-1', null, NOW);
      expect(await store().findById('account-1')).to.deep.equal(anAccount());
      await store().setLocale('account-2', 'nl', NOW);
      expect(await store().findById('account-2')).to.equal(null);
    });

    it('confirms an e-mail address only while it is the account’s, also repeatedly', async () => {
      await store().insert(anAccount());
      expect(await store().confirmEmail('account-1', 'eve@acme.test', NOW)).to.equal(false);
      expect(await store().confirmEmail('account-2', 'bob@acme.test', NOW)).to.equal(false);
      expect(await store().findById('account-1')).to.deep.equal(anAccount());
      expect(await store().confirmEmail('account-1', 'bob@acme.test', NOW)).to.equal(true);
      expect(await store().confirmEmail('account-1', 'bob@acme.test', NOW)).to.equal(true);
      expect(await store().findById('account-1')).to.deep.equal(anAccount({ emailConfirmed: true }));
      expect(await store().findById('account-2')).to.equal(null);
    });

    it('sets and clears the telephone number, and changes nothing else', async () => {
      await store().insert(anAccount());
      await store().setPhone('account-1', '+31201234567', NOW);
      expect(await store().findById('account-1')).to.deep.equal(anAccount({ phone: '+31201234567' }));
      await store().setPhone('account-1', null, NOW);
      expect(await store().findById('account-1')).to.deep.equal(anAccount());
      await store().setPhone('account-2', '+31201234567', NOW);
      expect(await store().findById('account-2')).to.equal(null);
    });

    it('freezes and unfreezes an account, and changes nothing else', async () => {
      await store().insert(anAccount());
      await store().setFrozen('account-1', NOW);
      expect(await store().findById('account-1')).to.deep.equal(anAccount({ frozenAt: NOW }));
      await store().setFrozen('account-1', NOW + 1);
      expect((await store().findById('account-1'))?.frozenAt, 'since when it was').to.equal(NOW);
      await store().setFrozen('account-1', null);
      expect(await store().findById('account-1')).to.deep.equal(anAccount());
      await store().setFrozen('account-2', NOW);
      expect(await store().findById('account-2')).to.equal(null);
    });

    it('holds an account and lifts the hold, and changes nothing else', async () => {
      await store().insert(anAccount());
      await store().setHeld('account-1', NOW);
      expect(await store().findById('account-1')).to.deep.equal(anAccount({ heldAt: NOW }));
      await store().setHeld('account-1', NOW + 1);
      expect((await store().findById('account-1'))?.heldAt, 'since when it was').to.equal(NOW);
      await store().setHeld('account-1', null);
      expect(await store().findById('account-1')).to.deep.equal(anAccount());
      await store().setHeld('account-2', NOW);
      expect(await store().findById('account-2')).to.equal(null);
    });

    it('raises the time before which all has ended, and never lowers it [A117]', async () => {
      await store().insert(anAccount());
      expect(await store().raiseEndsBefore('account-1', NOW)).to.equal(null);
      expect(await store().findById('account-1')).to.deep.equal(anAccount({ endsBefore: NOW }));
      expect(await store().raiseEndsBefore('account-1', NOW - 1)).to.equal(NOW);
      expect((await store().findById('account-1'))?.endsBefore).to.equal(NOW);
      expect(await store().raiseEndsBefore('account-1', NOW + 1)).to.equal(NOW);
      expect((await store().findById('account-1'))?.endsBefore).to.equal(NOW + 1);
      expect(await store().raiseEndsBefore('account-2', NOW)).to.equal(null);
      expect(await store().findById('account-2')).to.equal(null);
    });

    it('keeps the latest of 50 times that are raised at once [A117]', async () => {
      await store().insert(anAccount());
      await together(50, (index) => store().raiseEndsBefore('account-1', NOW + ((index * 7) % 50)));
      expect(await store().findById('account-1')).to.deep.equal(anAccount({ endsBefore: NOW + 49 }));
    });

    it('raises that time for every account of every tenant, in any number of batches [A117]', async () => {
      const tenantOf = (index: number) => (index % 2 === 0 ? 'acme' : 'globex');
      const idOf = (index: number) => `account-${String(index).padStart(4, '0')}`;
      const before = (index: number) => [null, NOW - 1, NOW, NOW + 1][index % 4] ?? null;
      const count = 450;
      const insert = (index: number) =>
        store().insert(
          anAccount({
            id: idOf(index),
            email: `${index}@acme.test`,
            tenantId: tenantOf(index),
            endsBefore: before(index),
          }),
        );
      // Fewer at a time than a server answers within the time limit of an act.
      for (let next = 0; next < count; next += 50)
        await together(Math.min(50, count - next), (index) => insert(next + index));
      await store().raiseAllEndsBefore(NOW);
      for (const tenant of ['acme', 'globex']) {
        const all = await store().pageByTenant(tenant, null, count);
        expect(all).to.have.length(count / 2);
        for (const { id, endsBefore } of all)
          expect(endsBefore, id).to.equal(Number(id.slice(-4)) % 4 === 3 ? NOW + 1 : NOW);
      }
    }).timeout(60_000);

    it('loses none of the changes that 50 callers make to one account at once', async () => {
      await store().insert(anAccount({ passwordHash: 'old' }));
      const changes = [
        () => store().setFrozen('account-1', NOW),
        () => store().setHeld('account-1', NOW),
        () => store().setPhone('account-1', '+31201234567', NOW),
        () => store().setLocale('account-1', 'nl', NOW),
        () => store().confirmEmail('account-1', 'bob@acme.test', NOW),
        () => store().replacePasswordHash('account-1', 'old', 'new'),
        () => store().raiseEndsBefore('account-1', NOW),
      ];
      await together<unknown>(50, async (index) => changes[index % changes.length]?.());
      expect(await store().findById('account-1')).to.deep.equal(
        anAccount({
          frozenAt: NOW,
          heldAt: NOW,
          endsBefore: NOW,
          phone: '+31201234567',
          locale: 'nl',
          emailConfirmed: true,
          passwordHash: 'new',
        }),
      );
    });
  });
}

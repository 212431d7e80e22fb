/** A ticket carries what a link has proven into one sign-in, and into no other one. */
import { expect } from 'chai';
import type { Account } from '../../../src/domain/account.ts';
import { createPendingEvents } from '../../../src/use-cases/events/pending-events.ts';
import {
  type Beginning,
  createVisitTickets,
  type ProvenByLink,
} from '../../../src/use-cases/sign-in/visit-tickets.ts';
import type { AcceptedFirstFactor } from '../../../src/use-cases/sign-in/wanted-account.ts';
import { aTransaction, MINUTE, NOW } from '../../contracts/examples.ts';
import { together } from '../../contracts/make-store.ts';
import { ADDRESS, aTenant, freshSetting } from '../setting.ts';

describe('a ticket from a link in a mail', () => {
  const setting = freshSetting({ tenants: [aTenant('acme'), aTenant('other')] });
  let account: Account;

  beforeEach(async () => {
    account = await setting().person();
  });

  function tickets(change: Partial<Parameters<typeof createVisitTickets>[0]> = {}) {
    return createVisitTickets({ ...setting().needs, loadSnapshot: setting().loadSnapshot, ...change });
  }

  const password = { method: 'pwd', enrolmentId: null, atMs: NOW } as const;

  function issued(changes: Partial<ProvenByLink> = {}): string {
    const proven = { accountId: account.id, link: 'link-1', firstFactor: password, newCodes: null };
    return tickets().issue({ ...proven, ...changes });
  }

  function begin(ticket: string, changes: Partial<Beginning> = {}): Promise<AcceptedFirstFactor | null> {
    const anybody = { tenantId: null, accountId: null };
    const visit = { uid: 'visit-1', clientId: 'rp', ip: ADDRESS, expiresAt: NOW + 15 * MINUTE };
    return tickets().begin(ticket, { ...anybody, ...visit, ...changes });
  }

  describe('that brings a first factor', () => {
    it('begins a sign-in with it, whose set-up needs no mailed code', async () => {
      const begun = await begin(issued());
      expect(begun?.transaction).to.deep.include({
        uid: 'visit-1',
        accountId: account.id,
        authentications: [password],
        isSetUpProven: true,
        newCodes: null,
      });
      await begun?.pending.append();
      expect(await setting().events()).to.deep.equal(['sign_in.password_accepted']);
    });

    it('names a passkey as such in the audit log, and shows the recovery codes that came with it', async () => {
      const firstFactor = { method: 'passkey', enrolmentId: 'key-1', atMs: NOW } as const;
      const codes = JSON.stringify(['AAAA-BBBB']);
      const begun = await begin(issued({ firstFactor, newCodes: codes }));
      await begun?.pending.append();
      const [line] = await setting().stores.audit.list({ limit: 1 });
      expect(line).to.include({ event: 'sign_in.passkey_accepted', method: 'passkey', clientId: 'rp' });
      expect(begun && setting().recovery.shown(begun.transaction)).to.deep.equal(['AAAA-BBBB']);
    });

    it('begins one sign-in, in the first of several browsers [A57]', async () => {
      const tokens = [issued(), issued(), issued()];
      const begun = await together(6, (index) => begin(tokens[index % 3] ?? '', { uid: `visit-${index}` }));
      expect(begun.filter((one) => one !== null)).to.have.lengthOf(1);
      expect(await begin(issued({ link: 'link-2' }), { uid: 'visit-9' })).to.not.equal(null);
    });

    it('changes no sign-in that has begun in the interaction already', async () => {
      const { transactions } = setting().stores;
      await transactions.save(aTransaction({ uid: 'visit-1', accountId: 'somebody-else' }));
      expect(await begin(issued())).to.equal(null);
      expect((await transactions.find('visit-1', NOW))?.accountId).to.equal('somebody-else');
    });

    it('begins none by a forged ticket, or after two minutes [A57]', async () => {
      const ticket = issued();
      for (const forged of ['', 'forged', `${ticket}x`]) expect(await begin(forged), forged).to.equal(null);
      expect(await begin(setting().linkTokens.tokenFor('invitation', account))).to.equal(null);
      setting().clock.nextStep(2 * MINUTE);
      expect(await begin(ticket)).to.equal(null);
      setting().clock.nextStep(-1);
      expect(await begin(ticket)).to.not.equal(null);
    });

    it('begins none that wants another account or another tenant', async () => {
      const ticket = issued();
      expect(await begin(ticket, { tenantId: 'other' })).to.equal(null);
      expect(await begin(ticket, { accountId: 'somebody-else' })).to.equal(null);
      expect(await begin(ticket, { tenantId: 'acme', accountId: account.id })).to.not.equal(null);
    });

    it('begins none for an account that was closed, barred or ended since [A117]', async () => {
      const { accounts } = setting().stores;
      const ticket = issued();
      expect(await begin(issued({ accountId: 'nobody' }))).to.equal(null);
      await accounts.update(account.id, { disabledAt: NOW }, NOW);
      expect(await begin(ticket), 'disabled').to.equal(null);
      await accounts.update(account.id, { disabledAt: null }, NOW);
      await accounts.setHeld(account.id, NOW);
      expect(await begin(ticket), 'held').to.equal(null);
      await accounts.setHeld(account.id, null);
      await accounts.raiseEndsBefore(account.id, NOW + 1);
      expect(await begin(ticket), 'ended').to.equal(null);
      expect(await setting().stores.transactions.find('visit-1', NOW)).to.equal(null);
    });

    it('is not taken for a forged one when the cipher itself fails', async () => {
      const cipher = {
        ...setting().needs.cipher,
        decrypt: () => {
          throw new RangeError('out of memory');
        },
      };
      const anybody = { tenantId: null, accountId: null };
      const visit = { uid: 'visit-1', clientId: 'rp', ip: ADDRESS, expiresAt: NOW + MINUTE };
      const failed = await tickets({ cipher })
        .begin(issued(), { ...anybody, ...visit })
        .catch((error: unknown) => error);
      expect(failed).to.be.instanceOf(RangeError);
    });
  });

  describe('that brings the proof of a mailbox', () => {
    async function atPassword(of = account): Promise<AcceptedFirstFactor> {
      const transaction = await setting().begun(of);
      const snapshot = await setting().loadSnapshot(of.id);
      return { transaction, snapshot, pending: createPendingEvents(setting().needs.events, []) };
    }

    const proof = () => issued({ firstFactor: null });
    const isProven = async (ticket: string, accepted: AcceptedFirstFactor) =>
      (await tickets().prove(ticket, accepted)).transaction.isSetUpProven;

    it('begins no sign-in, and spares its own account the mailed code [A48]', async () => {
      const ticket = proof();
      expect(await begin(ticket)).to.equal(null);
      const before = await atPassword();
      const after = await tickets().prove(ticket, before);
      expect(after.transaction).to.deep.equal({
        ...before.transaction,
        version: before.transaction.version + 1,
        isSetUpProven: true,
      });
    });

    it('spares nobody else, and no second browser [A48]', async () => {
      const eve = await setting().person({ email: 'eve@acme.test' });
      const ticket = proof();
      expect(await isProven(ticket, await atPassword(eve))).to.equal(false);
      expect(await isProven('forged', await atPassword())).to.equal(false);
      expect(await isProven(ticket, await atPassword())).to.equal(true);
      expect(await isProven(ticket, await atPassword()), 'the same browser').to.equal(true);
      expect(await isProven(proof(), await atPassword()), 'another browser').to.equal(false);
    });

    it('spares nobody for half an hour and more, or after the account was held or ended [A117]', async () => {
      const { accounts } = setting().stores;
      const ticket = proof();
      await accounts.setHeld(account.id, NOW);
      expect(await isProven(ticket, await atPassword()), 'held').to.equal(false);
      await accounts.setHeld(account.id, null);
      await accounts.raiseEndsBefore(account.id, NOW + 1);
      expect(await isProven(ticket, await atPassword()), 'ended').to.equal(false);
      setting().clock.nextStep(1);
      const newer = issued({ firstFactor: null, link: 'link-2' });
      setting().clock.nextStep(30 * MINUTE);
      expect(await isProven(newer, await atPassword()), 'too old').to.equal(false);
      setting().clock.nextStep(-1);
      expect(await isProven(newer, await atPassword())).to.equal(true);
    });

    it('leaves a sign-in as it is that has changed meanwhile, or whose account is gone', async () => {
      const before = await atPassword();
      await setting().stores.transactions.save({ ...before.transaction, later: true });
      expect(await tickets().prove(proof(), before)).to.equal(before);
      const gone = { ...(await atPassword()), snapshot: null };
      expect(await tickets().prove(issued({ firstFactor: null, link: 'link-2' }), gone)).to.equal(gone);
    });
  });
});

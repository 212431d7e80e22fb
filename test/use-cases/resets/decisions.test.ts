/** Decisions about requests for a reset, their effect, and the links in the mails about them. */
import { expect } from 'chai';
import { resetDecisionsOf } from '../../../src/compose/people/resets.ts';
import type { Account } from '../../../src/domain/account.ts';
import type { ResetRequest } from '../../../src/domain/resets/reset-request.ts';
import type { AccountStore, EnrolmentStore } from '../../../src/ports/stores.ts';
import { createResetLinks } from '../../../src/use-cases/resets/mailed-links.ts';
import { createVisitTickets } from '../../../src/use-cases/sign-in/visit-tickets.ts';
import { aResetRequest, MINUTE, NOW } from '../../contracts/examples.ts';
import { ADDRESS, aTenant, freshSetting, SECRET } from '../setting.ts';

const HOUR = 60 * MINUTE;
const OPERATOR = { by: 'operator', note: null };

describe('requests for a reset', () => {
  const setting = freshSetting({ tenants: [aTenant('acme'), aTenant('cool', { resetCoolingOffHours: 2 })] });
  let account: Account;

  beforeEach(async () => {
    account = await setting().person({
      phone: '+31612345678',
      factors: [{ method: 'sms' }, { method: 'totp', secret: SECRET }],
    });
    setting().clock.nextStep(MINUTE);
  });

  function composed(change: { accounts?: Partial<AccountStore>; enrolments?: Partial<EnrolmentStore> } = {}) {
    const { needs, stores, clock, endSessions } = setting();
    const changed = {
      ...stores,
      accounts: { ...stores.accounts, ...change.accounts },
      enrolments: { ...stores.enrolments, ...change.enrolments },
    };
    return resetDecisionsOf({
      tenants: needs.tenants,
      parts: { stores: changed, clock },
      endSessions,
      events: needs.events,
    });
  }

  async function asked(changes: Partial<ResetRequest> = {}): Promise<string> {
    const { id: accountId, tenantId } = account;
    const request = aResetRequest({ id: `${accountId}.1`, accountId, tenantId, createdAt: NOW + 1 });
    const whole = { ...request, expiresAt: NOW + 72 * HOUR, ...changes };
    await setting().stores.resetRequests.insert(whole);
    return whole.id;
  }

  async function listed(tenantIds: readonly string[], isAll: boolean): Promise<string[][]> {
    const pages: string[][] = [];
    for await (const page of composed().decisions.list(tenantIds, isAll))
      pages.push(page.map(({ request, state }) => `${request.id.split('.').at(-1)} ${state}`));
    return pages;
  }

  const factors = async () =>
    (await setting().stores.enrolments.listByAccount(account.id)).map(({ method }) => method);

  describe('the list', () => {
    it('has those that wait, newest first, and on demand the others too', async () => {
      const first = await asked();
      await composed().decisions.refuse(first, OPERATOR);
      await asked({ id: `${account.id}.2`, createdAt: NOW + 2 });
      await asked({ id: `${account.id}.3`, createdAt: NOW + 3, expiresAt: NOW + 4 });
      expect(await listed(['acme', 'cool'], false)).to.deep.equal([['2 open']]);
      expect(await listed(['acme'], true)).to.deep.equal([['3 expired', '2 open', '1 refused']]);
    });

    it('leaves out a request whose account is gone', async () => {
      await asked({ id: 'gone.1', accountId: 'gone' });
      expect(await listed(['acme'], true)).to.deep.equal([]);
      expect(await composed().decisions.find('gone.1')).to.equal(null);
      expect(await composed().decisions.approve('gone.1', OPERATOR)).to.deep.equal({ kind: 'unknown' });
    });

    it('comes in pages of 200, and has each request once', async () => {
      for (let n = 1; n <= 400; n += 1) await asked({ id: `${account.id}.${n}`, createdAt: NOW + n });
      const pages = await listed(['acme'], false);
      expect(pages.map((page) => page.length)).to.deep.equal([200, 200]);
      expect(new Set(pages.flat()).size).to.equal(400);
      expect([pages[0]?.[0], pages[1]?.at(-1)]).to.deep.equal(['400 open', '1 open']);
    });
  });

  describe('an approval', () => {
    it('takes effect at once for a tenant that the configuration no longer has', async () => {
      const { clock, stores, needs, endSessions } = setting();
      const { decisions } = resetDecisionsOf({
        tenants: [],
        parts: { stores, clock },
        endSessions,
        events: needs.events,
      });
      expect(await decisions.approve(await asked(), OPERATOR)).to.include({ kind: 'decided', state: 'done' });
      expect(await factors()).to.deep.equal([]);
    });

    it('is whole when the account is removed in the same moment', async () => {
      const id = await asked();
      const { accounts } = setting().stores;
      let isGone = false;
      const { decisions } = composed({
        accounts: { findById: async (who) => (isGone ? null : accounts.findById(who)) },
        enrolments: {
          async remove(who, factor) {
            isGone = true;
            return setting().stores.enrolments.remove(who, factor);
          },
        },
      });
      const decided = await decisions.approve(id, OPERATOR);
      expect(decided).to.deep.equal({ kind: 'decided', state: 'done', effectAt: null });
      expect(await factors()).to.deep.equal([]);
      expect(await setting().events()).to.include('reset.done');
    });

    it('tells the number that got codes until then, and ends the doubt about the mailbox [1.5]', async () => {
      await setting().stores.accounts.update(account.id, { mailResetAt: NOW }, NOW);
      await composed().decisions.approve(await asked(), OPERATOR);
      expect((await setting().stores.accounts.findById(account.id))?.mailResetAt).to.equal(null);
      const told = setting().told.find(({ also }) => also !== undefined);
      expect(told?.also).to.deep.equal(['+31612345678']);
    });

    it('leaves a factor to the request that has removed it in the same moment', async () => {
      const { enrolments } = setting().stores;
      const { decisions } = composed({
        enrolments: {
          async remove(who, factor) {
            await enrolments.remove(who, factor);
            return false;
          },
        },
      });
      await decisions.approve(await asked(), OPERATOR);
      expect(await setting().events())
        .to.include('reset.done')
        .and.not.include('enrolment.removed');
    });
  });

  describe('the links in the mails', () => {
    function links() {
      const { needs, loadSnapshot } = setting();
      const tickets = createVisitTickets({ ...needs, loadSnapshot });
      return createResetLinks({ ...needs, decisions: composed().decisions, tickets });
    }

    const cancelling = (about: string | null, of: Account = account) =>
      setting().linkTokens.tokenFor('cancel-reset', of, { about });
    const settingUp = () => setting().linkTokens.tokenFor('set-up-again', account, { about: 'reset-1' });

    it('cancel the request of their own account, once and for all', async () => {
      const id = await asked();
      const eve = await setting().person({ email: 'eve@acme.test' });
      for (const forged of ['forged', cancelling(null), cancelling('nothing'), cancelling(id, eve)]) {
        expect(await links().toCancel(forged)).to.equal(null);
        expect(await links().cancel(forged, ADDRESS)).to.equal(false);
      }
      expect(await links().cancel(cancelling(id), ADDRESS)).to.equal(true);
      expect(await links().cancel(cancelling(id), ADDRESS), 'a second click').to.equal(true);
      expect(await composed().decisions.approve(id, OPERATOR)).to.include({
        kind: 'late',
        state: 'cancelled',
      });
      expect(await factors()).to.have.members(['sms', 'totp']);
    });

    it('cancel nothing that was refused before', async () => {
      const id = await asked();
      await composed().decisions.refuse(id, OPERATOR);
      expect(await links().cancel(cancelling(id), ADDRESS)).to.equal(false);
      expect((await composed().decisions.find(id))?.state).to.equal('refused');
    });

    it('lead to the set-up of an account without a factor, and confirm its address [A48]', async () => {
      expect(await links().useSetUp(settingUp(), ADDRESS), 'it has factors').to.equal(null);
      const { enrolments, accounts } = setting().stores;
      for (const { id } of await enrolments.listByAccount(account.id))
        await enrolments.remove(account.id, id);
      expect(await links().useSetUp('forged', ADDRESS)).to.equal(null);
      expect((await links().useSetUp(settingUp(), ADDRESS))?.account.id).to.equal(account.id);
      expect((await links().useSetUp(settingUp(), ADDRESS))?.ticket).to.not.equal('');
      expect((await accounts.findById(account.id))?.emailConfirmed).to.equal(true);
      expect(await setting().events()).to.deep.equal(['contact.confirmed']);
    });

    it('lead nowhere after another address, an ending, or a hold of the account [A117]', async () => {
      const { enrolments, accounts } = setting().stores;
      for (const { id } of await enrolments.listByAccount(account.id))
        await enrolments.remove(account.id, id);
      const link = settingUp();
      const now = setting().clock.now();
      await accounts.setHeld(account.id, now);
      expect(await links().toSetUp(link), 'held').to.equal(null);
      await accounts.setHeld(account.id, null);
      expect(await links().toSetUp(link)).to.not.equal(null);
      await accounts.replaceEmail(account.id, account.email, 'new@acme.test', now);
      expect(await links().toSetUp(link), 'another address').to.equal(null);
      await accounts.replaceEmail(account.id, 'new@acme.test', account.email, now);
      await accounts.raiseEndsBefore(account.id, now + 1);
      expect(await links().toSetUp(link), 'ended').to.equal(null);
    });
  });
});

/** The links in our mails confirm an e-mail address, or say "it was not me". */
import { expect } from 'chai';
import { createCipher } from '../../../src/adapters/system/cipher.ts';
import type { Account } from '../../../src/domain/account.ts';
import { FROZEN } from '../../../src/domain/refusal.ts';
import type { SignInTransaction } from '../../../src/domain/sign-in/transaction.ts';
import { createMailedLinks } from '../../../src/use-cases/account/mailed-links.ts';
import { createEndSessions } from '../../../src/use-cases/sign-in/end-sessions.ts';
import { aSignInRecord, aTrustedBrowser, MINUTE } from '../../contracts/examples.ts';
import { together } from '../../contracts/make-store.ts';
import { appSetUp } from '../enrolment/app-enrolment.ts';
import {
  ADDRESS,
  acceptedBy,
  aTenant,
  cipher,
  codeOf,
  freshSetting,
  NETWORK,
  refusalOf,
  SECRET,
  tally,
  withTotp,
} from '../setting.ts';

const DAY = 24 * 60 * MINUTE;
const GONE = { code: 'session_expired' };

describe('links in mails', () => {
  const setting = freshSetting({
    tenants: [
      aTenant('acme', { trustedDevices: true }),
      aTenant('strict', { enforcement: 'required', methods: ['totp', 'email', 'sms', 'passkey'] }),
    ],
  });
  let bob: Account;
  beforeEach(async () => {
    bob = await setting().person(withTotp);
  });

  const now = async (account: Account = bob) => setting().stores.accounts.findById(account.id);

  /** Gives values that are no valid link. */
  function strange(use: 'confirm-email' | 'not-me'): readonly string[] {
    const token = setting().linkTokens.tokenFor(use, bob);
    const foreign = createCipher([{ id: 'test', key: 'another key of the tests, long enough too' }]);
    const content = JSON.stringify([bob.id, bob.email, setting().clock.now() + DAY]);
    return [
      '',
      'x',
      token.slice(0, -1),
      `${token}A`,
      token.split('').reverse().join(''),
      setting().linkTokens.tokenFor(use === 'not-me' ? 'confirm-email' : 'not-me', bob),
      foreign.encrypt(content, use),
      cipher.encrypt(content, 'another purpose'),
      cipher.encrypt('not JSON', use),
      cipher.encrypt('null', use),
      cipher.encrypt('{}', use),
      cipher.encrypt(JSON.stringify([bob.id, bob.email]), use),
      cipher.encrypt(JSON.stringify([bob.id, bob.email, 'tomorrow']), use),
      cipher.encrypt(JSON.stringify([{ $ne: null }, bob.email, setting().clock.now() + DAY]), use),
      setting().linkTokens.tokenFor(use, { id: 'nobody', email: bob.email }),
    ];
  }

  describe('that confirm an address', () => {
    const confirm = (token: string) => setting().links.confirmEmail(token, ADDRESS);

    it('confirm it, also repeatedly, and record it once [2.5]', async () => {
      const token = setting().linkTokens.tokenFor('confirm-email', bob);
      expect(acceptedBy(await confirm(token)).emailConfirmed).to.equal(true);
      expect((await now())?.emailConfirmed).to.equal(true);
      expect(acceptedBy(await confirm(token)).emailConfirmed).to.equal(true);
      expect(await setting().events()).to.deep.equal(['contact.confirmed']);
      const [line] = await setting().stores.audit.list({ limit: 1 });
      expect(line).to.include({ accountId: bob.id, tenantId: 'acme', method: 'email', ip: NETWORK });
    });

    it('do so 50 times at once [2.5]', async () => {
      const token = setting().linkTokens.tokenFor('confirm-email', bob);
      const outcomes = await together(50, () => confirm(token));
      expect(tally(outcomes.map(codeOf))).to.deep.equal({ ok: 50 });
      expect((await now())?.emailConfirmed).to.equal(true);
    });

    it('last three days [2.5]', async () => {
      const token = setting().linkTokens.tokenFor('confirm-email', bob);
      setting().clock.nextStep(3 * DAY - 1);
      expect((await setting().links.whose('confirm-email', token))?.account.id).to.equal(bob.id);
      setting().clock.nextStep(1);
      expect(await setting().links.whose('confirm-email', token)).to.equal(null);
      expect(refusalOf(await confirm(token))).to.deep.equal(GONE);
      expect((await now())?.emailConfirmed).to.equal(false);
    });

    it('confirm only the address that the mail went to', async () => {
      const token = setting().linkTokens.tokenFor('confirm-email', { id: bob.id, email: 'old@acme.test' });
      expect(await setting().links.whose('confirm-email', token)).to.equal(null);
      expect(refusalOf(await confirm(token))).to.deep.equal(GONE);
      expect((await now())?.emailConfirmed).to.equal(false);
    });

    it('are valid for their own account only', async () => {
      const eve = await setting().person({ email: 'eve@acme.test' });
      await confirm(setting().linkTokens.tokenFor('confirm-email', eve));
      expect((await now())?.emailConfirmed).to.equal(false);
      expect((await now(eve))?.emailConfirmed).to.equal(true);
    });

    it('are refused when they are forged', async () => {
      for (const token of strange('confirm-email')) {
        expect(await setting().links.whose('confirm-email', token), token).to.equal(null);
        expect(refusalOf(await confirm(token)), token).to.deep.equal(GONE);
      }
      expect((await now())?.emailConfirmed).to.equal(false);
      expect(await setting().events()).to.deep.equal([]);
    });

    it('reveal nothing of their account', () => {
      const token = setting().linkTokens.tokenFor('confirm-email', bob);
      const decoded = [token, Buffer.from(token, 'base64url').toString('latin1'), decodeURIComponent(token)];
      for (const text of decoded) expect(text).not.to.include(bob.id).and.not.to.include('acme');
    });
  });

  describe('that say "it was not me"', () => {
    const report = (token: string) => setting().links.report(token, ADDRESS);
    const tokenOf = (account: Account = bob) => setting().linkTokens.tokenFor('not-me', account);

    /** Two sessions and a trusted browser of this account. */
    async function signedIn({ id: accountId }: Account): Promise<void> {
      const expiresAt = setting().clock.now() + DAY;
      for (const each of ['one', 'two']) {
        const record = aSignInRecord({ sessionUid: `${accountId}-${each}`, accountId, expiresAt });
        await setting().stores.records.save(record);
      }
      const browser = aTrustedBrowser({ id: `${accountId}-browser`, accountId, expiresAt });
      await setting().stores.trustedBrowsers.insert(browser);
    }

    async function alive(account: Account): Promise<number> {
      const records = await setting().stores.records.listByAccount(account.id, setting().clock.now());
      return records.length + (await setting().browsers.list(account)).length;
    }

    it('end every session and all trust, freeze the account, and notify its owner [A48]', async () => {
      const eve = await setting().person({ email: 'eve@acme.test' });
      await signedIn(bob);
      await signedIn(eve);
      const reported = acceptedBy(await report(tokenOf()));
      expect(reported.frozenAt).to.equal(setting().clock.now());
      expect((await now())?.frozenAt).to.equal(setting().clock.now());
      expect(await alive(bob)).to.equal(0);
      expect(setting().told).to.deep.equal([{ accountId: bob.id, topic: 'reported' }]);
      expect(await setting().events()).to.deep.equal(['account.reported']);
      const [line] = await setting().stores.audit.list({ limit: 1 });
      expect(line).to.include({ accountId: bob.id, tenantId: 'acme', ip: NETWORK, method: null });
      expect((await now(eve))?.frozenAt, 'of somebody else').to.equal(null);
      expect(await alive(eve)).to.equal(3);
    });

    it('end later sign-ins too when they are opened again, with one notice [A48]', async () => {
      const token = tokenOf();
      await report(token);
      const since = (await now())?.frozenAt;
      setting().clock.nextStep(MINUTE);
      await signedIn(bob);
      expect(acceptedBy(await report(token)).frozenAt).to.equal(since);
      expect(await alive(bob)).to.equal(0);
      expect(setting().told).to.have.length(1);
      expect(await setting().events()).to.deep.equal(['account.reported']);
    });

    it('cause one notice for 50 simultaneous reports [A48]', async () => {
      await signedIn(bob);
      const token = tokenOf();
      expect(tally((await together(50, () => report(token))).map(codeOf))).to.deep.equal({ ok: 50 });
      expect(await alive(bob)).to.equal(0);
      expect(setting().told).to.have.length(1);
      expect(await setting().events()).to.deep.equal(['account.reported']);
    });

    it('cause the notice on a repeat when the store failed the first time [A48]', async () => {
      await signedIn(bob);
      const { needs, stores } = setting();
      const failing = createMailedLinks({
        ...needs,
        endSessions: createEndSessions({
          ...stores,
          clock: needs.clock,
          outbox: { add: async () => {} },
          endProviderSession: async () => {},
          log: () => {},
          records: { ...stores.records, remove: () => Promise.reject(new Error('away')) },
        }),
      });
      const token = tokenOf();
      const outcome = await failing.report(token, ADDRESS).then(codeOf, String);
      expect(outcome).to.equal('Error: away');
      expect(await now()).not.to.deep.include({ frozenAt: null });
      expect(codeOf(await report(token))).to.equal('ok');
      expect(setting().told).to.have.length(1);
    });

    it('freeze the account again after an administrator lifted the freeze', async () => {
      await report(tokenOf());
      await setting().stores.accounts.setFrozen(bob.id, null);
      setting().clock.nextStep(MINUTE);
      await report(tokenOf());
      expect((await now())?.frozenAt).to.equal(setting().clock.now());
      expect(setting().told).to.have.length(2);
    });

    it('last thirty days', async () => {
      const token = tokenOf();
      setting().clock.nextStep(30 * DAY - 1);
      expect((await setting().links.whose('not-me', token))?.account.id).to.equal(bob.id);
      setting().clock.nextStep(1);
      expect(refusalOf(await report(token))).to.deep.equal(GONE);
      expect((await now())?.frozenAt).to.equal(null);
    });

    it('are valid from a former address of the account', async () => {
      const token = setting().linkTokens.tokenFor('not-me', { id: bob.id, email: 'old@acme.test' });
      expect((await setting().links.whose('not-me', token))?.email).to.equal('old@acme.test');
      expect(codeOf(await report(token))).to.equal('ok');
      expect((await now())?.frozenAt).not.to.equal(null);
    });

    it('are refused when they are forged', async () => {
      await signedIn(bob);
      for (const token of strange('not-me')) {
        expect(refusalOf(await report(token)), token).to.deep.equal(GONE);
      }
      expect((await now())?.frozenAt).to.equal(null);
      expect(await alive(bob)).to.equal(3);
    });
  });

  describe('of a frozen account', () => {
    async function frozen(changes: Parameters<ReturnType<typeof setting>['person']>[0]): Promise<Account> {
      const account = await setting().person({ email: 'ann@strict.test', tenantId: 'strict', ...changes });
      await setting().stores.accounts.setFrozen(account.id, setting().clock.now());
      return account;
    }

    it('leave no enrolment to a person who knows only the password [A48]', async () => {
      const ann = await frozen({});
      for (const method of ['totp', 'email', 'sms', 'passkey'] as const) {
        const transaction = await setting().begun(ann);
        const begun = await setting().enrolment.begin(transaction, await setting().evaluated(ann), method);
        expect(refusalOf(begun), method).to.deep.equal(FROZEN);
      }
      expect(await setting().stores.enrolments.listByAccount(ann.id)).to.deep.equal([]);
    });

    it('leave an earlier enrolment unconfirmed [A48]', async () => {
      const ann = await setting().person({ email: 'ann@strict.test', tenantId: 'strict' });
      const { begin, confirm, codeFor, stored } = appSetUp(setting, () => ann);
      const transaction: SignInTransaction = await begin();
      await setting().stores.accounts.setFrozen(ann.id, setting().clock.now());
      expect(refusalOf(await confirm(transaction, { typed: await codeFor(transaction) }))).to.deep.equal(
        FROZEN,
      );
      expect(await stored()).to.deep.equal([]);
    });

    it('allow no removal, no new default and no new recovery codes [A48]', async () => {
      const phones = [
        { method: 'totp', secret: SECRET },
        { method: 'totp', secret: 'NXUDEDWYJLU4KT2NCK3K42UBFT6AJJ2V' },
      ] as const;
      const ann = await frozen({ factors: phones });
      const policyResult = await setting().evaluated(ann);
      const first = policyResult.enrolments[0]?.id ?? '';
      const { selfService, factorChanges, recovery } = setting();
      const visit = { record: aSignInRecord({ accountId: ann.id }), policyResult };
      const transaction = await setting().begun(ann);
      for (const outcome of [
        await selfService.remove(policyResult, first, ADDRESS),
        await factorChanges.makeDefault(visit, first, ADDRESS),
        await factorChanges.makeDefault(visit, null, ADDRESS),
        await factorChanges.rename(visit, first, 'Stolen', ADDRESS),
        await recovery.renew(transaction, policyResult, { ip: ADDRESS, clientId: null }),
      ]) {
        expect(refusalOf(outcome)).to.deep.equal(FROZEN);
      }
      const open = await frozen({ email: 'ann@acme.test', tenantId: 'acme', factors: phones });
      const off = await selfService.turnOff(await setting().evaluated(open), ADDRESS);
      expect(refusalOf(off)).to.deep.equal(FROZEN);
      expect(await setting().stores.enrolments.listByAccount(ann.id)).to.deep.equal(policyResult.enrolments);
      expect(await setting().stores.enrolments.listByAccount(open.id)).to.have.length(2);
      expect(await setting().events()).to.deep.equal([]);
    });
  });
});

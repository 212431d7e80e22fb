/** Setting up an authenticator app: the secret, the first code, and what is kept of both. */
import { expect } from 'chai';
import type { Account } from '../../../src/domain/account.ts';
import { enrolmentPurpose } from '../../../src/domain/enrolment/enrolment.ts';
import { noCode } from '../../../src/domain/refusal.ts';
import { NOW } from '../../contracts/examples.ts';
import { together } from '../../contracts/make-store.ts';
import {
  acceptedBy,
  aTenant,
  cipher,
  codeOf,
  freshSetting,
  PERIOD,
  refusalOf,
  tally,
  typing,
} from '../setting.ts';
import { appSetUp } from './app-enrolment.ts';

describe('enrolment of an authenticator app', () => {
  const setting = freshSetting({ tenants: [aTenant('acme', { enforcement: 'required' })] });
  let account: Account;

  beforeEach(async () => {
    account = await setting().person();
  });

  const { begin, secretOf, codeFor, confirm, stored } = appSetUp(setting, () => account);

  describe('the secret', () => {
    it('is shown with all values that an app needs [3.2]', async () => {
      const transaction = await begin();
      const shown = setting().enrolment.reveal(transaction, await setting().evaluated(account));
      expect(shown?.secret).to.match(/^[A-Z2-7]{32}$/);
      expect(shown).to.include({ digits: 6, periodSeconds: 30 });
      expect(new URL(shown?.uri ?? '').searchParams.get('secret')).to.equal(shown?.secret);
      expect(decodeURIComponent(shown?.uri ?? '')).to.include('Doublelock:bob@acme.test');
    });

    it('is kept in the sign-in, and is the same when the page is opened again', async () => {
      const transaction = await begin();
      expect(await setting().stores.transactions.find(transaction.uid, NOW)).to.deep.equal(transaction);
      expect(await begin(transaction)).to.deep.equal(transaction);
    });

    it('is the same when the form is sent twice', async () => {
      const transaction = await setting().begun(account);
      const [one, two] = await together(2, () => begin(transaction));
      expect(one).to.deep.equal(two);
    });

    it('is not made for a sign-in that has changed meanwhile', async () => {
      const transaction = await setting().begun(account);
      const policyResult = await setting().evaluated(account);
      await setting().stores.transactions.save({ ...transaction, later: true });
      expect(codeOf(await setting().enrolment.begin(transaction, policyResult, 'totp'))).to.equal(
        'session_expired',
      );
      const pendingEnrolment = { enrolmentId: 'theirs', method: 'totp', secret: 'sealed' } as const;
      await setting().stores.transactions.save({
        ...transaction,
        version: 2,
        accountId: 'somebody-else',
        pendingEnrolment,
      });
      expect(codeOf(await setting().enrolment.begin(transaction, policyResult, 'totp'))).to.equal(
        'session_expired',
      );
    });

    it('is not made for a method without its own enrolment', async () => {
      const transaction = await setting().begun(account);
      for (const method of ['recovery', 'app'] as const) {
        const outcome = await setting().enrolment.begin(
          transaction,
          await setting().evaluated(account),
          method,
        );
        expect(refusalOf(outcome), method).to.deep.equal({ code: 'method_not_allowed' });
      }
    });

    it('is not shown without an enrolment, or for a method that is not built', async () => {
      const transaction = await setting().begun(account);
      const policyResult = await setting().evaluated(account);
      expect(setting().enrolment.reveal(transaction, policyResult)).to.equal(null);
      const pendingEnrolment = { enrolmentId: 'new', method: 'passkey', secret: 'sealed' } as const;
      expect(setting().enrolment.reveal({ ...transaction, pendingEnrolment }, policyResult)).to.equal(null);
    });

    it('cannot be decrypted for another account [A39]', async () => {
      const transaction = await begin();
      const eve = await setting().evaluated(await setting().person({ email: 'eve@acme.test' }));
      expect(() => setting().enrolment.reveal(transaction, eve)).to.throw();
    });

    it('is never stored in clear, before or after its confirmation [A98]', async () => {
      const transaction = await begin();
      const secret = await secretOf(transaction);
      expect(setting().onDisk()).to.include(transaction.uid).and.not.to.include(secret);
      const typed = await codeFor(transaction);
      acceptedBy(await confirm(transaction, { typed }));
      const [enrolment] = await stored();
      if (!enrolment) throw new Error('nothing was set up');
      const onDisk = setting().onDisk();
      expect(onDisk).to.include(enrolment.id);
      for (const clear of [secret, secret.toLowerCase(), Buffer.from(secret).toString('base64')]) {
        expect(onDisk).not.to.include(clear.replace(/=+$/, ''));
      }
      expect(cipher.decrypt(enrolment.secret ?? '', enrolmentPurpose(enrolment))).to.equal(secret);
      expect(() =>
        cipher.decrypt(enrolment.secret ?? '', enrolmentPurpose({ ...enrolment, accountId: 'eve' })),
      ).to.throw();
    });
  });

  describe('the first code', () => {
    it('creates the factor, and counts as the second factor of this sign-in [4.1]', async () => {
      const transaction = await begin();
      const typed = await codeFor(transaction);
      const after = acceptedBy(await confirm(transaction, { typed, label: ' work phone ', app: 'Aegis' }));
      const [enrolment, ...others] = await stored();
      expect(others).to.deep.equal([]);
      expect(enrolment).to.deep.equal({
        id: transaction.pendingEnrolment?.enrolmentId,
        accountId: account.id,
        tenantId: 'acme',
        method: 'totp',
        label: 'work phone',
        app: 'Aegis',
        secret: transaction.pendingEnrolment?.secret,
        lastStep: Math.floor(NOW / PERIOD),
        isDefault: false,
        createdAt: NOW,
      });
      const authentication = { method: 'totp', enrolmentId: enrolment?.id, atMs: NOW };
      expect(after).to.deep.equal({
        ...transaction,
        version: transaction.version + 1,
        pendingEnrolment: null,
        enrolled: 'totp',
        stepsTaken: 1,
        authentications: [...transaction.authentications, authentication],
      });
      const { decision } = await setting().evaluated(account, { authentications: after.authentications });
      expect(decision).to.deep.equal({ kind: 'satisfied', onGrace: false });
      const events = await setting().stores.audit.list({ limit: 10 });
      const event = events.find((one) => one.event === 'enrolment.created');
      expect(event).to.include({
        event: 'enrolment.created',
        accountId: account.id,
        method: 'totp',
        clientId: 'rp',
      });
    });

    it('uses up its time step and the earlier one [A36]', async () => {
      const transaction = await begin();
      acceptedBy(await confirm(transaction, { typed: await codeFor(transaction, 1) }));
      expect((await stored())[0]).to.include({
        label: '',
        app: null,
        lastStep: Math.floor(NOW / PERIOD) + 1,
      });
      const verdict = await setting().secondFactor.verifyCode(
        await setting().atCode(account),
        'totp',
        typing(await codeFor(transaction)),
      );
      expect(codeOf(verdict)).to.equal('code_used');
    });

    for (const typed of ['', '12345', '1234567', 'abcdef', '\u0000']) {
      it(`is refused as ${JSON.stringify(typed)}, and the same secret can be tried again [3.8]`, async () => {
        const transaction = await begin();
        expect(refusalOf(await confirm(transaction, { typed }))).to.deep.equal(noCode(6));
        expect(await stored()).to.deep.equal([]);
        expect(await setting().events()).to.deep.equal([]);
        expect(codeOf(await confirm(transaction, { typed: await codeFor(transaction) }))).to.equal('ok');
      });
    }

    it('reports a clock that is off [3.8]', async () => {
      const transaction = await begin();
      const outcome = await confirm(transaction, { typed: await codeFor(transaction, -5) });
      expect(refusalOf(outcome)).to.deep.equal({
        code: 'code_invalid',
        attemptsLeft: null,
        clockOffSeconds: -150,
      });
    });

    it('allows labels and app names of up to 60 characters', async () => {
      const transaction = await begin();
      const typed = await codeFor(transaction);
      const long = 'x'.repeat(61);
      expect(refusalOf(await confirm(transaction, { typed, label: long }))).to.deep.equal({
        code: 'field_invalid',
        field: 'label',
      });
      expect(refusalOf(await confirm(transaction, { typed, app: long }))).to.deep.equal({
        code: 'field_invalid',
        field: 'app',
      });
      expect(await stored()).to.deep.equal([]);
      acceptedBy(await confirm(transaction, { typed, label: 'l'.repeat(60), app: 'a'.repeat(60) }));
      expect((await stored())[0]).to.include({ label: 'l'.repeat(60), app: 'a'.repeat(60) });
    });

    it('is refused without an enrolment under way', async () => {
      expect(refusalOf(await confirm(await setting().begun(account)))).to.deep.equal({
        code: 'session_expired',
      });
    });
  });

  describe('repeated requests', () => {
    it('create one factor after twenty simultaneous clicks [A41]', async () => {
      const transaction = await begin();
      const typed = await codeFor(transaction);
      const outcomes = await together(20, () => confirm(transaction, { typed }));
      expect(tally(outcomes.map(codeOf))).to.deep.equal({ ok: 20 });
      expect(new Set(outcomes.map((outcome) => JSON.stringify(outcome))).size).to.equal(1);
      expect(await stored()).to.have.lengthOf(1);
      expect(tally(await setting().events())).to.deep.equal({
        'enrolment.created': 1,
        'recovery.created': 1,
      });
    });

    it('create no second factor when a page is sent again', async () => {
      const transaction = await begin();
      const typed = await codeFor(transaction);
      const first = acceptedBy(await confirm(transaction, { typed }));
      expect(acceptedBy(await confirm(transaction, { typed }))).to.deep.equal(first);
      expect(await stored()).to.have.lengthOf(1);
    });

    it('notify the owner of an enrolled factor even if its sign-in has changed, which stores no recovery codes then [R23]', async () => {
      const transaction = await begin();
      await setting().stores.transactions.save({ ...transaction, later: true });
      expect(codeOf(await confirm(transaction, { typed: await codeFor(transaction) }))).to.equal(
        'session_expired',
      );
      expect(await stored()).to.have.lengthOf(1);
      expect(await setting().events()).to.deep.equal(['enrolment.created']);
    });

    it('enrol two phones, each with its own secret', async () => {
      for (const label of ['phone', 'tablet']) {
        const transaction = await begin();
        acceptedBy(await confirm(transaction, { typed: await codeFor(transaction), label }));
      }
      const [one, two] = await stored();
      expect([one?.label, two?.label]).to.deep.equal(['phone', 'tablet']);
      expect(one?.secret).not.to.equal(two?.secret);
    });
  });
});

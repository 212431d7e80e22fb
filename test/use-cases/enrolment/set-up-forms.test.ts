/** Forms of a set-up that come twice, too late, or for another step than theirs. */
import { expect } from 'chai';
import type { Account } from '../../../src/domain/account.ts';
import type { EnrolmentStep } from '../../../src/domain/enrolment/steps.ts';
import type { SignInTransaction } from '../../../src/domain/sign-in/transaction.ts';
import { MINUTE, NOW } from '../../contracts/examples.ts';
import { together } from '../../contracts/make-store.ts';
import { EMAIL } from '../second-factor/sending.ts';
import { ADDRESS, acceptedBy, aTenant, codeOf, freshSetting, inTurn, refusalOf, SECRET } from '../setting.ts';
import { codeSetUp } from './code-enrolment.ts';

const FROM = { ip: ADDRESS, clientId: null };
const TWO_PHONES = [
  { method: 'totp', secret: SECRET },
  { method: 'totp', secret: 'NXUDEDWYJLU4KT2NCK3K42UBFT6AJJ2V' },
] as const;

describe('a form of a set-up', () => {
  const setting = freshSetting({
    tenants: [aTenant('acme', { methods: ['totp', 'email', 'sms', 'passkey'] })],
  });
  let account: Account;
  const { begin, send, confirm, methods } = codeSetUp(setting, () => account);

  beforeEach(async () => {
    account = await setting().person();
  });

  const abandon = async (transaction: SignInTransaction) =>
    setting().enrolment.abandon(transaction, await setting().evaluated(account));
  const stopOf = async (transaction: SignInTransaction, step: EnrolmentStep) =>
    setting().enrolment.stopOf(transaction, await setting().evaluated(account), step);

  describe('that leaves it', () => {
    it('drops its secret and its codes, also when it is sent five times at once', async () => {
      const transaction = await begin('totp');
      const outcomes = await together(5, () => abandon(transaction));
      for (const outcome of outcomes)
        expect(acceptedBy(outcome)).to.include({ pendingEnrolment: null, newCodes: null, stepsTaken: 0 });
      expect((await setting().stores.transactions.find(transaction.uid, NOW))?.pendingEnrolment).to.equal(
        null,
      );
    });

    it('leaves another set-up alone that was begun meanwhile', async () => {
      const transaction = await begin('totp');
      await begin('sms', transaction);
      expect(codeOf(await abandon(transaction))).to.equal('session_expired');
      const kept = await setting().stores.transactions.find(transaction.uid, NOW);
      expect(kept?.pendingEnrolment?.method).to.equal('sms');
    });
  });

  describe('that answers it', () => {
    it('takes no typed code for a passkey', async () => {
      const transaction = await begin('passkey');
      expect(codeOf(await confirm(transaction, 'passkey', '123456'))).to.equal('session_expired');
      expect(await methods()).to.deep.equal([]);
    });

    it('says that a text is no code, and counts no attempt for it', async () => {
      const transaction = await send(await begin('email'), 'email');
      const texts = await inTurn(9, () => confirm(transaction, 'email', 'see you'));
      for (const outcome of texts) expect(refusalOf(outcome)).to.deep.include({ noCode: { digits: 6 } });
      expect(codeOf(await confirm(transaction, 'email', await setting().sentCode(EMAIL)))).to.equal('ok');
    });

    it('lets a right code wait in a session that is too old, and stores no contact yet [4.1]', async () => {
      const transaction = await send(await begin('email'), 'email');
      const typed = await setting().sentCode(EMAIL);
      const given = { typed, label: '', app: '', isLate: true, ...FROM };
      const policyResult = await setting().evaluated(account);
      const waiting = acceptedBy(
        await setting().enrolment.confirm(transaction, policyResult, 'email', given),
      );
      expect(await methods()).to.deep.equal([]);
      expect(await setting().events()).to.deep.equal(['code.sent']);
      acceptedBy(await setting().enrolment.complete(waiting, await setting().evaluated(account), FROM));
      expect(await methods()).to.have.members(['email', 'recovery']);
      expect((await setting().stores.accounts.findById(account.id))?.emailConfirmed).to.equal(true);
    });
  });

  describe('that is shown', () => {
    it('tells why a step takes no code, and that a step without a sent code takes one', async () => {
      const transaction = await send(await begin('email'), 'email');
      expect(await stopOf(transaction, 'totp')).to.equal(null);
      expect(await stopOf(transaction, 'recovery-codes')).to.equal(null);
      expect(await stopOf(transaction, 'email')).to.equal(null);
      await inTurn(5, async () => confirm(transaction, 'email', await setting().wrongSentCode(EMAIL)));
      expect(await stopOf(transaction, 'email')).to.deep.equal({ code: 'too_many_attempts', retryAt: null });
      const again = await send(await begin('email'), 'email');
      await inTurn(5, async () => confirm(again, 'email', await setting().wrongSentCode(EMAIL)));
      expect(await stopOf(again, 'email')).to.deep.equal({
        code: 'too_many_attempts',
        retryAt: NOW + 15 * MINUTE,
      });
    });

    it('has the page of its step, which asks for a number where codes go to one', () => {
      const { pageOf } = setting().enrolment;
      expect(pageOf('proof')).to.deep.equal({ kind: 'sent', page: 'set-up-proof', asksNumber: false });
      expect(pageOf('recovery-codes')).to.include({ kind: 'set', page: 'recovery-codes' });
      expect(pageOf('totp')).to.include({ kind: 'typed', asksNumber: false });
      expect(pageOf('sms')).to.include({ kind: 'sent', asksNumber: true });
    });

    it('has no page for a method that does not exist, and no sent code where none is sent', async () => {
      const { pageOf, sentBy } = setting().enrolment;
      const transaction = await setting().begun(account);
      const policyResult = await setting().evaluated(account);
      expect(() => pageOf('recovery')).to.throw('recovery');
      expect(() => pageOf('app')).to.throw('app');
      for (const step of ['totp', 'recovery-codes'] as const)
        expect(() => sentBy(transaction, policyResult, step), step).to.throw(step);
    });
  });

  describe('that begins it again', () => {
    let phone: string;
    let tablet: string;

    beforeEach(async () => {
      account = await setting().person({ email: 'ann@acme.test', factors: TWO_PHONES });
      const [one, two] = await setting().stores.enrolments.listByAccount(account.id);
      phone = one?.id ?? '';
      tablet = two?.id ?? '';
    });

    async function replacing(transaction: SignInTransaction, enrolmentId: string | null) {
      const replaces = enrolmentId === null ? {} : { replaces: { enrolmentId, method: 'totp' as const } };
      const policyResult = await setting().evaluated(account);
      return setting().enrolment.begin(transaction, policyResult, 'totp', replaces);
    }

    it('keeps its secret, and replaces the factor that was chosen last [4.3]', async () => {
      const first = acceptedBy(await replacing(await setting().begun(account), phone));
      const { secret } = first.pendingEnrolment ?? {};
      expect(acceptedBy(await replacing(first, phone))).to.deep.equal(first);
      const second = acceptedBy(await replacing(first, tablet));
      expect(second.pendingEnrolment).to.deep.include({
        secret,
        replaces: { enrolmentId: tablet, method: 'totp' },
      });
      const none = acceptedBy(await replacing(second, null));
      expect(none.pendingEnrolment).to.include({ secret }).and.to.not.have.property('replaces');
      expect(acceptedBy(await replacing(none, phone)).pendingEnrolment).to.have.property('replaces');
    });

    it('keeps a right answer that waits for a fresh factor, with the factor that it replaces [4.3]', async () => {
      const transaction = acceptedBy(await replacing(await setting().begun(account), phone));
      const policyResult = await setting().evaluated(account);
      const secret = setting().enrolment.reveal(transaction, policyResult)?.secret ?? '';
      const given = { typed: setting().code(0, secret), label: '', app: '', isLate: true, ...FROM };
      const waiting = acceptedBy(await setting().enrolment.confirm(transaction, policyResult, 'totp', given));
      expect(acceptedBy(await replacing(waiting, phone))).to.deep.equal(waiting);
      acceptedBy(await setting().enrolment.complete(waiting, policyResult, FROM));
      const left = await setting().stores.enrolments.listByAccount(account.id);
      expect(left.map(({ id }) => id))
        .to.include(tablet)
        .and.not.include(phone);
      expect(await setting().events()).to.include.members(['enrolment.created', 'enrolment.removed']);
    });
  });
});

/** A passkey that is no answer of the person now: the browser has made it by itself, or the session is too old. */
import { expect } from 'chai';
import type { Account } from '../../../src/domain/account.ts';
import type { SignInTransaction } from '../../../src/domain/sign-in/transaction.ts';
import { together } from '../../contracts/make-store.ts';
import { ADDRESS, acceptedBy, aTenant, codeOf, freshSetting, tally, withTotp } from '../setting.ts';
import { authenticatorAt, passkeyHolder } from './passkey-holder.ts';

const FROM = { ip: ADDRESS, clientId: 'rp' };

describe('a passkey that counts for no sign-in yet', () => {
  const setting = freshSetting({ tenants: [aTenant('acme', { methods: ['totp', 'passkey'] })] });
  const { begin, creationOf, stored } = passkeyHolder(setting);
  let account: Account;

  beforeEach(async () => {
    account = await setting().person(withTotp);
  });

  async function confirm(
    transaction: SignInTransaction,
    response: string,
    how: { readonly isSilent?: boolean; readonly isLate?: boolean },
  ) {
    const policyResult = await setting().evaluated(account);
    return setting().passkeys.confirm(transaction, policyResult, { response, label: '', ...FROM, ...how });
  }

  async function made(): Promise<{ transaction: SignInTransaction; response: string }> {
    const transaction = await begin(account);
    return { transaction, response: authenticatorAt().create(await creationOf(account, transaction)) };
  }

  /** The visit whose process died after the browser has made the passkey by itself. */
  async function asSilent(waiting: SignInTransaction): Promise<SignInTransaction> {
    const { pendingEnrolment: pending } = waiting;
    if (!pending?.proven) throw new Error('nothing waits');
    const pendingEnrolment = { ...pending, proven: { ...pending.proven, isSilent: true } };
    const kept = await setting().stores.transactions.save({ ...waiting, pendingEnrolment });
    if (!kept) throw new Error('the visit has changed');
    return kept;
  }

  it('is stored when the browser has made it by itself, and leaves the sign-in as it was', async () => {
    const { transaction, response } = await made();
    const after = acceptedBy(await confirm(transaction, response, { isSilent: true }));
    expect(after).to.include({ pendingEnrolment: null, enrolled: 'passkey' });
    expect(after.authentications).to.deep.equal(transaction.authentications);
    expect(await stored(account)).to.have.lengthOf(1);
    expect(tally(await setting().events())).to.deep.include({ 'enrolment.created': 1 });
  });

  it('is stored once for five such answers at once, none of which counts', async () => {
    const { transaction, response } = await made();
    const all = await together(5, () => confirm(transaction, response, { isSilent: true }));
    const accepted = all.filter(({ ok }) => ok);
    expect(accepted).not.to.have.lengthOf(0);
    for (const outcome of accepted)
      expect(acceptedBy(outcome).authentications).to.deep.equal(transaction.authentications);
    // An answer that comes after the visit has gone on belongs to no set-up any more.
    for (const outcome of all.filter(({ ok }) => !ok)) expect(codeOf(outcome)).to.equal('session_expired');
    expect(await stored(account)).to.have.lengthOf(1);
    expect(tally(await setting().events())['enrolment.created']).to.equal(1);
  });

  it('is not stored where another set-up was begun meanwhile', async () => {
    const { transaction, response } = await made();
    acceptedBy(await setting().enrolment.begin(transaction, await setting().evaluated(account), 'totp'));
    expect(codeOf(await confirm(transaction, response, { isSilent: true }))).to.equal('session_expired');
    expect(await stored(account)).to.deep.equal([]);
  });

  it('is finished as silent when its process died after it was stored [R23]', async () => {
    const { transaction, response } = await made();
    const waiting = acceptedBy(await confirm(transaction, response, { isLate: true }));
    const kept = await asSilent(waiting);
    const { enrolmentId: id = '', secret = null } = kept.pendingEnrolment ?? {};
    await setting().stores.enrolments.insert({
      id,
      accountId: account.id,
      tenantId: 'acme',
      method: 'passkey',
      label: '',
      app: null,
      secret,
      lastStep: 0,
      isDefault: false,
      createdAt: setting().clock.now(),
    });
    const after = await setting().enrolment.finish(kept, await setting().evaluated(account), FROM);
    expect(after?.authentications).to.deep.equal(transaction.authentications);
    expect(after).to.include({ pendingEnrolment: null, enrolled: 'passkey' });
  });

  it('is begun anew by the person, whose answer then counts', async () => {
    const { transaction, response } = await made();
    const waiting = acceptedBy(await confirm(transaction, response, { isLate: true }));
    expect(await begin(account, waiting), 'an answer of the person waits').to.deep.equal(waiting);
    const kept = await asSilent(waiting);
    const again = await begin(account, kept);
    expect(again.pendingEnrolment).to.not.have.property('proven');
    expect(again.pendingEnrolment?.enrolmentId).to.not.equal(kept.pendingEnrolment?.enrolmentId);
  });

  it('waits for a fresh factor in a session that is too old, and counts when that came [4.1]', async () => {
    const { transaction, response } = await made();
    const waiting = acceptedBy(await confirm(transaction, response, { isLate: true }));
    expect(await stored(account)).to.deep.equal([]);
    const policyResult = await setting().evaluated(account);
    const after = acceptedBy(await setting().enrolment.complete(waiting, policyResult, FROM));
    expect(after.authentications.at(-1)).to.deep.include({
      method: 'passkey',
      passkey: { userVerified: true, deviceBound: true },
    });
    expect(await stored(account)).to.have.lengthOf(1);
  });
});

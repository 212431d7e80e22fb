/** Setting up a passkey: what the browser is asked for, and what is kept of its answer. */
import { expect } from 'chai';
import type { Account } from '../../../src/domain/account.ts';
import { enrolmentPurpose } from '../../../src/domain/enrolment/enrolment.ts';
import { credentialOf } from '../../../src/domain/methods/webauthn.ts';
import { NO_ASSURANCE_REQUESTED } from '../../../src/domain/policy/policy.ts';
import type { SignInTransaction } from '../../../src/domain/sign-in/transaction.ts';
import { together } from '../../contracts/make-store.ts';
import { acceptedBy, aTenant, cipher, codeOf, freshSetting, refusalOf, tally } from '../setting.ts';
import { authenticatorAt, passkeyHolder } from './passkey-holder.ts';

const REFUSED = { code: 'code_invalid', attemptsLeft: null, clockOffSeconds: null, passkey: 'refused' };

describe('enrolment of a passkey', () => {
  const setting = freshSetting({
    tenants: [aTenant('acme', { enforcement: 'required', methods: ['totp', 'passkey'] })],
  });
  const { begin, creationOf, confirm, setUp, stored } = passkeyHolder(setting);
  let account: Account;
  beforeEach(async () => {
    account = await setting().person();
  });

  it('uses a stable user handle that reveals nothing of the account', async () => {
    const { user, challenge } = await creationOf(account, await begin(account));
    expect(user).to.include({ name: 'bob@acme.test', displayName: 'Bob' });
    expect(Buffer.from(user.id, 'base64url')).to.have.lengthOf(32);
    expect(Buffer.from(user.id, 'base64url').toString('latin1')).not.to.include(account.id);
    const again = await creationOf(account, await begin(account));
    expect(again.user).to.deep.equal(user);
    expect(again.challenge).not.to.equal(challenge);
    const eve = await setting().person({ email: 'eve@acme.test' });
    expect((await creationOf(eve, await begin(eve))).user.id).not.to.equal(user.id);
  });

  it('keeps its challenge during a sign-in', async () => {
    const transaction = await begin(account);
    expect(await begin(account, transaction)).to.deep.equal(transaction);
    expect(await setting().stores.transactions.find(transaction.uid, setting().clock.now())).to.deep.equal(
      transaction,
    );
  });

  it('stores the encrypted key, the counter and the given name', async () => {
    const transaction = await setUp(account, authenticatorAt(), '  Work laptop ');
    const [passkey, ...more] = await stored(account);
    expect(more).to.have.lengthOf(0);
    expect(passkey).to.include({ label: 'Work laptop', app: null, lastStep: 0, isDefault: false });
    expect(passkey?.secret).to.match(/^v1\.test\./);
    expect(transaction).to.include({ pendingEnrolment: null });
    expect(transaction.challenges).to.deep.equal([]);
    expect(transaction.authentications.at(-1)).to.deep.include({
      method: 'passkey',
      enrolmentId: passkey?.id,
      passkey: { userVerified: true, deviceBound: true },
    });
    expect(await setting().events()).to.deep.equal(['enrolment.created', 'recovery.created']);
  });

  it('is named after its authenticator where the person gives no name, and keeps the kind and the transports', async () => {
    const key = authenticatorAt(undefined, { aaguid: 'd548826e-79b4-db40-a3d8-11116f7e8349' });
    await setUp(account, key);
    const [passkey] = await stored(account);
    expect(passkey?.label).to.equal('Bitwarden');
    const { id = '', secret } = passkey ?? {};
    const { tenantId } = account;
    const purpose = enrolmentPurpose({ id, tenantId, accountId: account.id, method: 'passkey' });
    const kept = credentialOf(cipher.decrypt(secret ?? '', purpose));
    expect(kept).to.include({ aaguid: 'd548826e-79b4-db40-a3d8-11116f7e8349' });
    expect(kept?.transports).to.deep.equal(['internal']);
    await setUp(account, authenticatorAt(undefined, { aaguid: '11111111-2222-3333-4444-555555555555' }));
    expect((await stored(account)).map(({ label }) => label)).to.deep.equal(['Bitwarden', '']);
  });

  it('refuses a passkey that another account has [A128]', async () => {
    const laptop = authenticatorAt();
    const made = laptop.create(await creationOf(account, await begin(account)));
    const first = await begin(account);
    acceptedBy(await confirm(account, first, await relabelled(made, account, first)));
    const eve = await setting().person({ email: 'eve@acme.test' });
    const hers = await begin(eve);
    expect(refusalOf(await confirm(eve, hers, await relabelled(made, eve, hers)))).to.include({
      passkey: 'known',
    });
    expect(await stored(eve)).to.deep.equal([]);
  });

  /** A recorded answer, as an attacker sends it with the challenge of another visit. */
  async function relabelled(made: string, holder: Account, transaction: SignInTransaction): Promise<string> {
    const { challenge } = await creationOf(holder, transaction);
    const again = JSON.parse(made);
    const data = JSON.parse(Buffer.from(again.response.clientDataJSON, 'base64url').toString());
    const changed = Buffer.from(JSON.stringify({ ...data, challenge }));
    again.response.clientDataJSON = changed.toString('base64url');
    return JSON.stringify(again);
  }

  it('records the kind of the passkey, and its user verification', async () => {
    const key = authenticatorAt(undefined, { verifies: false, isBound: false });
    const { authentications } = await setUp(account, key);
    expect(authentications.at(-1)?.passkey).to.deep.equal({ userVerified: false, deviceBound: false });
  });

  it('satisfies the policy, and allows a second passkey with another name', async () => {
    const laptop = authenticatorAt();
    const { authentications } = await setUp(account, laptop, 'Laptop');
    expect((await setting().evaluated(account, { authentications })).decision).to.include({
      kind: 'satisfied',
    });
    const second = await creationOf(account, await begin(account));
    expect(second.excludeCredentials).to.have.lengthOf(1);
    await setUp(account, authenticatorAt(), 'Key');
    expect((await stored(account)).map(({ label }) => label)).to.deep.equal(['Laptop', 'Key']);
  });

  it('refuses a passkey of another origin, and one of another sign-in [A43]', async () => {
    const transaction = await begin(account);
    const asked = await creationOf(account, transaction);
    const elsewhere = authenticatorAt('https://login.evil.example').create(asked);
    expect(refusalOf(await confirm(account, transaction, elsewhere))).to.deep.equal(REFUSED);
    const other = authenticatorAt().create(await creationOf(account, await begin(account)));
    expect(refusalOf(await confirm(account, transaction, other))).to.deep.equal(REFUSED);
    expect(refusalOf(await confirm(account, transaction, ''))).to.deep.equal(REFUSED);
    expect(await stored(account)).to.deep.equal([]);
    expect(await setting().events()).to.deep.equal(Array(3).fill('second_factor.refused passkey_unproven'));
    // The page is as good as before.
    acceptedBy(await confirm(account, transaction, authenticatorAt().create(asked)));
  });

  it('refuses the same passkey a second time [A43]', async () => {
    const transaction = await begin(account);
    const response = authenticatorAt().create(await creationOf(account, transaction));
    const done = acceptedBy(await confirm(account, transaction, response));
    expect(codeOf(await confirm(account, done, response))).to.equal('session_expired');
    expect(await stored(account)).to.have.lengthOf(1);
  });

  it('reports a passkey that the account has already', async () => {
    const laptop = authenticatorAt();
    const first = await begin(account);
    const made = laptop.create(await creationOf(account, first));
    acceptedBy(await confirm(account, first, made));
    const transaction = await begin(account);
    const again = await relabelled(made, account, transaction);
    expect(refusalOf(await confirm(account, transaction, again))).to.include({ passkey: 'known' });
    expect(await stored(account)).to.have.lengthOf(1);
  });

  it('adds one passkey when fifty forms are sent at once', async () => {
    const transaction = await begin(account);
    const response = authenticatorAt().create(await creationOf(account, transaction));
    const all = await together(50, () => confirm(account, transaction, response));
    const authentications = all.map((outcome) => acceptedBy(outcome).authentications);
    expect(new Set(authentications.map((each) => JSON.stringify(each))).size).to.equal(1);
    expect(await stored(account)).to.have.lengthOf(1);
    expect(tally(await setting().events())).to.deep.equal({ 'enrolment.created': 1, 'recovery.created': 1 });
  });

  it('refuses a name that is too long, and keeps its challenge', async () => {
    const transaction = await begin(account);
    const response = authenticatorAt().create(await creationOf(account, transaction));
    expect(refusalOf(await confirm(account, transaction, response, 'x'.repeat(61)))).to.deep.equal({
      code: 'field_invalid',
      field: 'label',
    });
    acceptedBy(await confirm(account, transaction, response, 'x'.repeat(60)));
  });

  it('changes nothing of an account that is frozen', async () => {
    const transaction = await begin(account);
    const response = authenticatorAt().create(await creationOf(account, transaction));
    await setting().stores.accounts.setFrozen(account.id, setting().clock.now());
    expect(codeOf(await confirm(account, transaction, response))).to.equal('forbidden');
    expect(await stored(account)).to.deep.equal([]);
  });

  it('has no page out of order, nor during the enrolment of another method', async () => {
    const { enrolment, passkeys, evaluated, begun } = setting();
    const policyResult = await evaluated(account);
    expect(passkeys.creation(await begun(account), policyResult)).to.equal(null);
    const app = acceptedBy(await enrolment.begin(await begin(account), policyResult, 'totp'));
    expect(passkeys.creation(app, policyResult)).to.equal(null);
    expect(codeOf(await confirm(account, app, ''))).to.equal('session_expired');
  });

  describe('where a mailed code must precede the first factor', () => {
    const proving = freshSetting({
      tenants: [aTenant('acme', { methods: ['passkey'], setUpProof: 'email' })],
    });
    const holder = passkeyHolder(proving);

    it('requests no passkey before that code was given [A47]', async () => {
      const bob = await proving().person();
      const transaction = await holder.begin(bob);
      const policyResult = await proving().evaluated(bob);
      expect(proving().passkeys.creation(transaction, policyResult)).to.equal(null);
      expect(codeOf(await holder.confirm(bob, transaction, ''))).to.equal('session_expired');

      const from = { ip: '192.0.2.7', clientId: 'rp' };
      const sent = acceptedBy(
        await proving().enrolment.send(transaction, policyResult, 'proof', {
          ...from,
          phone: null,
          seen: null,
          locale: 'en',
        }),
      );
      const typed = await proving().sentCode('bob@acme.test');
      const given = { ...from, typed, label: '', app: '' };
      const proven = acceptedBy(await proving().enrolment.confirm(sent, policyResult, 'proof', given));
      const response = authenticatorAt().create(await holder.creationOf(bob, proven));
      const { authentications } = acceptedBy(await holder.confirm(bob, proven, response));
      const requested = { ...NO_ASSURANCE_REQUESTED, acrs: ['phr'] as const };
      expect((await proving().evaluated(bob, { authentications, requested })).decision).to.include({
        kind: 'satisfied',
      });
    });
  });
});

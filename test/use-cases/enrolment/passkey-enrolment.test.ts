/** Setting up a passkey: what the browser is asked for, and what is kept of its answer. */
import { expect } from 'chai';
import type { Account } from '../../../src/domain/account.ts';
import { NO_DEMAND } from '../../../src/domain/policy/policy.ts';
import { together } from '../../contracts/make-store.ts';
import { acceptedBy, aTenant, codeOf, freshSetting, refusalOf, tally } from '../setting.ts';
import { authenticatorAt, passkeyHolder } from './passkey-holder.ts';

const REFUSED = { code: 'code_invalid', attemptsLeft: null, clockOffSeconds: null, passkey: 'refused' };

describe('passkeys: setting one up', () => {
  const setting = freshSetting({
    tenants: [aTenant('acme', { enforcement: 'required', methods: ['totp', 'passkey'] })],
  });
  const { begin, creationOf, confirm, setUp, stored } = passkeyHolder(setting);
  let account: Account;
  beforeEach(async () => {
    account = await setting().person();
  });

  it('names the account by something that says nothing of it, and stays the same', async () => {
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

  it('asks for the same as long as the visit lasts', async () => {
    const at = await begin(account);
    expect(await begin(account, at)).to.deep.equal(at);
    expect(await setting().stores.progress.find(at.uid, setting().clock.now())).to.deep.equal(at);
  });

  it('keeps the key sealed, its counter, and the name that it was given', async () => {
    const at = await setUp(account, authenticatorAt(), '  Work laptop ');
    const [passkey, ...more] = await stored(account);
    expect(more).to.have.lengthOf(0);
    expect(passkey).to.include({ label: 'Work laptop', app: null, lastStep: 0, isDefault: false });
    expect(passkey?.secret).to.match(/^v1\.test\./);
    expect(at).to.include({ pending: null });
    expect(at.challenges).to.deep.equal([]);
    expect(at.proofs.at(-1)).to.deep.include({
      method: 'passkey',
      enrolmentId: passkey?.id,
      passkey: { userVerified: true, deviceBound: true },
    });
    expect(await setting().events()).to.deep.equal(['enrolment.created', 'recovery.created']);
  });

  it('notes of what kind it is, and whether it knew its owner', async () => {
    const key = authenticatorAt(undefined, { verifies: false, isBound: false });
    const { proofs } = await setUp(account, key);
    expect(proofs.at(-1)?.passkey).to.deep.equal({ userVerified: false, deviceBound: false });
  });

  it('meets the policy, and takes a second one with another name', async () => {
    const laptop = authenticatorAt();
    const { proofs } = await setUp(account, laptop, 'Laptop');
    expect((await setting().judged(account, { proofs })).decision).to.include({ kind: 'satisfied' });
    const second = await creationOf(account, await begin(account));
    expect(second.excludeCredentials).to.have.lengthOf(1);
    await setUp(account, authenticatorAt(), 'Key');
    expect((await stored(account)).map(({ label }) => label)).to.deep.equal(['Laptop', 'Key']);
  });

  it('A43 takes no passkey of another origin, and none that was made for another visit', async () => {
    const at = await begin(account);
    const asked = await creationOf(account, at);
    const elsewhere = authenticatorAt('https://login.evil.example').create(asked);
    expect(refusalOf(await confirm(account, at, elsewhere))).to.deep.equal(REFUSED);
    const other = authenticatorAt().create(await creationOf(account, await begin(account)));
    expect(refusalOf(await confirm(account, at, other))).to.deep.equal(REFUSED);
    expect(refusalOf(await confirm(account, at, ''))).to.deep.equal(REFUSED);
    expect(await stored(account)).to.deep.equal([]);
    expect(await setting().events()).to.deep.equal(Array(3).fill('second_factor.refused passkey_unproven'));
    // The page is as good as before.
    acceptedBy(await confirm(account, at, authenticatorAt().create(asked)));
  });

  it('A43 takes no passkey a second time', async () => {
    const at = await begin(account);
    const response = authenticatorAt().create(await creationOf(account, at));
    const done = acceptedBy(await confirm(account, at, response));
    expect(codeOf(await confirm(account, done, response))).to.equal('session_expired');
    expect(await stored(account)).to.have.lengthOf(1);
  });

  it('says so where the passkey is one of the account’s already', async () => {
    const laptop = authenticatorAt();
    const first = await begin(account);
    const made = laptop.create(await creationOf(account, first));
    acceptedBy(await confirm(account, first, made));
    const at = await begin(account);
    const { challenge } = await creationOf(account, at);
    const again = JSON.parse(made);
    const data = JSON.parse(Buffer.from(again.response.clientDataJSON, 'base64url').toString());
    const relabelled = Buffer.from(JSON.stringify({ ...data, challenge }));
    again.response.clientDataJSON = relabelled.toString('base64url');
    expect(refusalOf(await confirm(account, at, JSON.stringify(again)))).to.include({ passkey: 'known' });
    expect(await stored(account)).to.have.lengthOf(1);
  });

  it('is one when fifty forms are sent at once', async () => {
    const at = await begin(account);
    const response = authenticatorAt().create(await creationOf(account, at));
    const all = await together(50, () => confirm(account, at, response));
    const proofs = all.map((outcome) => acceptedBy(outcome).proofs);
    expect(new Set(proofs.map((each) => JSON.stringify(each))).size).to.equal(1);
    expect(await stored(account)).to.have.lengthOf(1);
    expect(tally(await setting().events())).to.deep.equal({ 'enrolment.created': 1, 'recovery.created': 1 });
  });

  it('refuses a name that is too long, and keeps what was asked', async () => {
    const at = await begin(account);
    const response = authenticatorAt().create(await creationOf(account, at));
    expect(refusalOf(await confirm(account, at, response, 'x'.repeat(61)))).to.deep.equal({
      code: 'field_invalid',
      field: 'label',
    });
    acceptedBy(await confirm(account, at, response, 'x'.repeat(60)));
  });

  it('changes nothing of an account that is frozen', async () => {
    const at = await begin(account);
    const response = authenticatorAt().create(await creationOf(account, at));
    await setting().stores.accounts.setFrozen(account.id, setting().clock.now());
    expect(codeOf(await confirm(account, at, response))).to.equal('forbidden');
    expect(await stored(account)).to.deep.equal([]);
  });

  it('has no page before its turn, nor where another method is set up', async () => {
    const { enrolment, passkeys, judged, begun } = setting();
    const judgement = await judged(account);
    expect(passkeys.creation(await begun(account), judgement)).to.equal(null);
    const app = acceptedBy(await enrolment.begin(await begin(account), judgement, 'totp'));
    expect(passkeys.creation(app, judgement)).to.equal(null);
    expect(codeOf(await confirm(account, app, ''))).to.equal('session_expired');
  });

  describe('where the first factor is bound after a mailed code alone', () => {
    const proving = freshSetting({
      tenants: [aTenant('acme', { methods: ['passkey'], setUpProof: 'email' })],
    });
    const holder = passkeyHolder(proving);

    it('A47 asks for nothing before that code was given', async () => {
      const bob = await proving().person();
      const at = await holder.begin(bob);
      const judgement = await proving().judged(bob);
      expect(proving().passkeys.creation(at, judgement)).to.equal(null);
      expect(codeOf(await holder.confirm(bob, at, ''))).to.equal('session_expired');

      const from = { address: '192.0.2.7', clientId: 'rp' };
      const sent = acceptedBy(
        await proving().enrolment.send(at, judgement, 'proof', { ...from, phone: null, seen: null }),
      );
      const typed = await proving().sentCode('bob@acme.test');
      const given = { ...from, typed, label: '', app: '' };
      const proven = acceptedBy(await proving().enrolment.confirm(sent, judgement, 'proof', given));
      const response = authenticatorAt().create(await holder.creationOf(bob, proven));
      const { proofs } = acceptedBy(await holder.confirm(bob, proven, response));
      const demand = { ...NO_DEMAND, acrs: ['phr'] as const };
      expect((await proving().judged(bob, { proofs, demand })).decision).to.include({ kind: 'satisfied' });
    });
  });
});

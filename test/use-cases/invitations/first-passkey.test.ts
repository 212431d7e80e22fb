/** A passkey in the place of a first password: to whom it is offered, and which answers count. */
import { expect } from 'chai';
import type { Account } from '../../../src/domain/account.ts';
import { anEnrolment } from '../../contracts/examples.ts';
import { together } from '../../contracts/make-store.ts';
import { authenticatorAt } from '../enrolment/passkey-holder.ts';
import { ADDRESS, acceptedBy, aTenant, codeOf, freshSetting, refusalOf } from '../setting.ts';
import { invitedBy } from './invited.ts';

const EXPIRED = { code: 'code_expired', passkey: 'expired' };

describe('a first passkey', () => {
  const setting = freshSetting({
    tenants: [
      aTenant('acme', { methods: ['totp', 'passkey'] }),
      aTenant('apps', { methods: ['totp'] }),
      aTenant('both', { methods: ['totp', 'passkey'], passkeySignIn: false }),
    ],
  });
  const { person, update, firstPasskeysWith, linkTo, passkeyMade, factors } = invitedBy(setting);
  let account: Account;
  let token: string;

  beforeEach(async () => {
    account = await person();
    token = linkTo(account);
  });

  const verify = (nonce: string, response: string, of = token) =>
    firstPasskeysWith().verify(account, of, nonce, response);

  const enrol = (nonce: string, response: string, enrolmentId: string) =>
    firstPasskeysWith().enrol(account, { token, nonce, response, enrolmentId, ip: ADDRESS });

  it('is asked to verify its user, and is one credential of this account', async () => {
    const asked = await firstPasskeysWith().ask(account, token);
    expect(asked?.creation.authenticatorSelection).to.deep.equal({
      residentKey: 'preferred',
      requireResidentKey: false,
      userVerification: 'required',
    });
    expect(asked?.creation.user).to.include({ name: account.email });
    expect(asked?.nonce).to.match(/^[\w-]{24}$/);
  });

  it('is offered only where a passkey alone signs in', async () => {
    for (const tenantId of ['apps', 'both']) {
      const other = await setting().person({ email: `new@${tenantId}.test`, tenantId, password: null });
      expect(await firstPasskeysWith().ask(other, token), tenantId).to.equal(null);
    }
    const nobody = { ...account, id: 'nobody' };
    expect(await firstPasskeysWith().ask(nobody, token), 'an account that is gone').to.equal(null);
    const siteless = firstPasskeysWith({ passkeySite: () => null });
    expect(await siteless.ask(account, token), 'no site').to.equal(null);
  });

  it('is refused where the offer has ended since its page was shown', async () => {
    const { nonce, response } = await passkeyMade(account, token);
    const enrolmentId = acceptedBy(await verify(nonce, response));
    const siteless = firstPasskeysWith({ passkeySite: () => null });
    expect(refusalOf(await siteless.verify(account, token, nonce, response))).to.deep.equal(EXPIRED);
    const given = { token, nonce, response, enrolmentId, ip: ADDRESS };
    expect(refusalOf(await siteless.enrol(account, given))).to.deep.equal(EXPIRED);
    const nobody = { ...account, id: 'nobody' };
    expect(refusalOf(await firstPasskeysWith().verify(nobody, token, nonce, response))).to.deep.equal(
      EXPIRED,
    );
    expect(await factors(account)).to.deep.equal([]);
  });

  it('counts for the page that has asked for it, and for its link [A43]', async () => {
    const { nonce, response } = await passkeyMade(account, token);
    setting().clock.nextStep(1);
    for (const forged of ['', 'x'.repeat(23), `${nonce}x`, `${nonce.slice(0, -1)}!`])
      expect(refusalOf(await verify(forged, response)), forged).to.deep.equal(EXPIRED);
    expect(refusalOf(await verify('x'.repeat(24), response))).to.include({ passkey: 'refused' });
    expect(refusalOf(await verify(nonce, response, linkTo(account)))).to.include({ passkey: 'refused' });
    expect(refusalOf(await verify(nonce, '{}'))).to.include({ passkey: 'refused' });
    const elsewhere = await passkeyMade(account, token, authenticatorAt('https://login.evil.example'));
    expect(refusalOf(await verify(elsewhere.nonce, elsewhere.response))).to.include({ passkey: 'refused' });
    const careless = await passkeyMade(account, token, authenticatorAt(undefined, { verifies: false }));
    expect(refusalOf(await verify(careless.nonce, careless.response))).to.include({ passkey: 'unverified' });
    expect(codeOf(await verify(nonce, response))).to.equal('ok');
  });

  it('is stored once by five presses at once, which show the same recovery codes [R23]', async () => {
    const { nonce, response } = await passkeyMade(account, token);
    const id = acceptedBy(await verify(nonce, response));
    const all = await together(5, () => enrol(nonce, response, id));
    const [first, ...others] = all.filter(({ ok }) => ok).map(acceptedBy);
    // A press that comes after another one was answered is a later one.
    for (const late of all.filter(({ ok }) => !ok)) expect(refusalOf(late)).to.include({ passkey: 'known' });
    expect(first?.firstFactor).to.deep.include({ method: 'passkey', enrolmentId: id });
    expect(JSON.parse(first?.newCodes ?? '[]')).to.have.lengthOf(10);
    for (const other of others) expect(other).to.deep.equal(first);
    expect((await factors(account)).toSorted()).to.deep.equal(['passkey', 'recovery']);
    expect((await setting().events()).toSorted()).to.deep.equal(['enrolment.created', 'recovery.created']);
    expect(refusalOf(await enrol(nonce, response, id)), 'a later press').to.include({ passkey: 'known' });
  });

  it('brings no recovery codes to an account that has some', async () => {
    const { id: accountId } = account;
    await setting().stores.enrolments.insert(anEnrolment({ id: 'codes', accountId, method: 'recovery' }));
    const { nonce, response } = await passkeyMade(account, token);
    const id = acceptedBy(await verify(nonce, response));
    expect(acceptedBy(await enrol(nonce, response, id)).newCodes).to.equal(null);
    expect(await factors(account)).to.have.members(['recovery', 'passkey']);
    expect(await setting().events()).to.deep.equal(['enrolment.created']);
  });

  it('is not stored for an account that was frozen since it was verified', async () => {
    const { nonce, response } = await passkeyMade(account, token);
    const id = acceptedBy(await verify(nonce, response));
    account = await update(account.id, {});
    await setting().stores.accounts.setFrozen(account.id, setting().clock.now());
    expect(codeOf(await enrol(nonce, response, id))).to.equal('forbidden');
    expect(await factors(account)).to.deep.equal([]);
  });
});

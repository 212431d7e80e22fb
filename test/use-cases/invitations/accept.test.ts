/** The acceptance of an invitation, beside another one, and after one whose process died. */
import { expect } from 'chai';
import type { Account } from '../../../src/domain/account.ts';
import type { AccountStore } from '../../../src/ports/stores.ts';
import { createPasskeyOwners } from '../../../src/use-cases/second-factor/passkey-owners.ts';
import { MINUTE, NOW } from '../../contracts/examples.ts';
import { ADDRESS, acceptedBy, aTenant, codeOf, freshSetting, hasher, inTurn, refusalOf } from '../setting.ts';
import { invitedBy, WORDS } from './invited.ts';

const DAY = 24 * 60 * MINUTE;

describe('the acceptance of an invitation', () => {
  const setting = freshSetting({ tenants: [aTenant('acme', { methods: ['totp', 'passkey'] })] });
  const invited = invitedBy(setting);
  const { person, update, acceptanceWith, firstPasskeysWith, linkTo, passkeyMade, factors, hashOf } = invited;
  let account: Account;
  let token: string;

  beforeEach(async () => {
    account = await person();
    token = linkTo(account);
  });

  const byPassword = async (typed = WORDS) => acceptanceWith().acceptPassword(token, typed, ADDRESS);
  const keyOf = ({ id, invitedAt }: Account) => `joined:${id}:${invitedAt}`;
  const isSet = async (password: string) => {
    const hash = await hashOf(account);
    return hash !== null && (await hasher.inTurn((verify) => verify(hash, password)));
  };

  it('is not possible by a forged link, nor for an account that has another address [A117]', async () => {
    const acceptance = acceptanceWith();
    expect(await acceptance.find('forged')).to.equal(null);
    const elsewhere = linkTo({ ...account, email: 'old@acme.test' });
    const nobody = linkTo({ ...account, id: 'nobody' });
    for (const link of [elsewhere, nobody, 'forged']) {
      expect(await acceptance.find(link)).to.equal(null);
      expect(codeOf(await acceptance.acceptPassword(link, WORDS, ADDRESS))).to.equal('session_expired');
      expect(codeOf(await acceptance.acceptPasskey(link, 'x'.repeat(24), '{}', ADDRESS))).to.equal(
        'session_expired',
      );
    }
    expect(await hashOf(account)).to.equal(null);
    expect(await setting().events()).to.deep.equal([]);
  });

  it('is not possible once the invitation was taken back [A117]', async () => {
    account = await update(account.id, { invitedAt: null });
    expect((await acceptanceWith().find(token))?.state).to.equal('replaced');
    expect(codeOf(await byPassword())).to.equal('session_expired');
    const { nonce, response } = await passkeyMade(account, token);
    const outcome = await acceptanceWith().acceptPasskey(token, nonce, response, ADDRESS);
    expect(codeOf(outcome)).to.equal('session_expired');
    expect([await hashOf(account), await factors(account)]).to.deep.equal([null, []]);
  });

  it('leaves a password that an operator has set in the same moment', async () => {
    const { accounts } = setting().stores;
    const replacePasswordHash: AccountStore['replacePasswordHash'] = async (id, previous, next) => {
      await accounts.replacePasswordHash(id, null, 'of the operator');
      return accounts.replacePasswordHash(id, previous, next);
    };
    const acceptance = acceptanceWith({ accounts: { ...accounts, replacePasswordHash } });
    expect(codeOf(await acceptance.acceptPassword(token, WORDS, ADDRESS))).to.equal('session_expired');
    expect(await hashOf(account)).to.equal('of the operator');
    expect(await setting().events()).to.not.include('account.joined');
  });

  it('goes on by the password whose process died before it was stored, and takes no passkey then [R23]', async () => {
    const hash = await hasher.hash(WORDS);
    await setting().stores.onceKeys.first(keyOf(account), hash, NOW + DAY);
    const { nonce, response } = await passkeyMade(account, token);
    const outcome = await acceptanceWith().acceptPasskey(token, nonce, response, ADDRESS);
    expect(codeOf(outcome)).to.equal('session_expired');
    expect(await factors(account)).to.deep.equal([]);
    expect(await hashOf(account), 'the first acceptance is completed').to.equal(hash);
    expect(acceptedBy(await byPassword()).ticket).to.not.equal('');
    expect(await setting().events()).to.include('account.joined');
  });

  it('goes on by the passkey whose process died before it was stored, and takes no password then [R23]', async () => {
    const { nonce, response } = await passkeyMade(account, token);
    const dying = acceptanceWith({
      firstPasskeys: {
        ...firstPasskeysWith(),
        enrol: async () => {
          throw new Error('died');
        },
      },
    });
    const died = await dying.acceptPasskey(token, nonce, response, ADDRESS).catch((error: unknown) => error);
    expect(died).to.be.instanceOf(Error);
    expect(codeOf(await byPassword())).to.equal('session_expired');
    expect(await hashOf(account)).to.equal(null);
    acceptedBy(await acceptanceWith().acceptPasskey(token, nonce, response, ADDRESS));
    expect(await factors(account)).to.have.members(['passkey', 'recovery']);
  });

  it('refuses a passkey that another account has, and joins nobody by it [A128]', async () => {
    const { nonce, response } = await passkeyMade(account, token);
    const credentialId: string = JSON.parse(response).id;
    const eve = await person('eve@acme.test');
    const owners = createPasskeyOwners(setting().needs);
    await owners.claim({ accountId: eve.id, enrolmentId: 'hers', credentialId });
    const outcome = await acceptanceWith().acceptPasskey(token, nonce, response, ADDRESS);
    expect(refusalOf(outcome)).to.include({ passkey: 'known' });
    expect(await factors(account)).to.deep.equal([]);
    expect(await setting().events()).to.deep.equal(['second_factor.refused passkey_known']);
  });

  it('is not repeated by its form once the password was changed [A117]', async () => {
    acceptedBy(await byPassword());
    const before = await hashOf(account);
    const changed = await hasher.hash(`${WORDS} and a saucer`);
    await setting().stores.accounts.replacePasswordHash(account.id, before, changed);
    for (const typed of [WORDS, `${WORDS} and a saucer`])
      expect(codeOf(await byPassword(typed)), typed).to.equal('session_expired');
    expect(await isSet(`${WORDS} and a saucer`)).to.equal(true);
  });

  it('takes a second form that has read the account before the first one was done [R25]', async () => {
    const { accounts } = setting().stores;
    const stale = await accounts.findById(account.id);
    acceptedBy(await byPassword());
    let reads = 0;
    const findById: AccountStore['findById'] = async (id) => {
      reads += 1;
      return reads === 1 ? stale : accounts.findById(id);
    };
    const acceptance = acceptanceWith({ accounts: { ...accounts, findById } });
    acceptedBy(await acceptance.acceptPassword(token, WORDS, ADDRESS));
  });

  it('counts the passwords of repeated forms, so that the link guesses none [A20]', async () => {
    acceptedBy(await byPassword());
    const refusals = await inTurn(10, async (n) => codeOf(await byPassword(`a guess of many words ${n}`)));
    expect(new Set(refusals)).to.deep.equal(new Set(['session_expired']));
    expect(codeOf(await byPassword()), 'the right one is not tried').to.equal('too_many_attempts');
  });

  it('is not repeated for an account that is held, or after the link has ended [A117]', async () => {
    acceptedBy(await byPassword());
    await setting().stores.accounts.setHeld(account.id, NOW);
    expect(codeOf(await byPassword())).to.equal('session_expired');
    await setting().stores.accounts.setHeld(account.id, null);
    expect(codeOf(await byPassword())).to.equal('ok');
    setting().clock.nextStep(7 * DAY);
    expect((await acceptanceWith().find(token))?.isOver).to.equal(true);
    expect(codeOf(await byPassword())).to.equal('session_expired');
  });

  it('tells once that somebody has joined, and confirms an address once', async () => {
    acceptedBy(await byPassword());
    acceptedBy(await byPassword());
    const events = await setting().events();
    expect(events.filter((event) => event === 'account.joined')).to.have.lengthOf(1);
    expect(events.filter((event) => event === 'contact.confirmed')).to.have.lengthOf(1);
  });
});

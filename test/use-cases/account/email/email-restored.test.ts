/** The link that restores a former address, while somebody else changes the account at the same time. */
import { expect } from 'chai';
import type { Account } from '../../../../src/domain/account.ts';
import type { FormerEmail } from '../../../../src/domain/self-service/email-change.ts';
import type { AccountStore, EnrolmentStore } from '../../../../src/ports/stores.ts';
import { anEnrolment, MINUTE, NOW } from '../../../contracts/examples.ts';
import { ADDRESS, acceptedBy, aTenant, codeOf, freshSetting, hasher } from '../../setting.ts';
import { addressesOf } from './addresses.ts';

const OWN = 'bob@acme.test';
const EVIL = 'bob@evil.test';
const NEW = 'seventeen purple umbrellas dance';
const DAY = 24 * 60 * MINUTE;

describe('an address that is restored while the account changes', () => {
  const setting = freshSetting({ tenants: [aTenant('acme', { methods: ['totp', 'email'] })] });
  const { restorationWith, stored } = addressesOf(setting);
  let account: Account;
  let former: FormerEmail;
  let token: string;

  /** Somebody with the password has changed the address three days after the account was made. */
  beforeEach(async () => {
    account = await setting().person();
    setting().clock.set(NOW + 3 * DAY);
    former = { email: OWN, linkIssuedAt: NOW + 3 * DAY };
    await setting().stores.accounts.replaceEmail(account.id, OWN, EVIL, NOW + 3 * DAY, [former]);
    token = tokenOf(account.id, former);
    setting().clock.nextStep(MINUTE);
  });

  const tokenOf = (id: string, { email, linkIssuedAt }: FormerEmail) =>
    setting().linkTokens.tokenIssuedAt('restore-email', { id, email }, linkIssuedAt);
  const restore = (change: Parameters<typeof restorationWith>[0] = {}, link = token) =>
    restorationWith(change).restore(link, NEW, ADDRESS);
  const factorIds = async () =>
    (await setting().stores.enrolments.listByAccount(account.id)).map(({ id }) => id).toSorted();

  async function isPassword(password: string): Promise<boolean> {
    const { passwordHash } = await stored(account);
    return hasher.inTurn((verify) => verify(passwordHash ?? '', password));
  }

  async function addFactor(id: string, createdAt: number): Promise<void> {
    await setting().stores.enrolments.insert(anEnrolment({ id, accountId: account.id, createdAt }));
  }

  /** An account store in which somebody changes the account before each of these writes. */
  function beside(act: 'replaceEmail' | 'replacePasswordHash', change: (time: number) => Promise<unknown>) {
    const { accounts } = setting().stores;
    let times = 0;
    const write = async (...given: Parameters<AccountStore[typeof act]>) => {
      times += 1;
      await change(times);
      return (accounts[act] as (...all: typeof given) => Promise<boolean>)(...given);
    };
    return { accounts: { ...accounts, [act]: write } };
  }

  it('is not restored by a forged link, by one of another account, or by one that is used', async () => {
    const strangers = [tokenOf('nobody', former), tokenOf(account.id, { ...former, email: 'x@acme.test' })];
    const later = tokenOf(account.id, { ...former, linkIssuedAt: former.linkIssuedAt + 1 });
    for (const link of ['forged', ...strangers, later]) {
      expect(await restorationWith().whose(link)).to.equal(null);
      expect(codeOf(await restore({}, link))).to.equal('session_expired');
    }
    expect((await stored(account)).email).to.equal(EVIL);
    acceptedBy(await restore());
    expect(codeOf(await restore())).to.equal('session_expired');
    expect((await restorationWith().restoredBy(token))?.id).to.equal(account.id);
    expect(await isPassword(NEW)).to.equal(true);
  });

  it('changes nothing for a password that is refused', async () => {
    const outcome = await restorationWith().restore(token, 'short', ADDRESS);
    expect(codeOf(outcome)).to.equal('field_invalid');
    expect((await stored(account)).email).to.equal(EVIL);
    expect(await restorationWith().whose(token)).to.not.equal(null);
  });

  it('is restored although the intruder changes the address once more in the same moment', async () => {
    const { accounts } = setting().stores;
    const changed = beside('replaceEmail', async (time) => {
      if (time === 1) await accounts.replaceEmail(account.id, EVIL, 'bob@worse.test', NOW, [former]);
    });
    acceptedBy(await restore(changed));
    expect((await stored(account)).email).to.equal(OWN);
    expect(await setting().events()).to.include('email.restored');
  });

  it('is refused when the link is used up in the same moment, or another account has the address', async () => {
    const { accounts } = setting().stores;
    const used = beside('replaceEmail', () =>
      accounts.replaceEmail(account.id, EVIL, 'bob@worse.test', NOW, []),
    );
    expect(codeOf(await restore(used))).to.equal('session_expired');
    await accounts.replaceEmail(account.id, 'bob@worse.test', EVIL, NOW, [former]);
    await setting().person({ email: OWN });
    expect(codeOf(await restore())).to.equal('session_expired');
    expect((await stored(account)).email).to.equal(EVIL);
    expect(await isPassword(NEW), 'the password stays').to.equal(false);
    expect(await setting().events()).to.not.include('email.restored');
  });

  it('takes the new password although the intruder changes it in the same moment, and never gives up silently', async () => {
    const { accounts } = setting().stores;
    const change = async (time: number) => {
      const { passwordHash } = await stored(account);
      await accounts.replacePasswordHash(account.id, passwordHash, `of the intruder ${time}`);
    };
    const endless = beside('replacePasswordHash', change);
    const failed = await restore(endless).catch((error: unknown) => error);
    expect(failed).to.be.instanceOf(Error);
    expect(await restorationWith().whose(token), 'the link still works').to.not.equal(null);
    const once = beside('replacePasswordHash', async (time) => (time === 1 ? change(time) : null));
    acceptedBy(await restore(once));
    expect(await isPassword(NEW)).to.equal(true);
  });

  it('leaves the link to a newer change of the address that came in the same moment', async () => {
    const { accounts } = setting().stores;
    const removeAll = async () => {
      await accounts.replaceEmail(account.id, OWN, 'bob@again.test', NOW, [former]);
      return 0;
    };
    acceptedBy(await restore({ trustedBrowsers: { removeAll } }));
    expect((await stored(account)).email).to.equal('bob@again.test');
    expect(await restorationWith().whose(token), 'the owner may use it once more').to.not.equal(null);
  });

  it('removes what was set up since a day before the change, once, where an older factor is [A15]', async () => {
    await addFactor('old', NOW + 2 * DAY - 1);
    await addFactor('late', NOW + 2 * DAY);
    await addFactor('last', NOW + 3 * DAY);
    const { enrolments } = setting().stores;
    const remove: EnrolmentStore['remove'] = async (who, id) => {
      // Another request of the same link removes this one first.
      if (id === 'late') await enrolments.remove(who, id);
      return enrolments.remove(who, id);
    };
    acceptedBy(await restore({ enrolments: { ...enrolments, remove } }));
    expect(await factorIds()).to.deep.equal(['old']);
    expect((await setting().events()).filter((event) => event === 'enrolment.removed')).to.have.lengthOf(1);
    expect((await stored(account)).mailResetAt).to.equal(setting().clock.now());
  });

  it('leaves every factor where none is older, and doubts the mailbox only where there is one [A15]', async () => {
    await addFactor('late', NOW + 3 * DAY);
    acceptedBy(await restore());
    expect(await factorIds()).to.deep.equal(['late']);
    expect((await stored(account)).mailResetAt).to.equal(setting().clock.now());

    const bare = await setting().person({ email: 'eve@acme.test' });
    const own = { email: 'eve@acme.test', linkIssuedAt: setting().clock.now() };
    const { accounts } = setting().stores;
    await accounts.replaceEmail(bare.id, own.email, 'eve@evil.test', own.linkIssuedAt, [own]);
    acceptedBy(await restore({}, tokenOf(bare.id, own)));
    expect((await stored(bare)).mailResetAt).to.equal(null);
  });
});

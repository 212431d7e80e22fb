/** The acts of an operator on one account: its details, its password, its locks, and whether it may sign in. */
import { expect } from 'chai';
import type { Account } from '../../../src/domain/account.ts';
import { faultOf, type PasswordOwner } from '../../../src/domain/password/rules.ts';
import { createAccountAccess } from '../../../src/use-cases/administration/account-access.ts';
import { createAccounts, type NewAccount } from '../../../src/use-cases/administration/accounts.ts';
import { passwordSubjectOf } from '../../../src/use-cases/sign-in/password-subject.ts';
import { anEnrolment, aSignInRecord, aTrustedBrowser, MINUTE } from '../../contracts/examples.ts';
import {
  ADDRESS,
  aTenant,
  cipher,
  codeOf,
  freshSetting,
  hasher,
  PASSWORD,
  random,
  submitted,
  typing,
  withTotp,
} from '../setting.ts';

const NUMBER = '+31612345678';
const EVE: NewAccount = {
  email: 'eve@acme.test',
  tenantId: 'acme',
  name: 'Eve',
  givenName: null,
  familyName: null,
  username: null,
  role: 'manager',
  groups: ['sales'],
  manages: ['sales'],
  phone: NUMBER,
};

describe('the acts of an operator on an account', () => {
  const setting = freshSetting({ tenants: [aTenant('acme', { groups: { safe: 'required' } })] });

  function acts() {
    const { needs, factors, seeding } = setting();
    const findPasswordFault = async (password: string, account: PasswordOwner) =>
      faultOf(password, account, needs.tenants[0] ?? null);
    const passwordSubject = async (email: string) => passwordSubjectOf(cipher, email);
    const shared = { ...needs, findPasswordFault };
    return {
      ...createAccounts({ ...shared, factors, create: seeding.create }),
      ...createAccountAccess({ ...shared, hasher, passwordSubject }),
    };
  }

  const stored = async (email = 'bob@acme.test') => {
    const account = await setting().stores.accounts.findByEmail(email);
    if (!account) throw new Error(`there is no ${email}`);
    return account;
  };
  const signIn = (password = PASSWORD, email = 'bob@acme.test') =>
    submitted(setting().signIn, {
      uid: random.id(),
      before: null,
      email,
      password,
      ip: ADDRESS,
      knownBrowser: null,
      tenantId: null,
      accountId: null,
      clientId: 'rp',
      expiresAt: setting().clock.now() + 15 * MINUTE,
    });
  const events = () => setting().events();

  it('create it with all its details, once, and with an audit line', async () => {
    const created = await acts().create({ ...EVE, email: ' Eve@ACME.test' }, PASSWORD);
    expect(created.kind).to.equal('created');
    expect(await stored(EVE.email)).to.deep.include({ ...EVE, emailConfirmed: false, disabledAt: null });
    expect(codeOf(await signIn(PASSWORD, EVE.email))).to.equal('ok');
    expect(await acts().create(EVE, null)).to.deep.equal({ kind: 'taken' });
    expect((await events()).filter((event) => event.startsWith('account.'))).to.deep.equal([
      'account.created',
    ]);
  });

  it('create it without a password, and refuse one that is too short for its groups', async () => {
    expect(await acts().create({ ...EVE, groups: ['safe'] }, 'seven77')).to.deep.equal({
      kind: 'password_refused',
      fault: { because: 'too_short', minimum: 8 },
    });
    expect((await acts().create(EVE, 'fourteen chars')).kind).to.equal('password_refused');
    expect((await acts().create(EVE, 'x'.repeat(129))).kind).to.equal('password_refused');
    expect(await setting().stores.accounts.findByEmail(EVE.email)).to.equal(null);
    expect((await acts().create({ ...EVE, groups: ['safe'] }, 'eight888')).kind).to.equal('created');
    expect((await acts().create({ ...EVE, email: 'ann@acme.test' }, null)).kind).to.equal('created');
    expect((await stored('ann@acme.test')).passwordHash).to.equal(null);
  });

  it('give groups to manage to a manager alone', async () => {
    expect(await acts().create({ ...EVE, role: 'helpdesk' }, null)).to.deep.equal({ kind: 'not_manager' });
    expect(await setting().stores.accounts.findByEmail(EVE.email)).to.equal(null);
    await setting().person();
    const refused = await acts().update('bob@acme.test', { name: 'Rob', manages: ['sales'] });
    expect(refused).to.deep.equal({ kind: 'not_manager' });
    expect(await stored('bob@acme.test')).to.include({ name: 'Bob' });
    await acts().update('bob@acme.test', { role: 'manager', manages: ['sales'] });
    expect((await stored('bob@acme.test')).manages).to.deep.equal(['sales']);
    expect(await events()).to.deep.equal(['account.updated']);
  });

  it('change what is named, and nothing else', async () => {
    const before = await setting().person({ role: 'manager', manages: ['sales'], groups: ['a'] });
    setting().clock.nextStep(5);
    const after = await acts().update(' BOB@acme.test', { groups: ['b', 'c'], locale: 'nl' });
    const changed = { ...before, groups: ['b', 'c'], locale: 'nl', updatedAt: setting().clock.now() };
    expect(after).to.deep.equal({ kind: 'updated', account: changed });
    await acts().update('bob@acme.test', { role: 'admin' });
    expect((await stored('bob@acme.test')).manages).to.deep.equal([]);
    expect(await acts().update('nobody@acme.test', { name: 'X' })).to.deep.equal({ kind: 'unknown' });
    expect(await events()).to.deep.equal(['account.updated', 'account.updated']);
  });

  it('change a number, remove the factor of the old one, and tell its reader', async () => {
    const { id } = await setting().person({ phone: NUMBER });
    await setting().stores.enrolments.insert(anEnrolment({ id: 'sms', accountId: id, method: 'sms' }));
    await setting().stores.enrolments.insert(anEnrolment({ id: 'app', accountId: id }));
    await acts().update('bob@acme.test', { phone: '+31687654321' });
    expect((await stored()).phone).to.equal('+31687654321');
    const left = await setting().stores.enrolments.listByAccount(id);
    expect(left.map((each) => each.id)).to.deep.equal(['app']);
    expect(setting().told.map(({ topic, also }) => [topic, also])).to.deep.equal([
      ['removed-by-administrator', [NUMBER]],
      ['phone-changed', [NUMBER]],
    ]);
    await acts().update('bob@acme.test', { phone: null });
    expect((await stored()).phone).to.equal(null);
  });

  it('confirm its address, once', async () => {
    await setting().person();
    expect(await acts().confirmEmail('bob@acme.test')).to.equal(true);
    expect((await stored()).emailConfirmed).to.equal(true);
    expect(await acts().confirmEmail('bob@acme.test')).to.equal(false);
    expect(await acts().confirmEmail('nobody@acme.test')).to.equal(null);
    expect(await events()).to.deep.equal(['contact.confirmed']);
  });

  /** A session, its trusted browser, and a lock of the password. */
  async function inUse(): Promise<Account> {
    const account = await setting().person();
    const { stores, clock } = setting();
    const expiresAt = clock.now() + 60 * MINUTE;
    await stores.records.save(aSignInRecord({ accountId: account.id, expiresAt }));
    await stores.trustedBrowsers.insert(aTrustedBrowser({ accountId: account.id, expiresAt }));
    return account;
  }

  async function leftOf({ id }: Account) {
    const { stores, clock } = setting();
    return [
      (await stores.records.listByAccount(id, clock.now())).length,
      (await stores.trustedBrowsers.listByAccount(id, clock.now())).length,
    ];
  }

  it('set its password, end everything of before, and tell the owner', async () => {
    const account = await inUse();
    for (let time = 0; time < 10; time += 1) await signIn('wrong');
    expect(codeOf(await signIn())).to.equal('too_many_attempts');
    expect(await acts().setPassword('bob@acme.test', 'short')).to.deep.equal({
      ok: false,
      fault: { because: 'too_short', minimum: 15 },
    });
    expect(await acts().setPassword('bob@acme.test', 'a new passphrase, cafe\u0301')).to.deep.equal({
      ok: true,
    });
    expect(await leftOf(account)).to.deep.equal([0, 0]);
    expect((await stored()).endsBefore).to.be.above(setting().clock.now() - 1);
    expect(codeOf(await signIn('a new passphrase, caf\u00e9'))).to.equal('ok');
    expect(codeOf(await signIn())).to.equal('credentials_invalid');
    expect(setting().told).to.deep.equal([{ accountId: account.id, topic: 'password-changed' }]);
    expect(await events()).to.include('account.password_set');
    expect(await acts().setPassword('nobody@acme.test', PASSWORD)).to.equal(null);
  });

  it('set its first password', async () => {
    await setting().person({ password: null });
    await acts().setPassword('bob@acme.test', PASSWORD);
    expect(codeOf(await signIn())).to.equal('ok');
  });

  it('disable it with all that was issued, and enable it with none of that', async () => {
    const account = await inUse();
    expect(await acts().disable('bob@acme.test', 'operator')).to.equal(true);
    expect(await leftOf(account)).to.deep.equal([0, 0]);
    expect((await stored()).disabledAt).to.equal(setting().clock.now());
    expect(codeOf(await signIn())).to.equal('forbidden');
    expect(await acts().disable('bob@acme.test', 'operator')).to.equal(false);
    setting().clock.nextStep(1000);
    expect(await acts().enable('bob@acme.test', 'operator')).to.equal(true);
    expect(await stored()).to.include({ disabledAt: null, endsBefore: setting().clock.now() + 1 });
    expect(codeOf(await signIn())).to.equal('ok');
    expect(await acts().enable('bob@acme.test', 'operator')).to.equal(false);
    expect([
      await acts().disable('x@acme.test', 'operator'),
      await acts().enable('x@acme.test', 'operator'),
    ]).to.deep.equal([null, null]);
    expect((await events()).filter((event) => event.startsWith('account.'))).to.deep.equal([
      'account.disabled',
      'account.enabled',
    ]);
  });

  it('complete what an interrupted disabling has left', async () => {
    const account = await inUse();
    const { accounts } = setting().stores;
    await accounts.update(account.id, { disabledAt: setting().clock.now() }, setting().clock.now());
    expect(await acts().disable('bob@acme.test', 'operator')).to.equal(false);
    expect(await leftOf(account)).to.deep.equal([0, 0]);
  });

  it('end the wait after wrong passwords and after wrong codes', async () => {
    const account = await setting().person(withTotp);
    for (let time = 0; time < 10; time += 1) await signIn('wrong');
    for (let time = 0; time < 10; time += 1) {
      const context = await setting().atCode(account);
      await setting().secondFactor.verifyCode(context, 'totp', typing(setting().wrongCode()));
    }
    const context = await setting().atCode(account);
    const attempt = () => setting().secondFactor.verifyCode(context, 'totp', typing(setting().code()));
    expect([codeOf(await signIn()), codeOf(await attempt())]).to.deep.equal([
      'too_many_attempts',
      'too_many_attempts',
    ]);
    expect(await acts().unlock('bob@acme.test', 'operator')).to.deep.equal({ waited: true, refused: [] });
    expect([codeOf(await signIn()), codeOf(await attempt())]).to.deep.equal(['ok', 'ok']);
    expect(await acts().unlock('bob@acme.test', 'operator')).to.deep.equal({ waited: false, refused: [] });
    expect(await acts().unlock('nobody@acme.test', 'operator')).to.equal(null);
    expect((await events()).filter((event) => event === 'account.unlocked')).to.have.length(1);
  }).timeout(20_000);

  it('leave a method refused that had too many wrong codes in a row, and name it', async () => {
    const { id } = await setting().person(withTotp);
    for (let time = 0; time < 100; time += 1)
      await setting().stores.lockouts.addFailure(`second-factor:${id}`, 'totp', setting().clock.now());
    expect(await acts().unlock('bob@acme.test', 'operator')).to.deep.equal({
      waited: false,
      refused: ['totp'],
    });
  });
});

/**
 * The password as the first factor: acceptance, refusals and audit events. `password-limits.test.ts` tests the limits.
 */
import { hash } from '@node-rs/argon2';
import { expect } from 'chai';
import type { Account } from '../../../src/domain/account.ts';
import { EMPTY_TRANSACTION } from '../../../src/domain/sign-in/transaction.ts';
import { Busy } from '../../../src/ports/system.ts';
import type { PasswordSubmission } from '../../../src/use-cases/sign-in/password.ts';
import { MINUTE, NOW } from '../../contracts/examples.ts';
import { together } from '../../contracts/make-store.ts';
import {
  ADDRESS,
  acceptedBy,
  codeOf,
  freshSetting,
  hasher,
  NETWORK,
  PASSWORD,
  random,
  refusalOf,
  SECRET,
  submitted,
} from '../setting.ts';

describe('sign-in: the password', () => {
  const setting = freshSetting();

  function submit(changes: Partial<PasswordSubmission> = {}, signIn = setting().signIn) {
    return submitted(signIn, {
      uid: random.id(),
      before: null,
      email: 'bob@acme.test',
      password: PASSWORD,
      ip: ADDRESS,
      knownBrowser: null,
      tenantId: null,
      accountId: null,
      clientId: 'rp',
      expiresAt: NOW + 15 * MINUTE,
      ...changes,
    });
  }

  it('starts a sign-in with the password as its one authentication event [1.4]', async () => {
    const { id } = await setting().person({ factors: [{ method: 'totp', secret: SECRET }] });
    const { transaction, snapshot } = acceptedBy(await submit({ uid: 'one' }));
    expect(transaction).to.deep.equal({
      uid: 'one',
      version: 1,
      accountId: id,
      authentications: [{ method: 'pwd', enrolmentId: null, atMs: NOW }],
      ...EMPTY_TRANSACTION,
      keepsAuthTime: null,
      expiresAt: NOW + 15 * MINUTE,
    });
    expect(await setting().stores.transactions.find('one', NOW)).to.deep.equal(transaction);
    expect(snapshot?.account.id).to.equal(id);
    expect(snapshot?.enrolments.map(({ method }) => method)).to.deep.equal(['totp']);
    const [event] = await setting().stores.audit.list({ limit: 10 });
    expect(event).to.include({
      event: 'sign_in.password_accepted',
      accountId: id,
      tenantId: 'acme',
      clientId: 'rp',
      reason: null,
      ip: NETWORK,
    });
  });

  for (const [how, email] of [
    ['in capitals', 'BOB@ACME.TEST'],
    ['with spaces around', '  bob@acme.test \n'],
  ] as const) {
    it(`accepts an e-mail address typed ${how}`, async () => {
      await setting().person();
      expect(codeOf(await submit({ email }))).to.equal('ok');
    });
  }

  it('accepts a password from a keyboard that decomposes accents', async () => {
    await setting().person({ password: 'caf\u00e9 au lait' });
    expect(codeOf(await submit({ password: 'cafe\u0301 au lait' }))).to.equal('ok');
  });

  for (const [what, password] of [
    ['another password', 'correct horse battery stapler'],
    ['the password in capitals', PASSWORD.toUpperCase()],
    ['the password with a space after it', `${PASSWORD} `],
    ['the password and NUL', `${PASSWORD}\u0000`],
    ['the beginning of the password', PASSWORD.slice(0, -1)],
    ['a megabyte', PASSWORD.repeat(40_000)],
  ] as const) {
    it(`refuses ${what}`, async () => {
      await setting().person();
      expect(refusalOf(await submit({ password }))).to.deep.equal({ code: 'credentials_invalid' });
      expect(await setting().events()).to.deep.equal(['sign_in.password_refused credentials_invalid']);
    });
  }

  it('accepts up to 128 characters', async () => {
    const longest = '\u00e9'.repeat(128);
    await setting().person({ password: longest });
    await setting().person({ email: 'eve@acme.test', password: `${longest}x` });
    expect(codeOf(await submit({ password: longest.normalize('NFD') }))).to.equal('ok');
    expect(codeOf(await submit({ email: 'eve@acme.test', password: `${longest}x` }))).to.equal(
      'credentials_invalid',
    );
  });

  it('refuses an e-mail address that is too long', async () => {
    await setting().person();
    expect(codeOf(await submit({ email: `${'b'.repeat(100_000)}@acme.test` }))).to.equal(
      'credentials_invalid',
    );
  });

  it('refuses an account without a password, and one with an unknown hash', async () => {
    await setting().person({ password: null });
    await setting().person({
      email: 'eve@acme.test',
      password: null,
      passwordHash: '$2b$12$not-an-argon2-hash',
    });
    expect(codeOf(await submit())).to.equal('credentials_invalid');
    expect(codeOf(await submit({ email: 'eve@acme.test' }))).to.equal('credentials_invalid');
  });

  it('gives the same refusal for an unknown account [A95]', async () => {
    await setting().person();
    const known = await submit({ password: 'wrong' });
    const unknown = await submit({ email: 'nobody@acme.test', password: 'wrong' });
    expect(unknown).to.deep.equal(known);
    const [of, to] = await setting().stores.audit.list({ limit: 10 });
    expect({ ...of, id: '', accountId: '', tenantId: '' }).to.deep.equal({
      ...to,
      id: '',
      accountId: '',
      tenantId: '',
    });
    expect(of).to.include({ accountId: null, tenantId: null });
  });

  it('stores neither the password nor the typed address [A98]', async () => {
    await setting().person();
    await submit({ password: 'a slip of the finger' });
    await submit({ email: 'typed.by.mistake@acme.test' });
    await submit();
    const stored = setting().onDisk();
    expect(stored).to.include('bob@acme.test');
    for (const secret of [PASSWORD, 'a slip of the finger', 'typed.by.mistake'])
      expect(stored).not.to.include(secret);
  });

  describe('after the right password', () => {
    it('refuses a member of another tenant', async () => {
      const { id } = await setting().person();
      expect(refusalOf(await submit({ uid: 'one', tenantId: 'other' }))).to.deep.equal({ code: 'forbidden' });
      expect(codeOf(await submit({ tenantId: 'other', password: 'wrong' }))).to.equal('credentials_invalid');
      expect(codeOf(await submit({ tenantId: 'acme', accountId: id }))).to.equal('ok');
      expect(await setting().stores.transactions.find('one', NOW)).to.equal(null);
      expect(await setting().events()).to.deep.equal([
        'sign_in.refused other_tenant',
        'sign_in.password_refused credentials_invalid',
        'sign_in.password_accepted',
      ]);
    });

    it('refuses another account than the requested one', async () => {
      await setting().person();
      expect(refusalOf(await submit({ accountId: 'somebody-else' }))).to.deep.equal({ code: 'forbidden' });
      expect(await setting().events()).to.deep.equal(['sign_in.refused other_account']);
    });
  });

  describe('an earlier state of the sign-in', () => {
    it('is replaced completely by another account [A13]', async () => {
      const bob = await setting().person({ factors: [{ method: 'totp', secret: SECRET }] });
      const eve = await setting().person({ email: 'eve@acme.test' });
      const before = await setting().begun(bob, {
        later: true,
        keepsAuthTime: NOW,
        pendingEnrolment: { enrolmentId: 'new', method: 'totp', secret: 'sealed' },
        authentications: [
          { method: 'pwd', enrolmentId: null, atMs: NOW },
          { method: 'totp', enrolmentId: 'his', atMs: NOW },
        ],
      });
      const { transaction: after } = acceptedBy(
        await submit({ uid: before.uid, before, email: 'eve@acme.test' }),
      );
      expect(after).to.deep.include({
        accountId: eve.id,
        version: 2,
        authentications: [{ method: 'pwd', enrolmentId: null, atMs: NOW }],
        pendingEnrolment: null,
        later: false,
        keepsAuthTime: null,
      });
    });

    it('is the same after a form that was sent twice', async () => {
      await setting().person();
      const [one, two] = (await together(2, () => submit({ uid: 'one' }))).map(acceptedBy);
      expect(one).to.deep.equal(two);
      expect(await setting().events()).to.deep.equal(['sign_in.password_accepted']);
    });

    it('is replaced by one of two people who sign in at once in one browser', async () => {
      await setting().person();
      await setting().person({ email: 'eve@acme.test' });
      const codes = await together(2, async (index) =>
        codeOf(await submit({ uid: 'one', email: index === 0 ? 'bob@acme.test' : 'eve@acme.test' })),
      );
      expect(codes.sort()).to.deep.equal(['ok', 'session_expired']);
    });

    it('does not replace a newer state', async () => {
      const bob = await setting().person();
      await setting().person({ email: 'eve@acme.test' });
      const before = await setting().begun(bob);
      acceptedBy(await submit({ uid: before.uid, before }));
      expect(codeOf(await submit({ uid: before.uid, before, email: 'eve@acme.test' }))).to.equal(
        'session_expired',
      );
    });
  });

  describe('a hash with outdated parameters', () => {
    const old = () => hash(PASSWORD, { memoryCost: 8192, timeCost: 1, parallelism: 1 });
    const stored = async ({ id }: Account) =>
      (await setting().stores.accounts.findById(id))?.passwordHash ?? '';

    it('is replaced once the password is right', async () => {
      const account = await setting().person({ password: null, passwordHash: await old() });
      expect(codeOf(await submit())).to.equal('ok');
      expect(await stored(account)).to.include('$argon2id$v=19$m=19456,t=2,p=1$');
      expect(hasher.needsRehash(await stored(account))).to.equal(false);
      expect(codeOf(await submit())).to.equal('ok');
    });

    it('does not count as an attempt while the new hash waits in line, so that an office can sign in at once', async () => {
      await setting().person({ password: null, passwordHash: await old() });
      const acts: string[] = [];
      const signIn = setting().signInWith(({ hasher: given, attempts }) => ({
        attempts: {
          take: attempts.take,
          full: attempts.full,
          forget: (...what) => {
            acts.push('forget');
            return attempts.forget(...what);
          },
        },
        hasher: {
          ...given,
          hash: (password) => {
            acts.push('hash');
            return given.hash(password);
          },
        },
      }));
      expect(codeOf(await submit({}, signIn))).to.equal('ok');
      expect(acts).to.deep.equal(['forget', 'forget', 'hash']);
    });

    it('is left to the next sign-in by a busy server, which accepts the right password [R39]', async () => {
      const account = await setting().person({ password: null, passwordHash: await old() });
      const busy = async () => Promise.reject(new Busy('too many'));
      const signIn = setting().signInWith(({ hasher: given }) => ({ hasher: { ...given, hash: busy } }));
      expect(codeOf(await submit({}, signIn))).to.equal('ok');
      expect(await stored(account)).to.equal(account.passwordHash);
    });

    it('is kept while the password is wrong', async () => {
      const account = await setting().person({ password: null, passwordHash: await old() });
      expect(codeOf(await submit({ password: 'wrong' }))).to.equal('credentials_invalid');
      expect(await stored(account)).to.equal(account.passwordHash);
    });

    it('is kept when its parameters are current', async () => {
      const account = await setting().person();
      await submit();
      expect(await stored(account)).to.equal(account.passwordHash);
    });
  });
});

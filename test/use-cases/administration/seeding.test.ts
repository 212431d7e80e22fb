/** Accounts that the configuration names: created when absent, whole or not at all, and never changed. */
import { hash } from '@node-rs/argon2';
import { expect } from 'chai';
import { enrolmentPurpose } from '../../../src/domain/enrolment/enrolment.ts';
import { createSeeding, type Seed } from '../../../src/use-cases/administration/seeding.ts';
import { NOW } from '../../contracts/examples.ts';
import { together } from '../../contracts/make-store.ts';
import { countRows } from '../../support/stores/embedded.ts';
import { cipher, codeOf, freshSetting, hasher, PASSWORD, SECRET, typing } from '../setting.ts';

const BOB: Seed = {
  email: 'bob@acme.test',
  tenantId: 'acme',
  name: 'Bob',
  givenName: 'Robert',
  familyName: null,
  username: null,
  locale: null,
  attributes: { department: 'Sales' },
  password: PASSWORD,
  passwordHash: null,
  role: 'manager',
  groups: ['sales'],
  manages: ['finance'],
  emailConfirmed: true,
  phone: '+31201234567',
  factors: [{ method: 'totp', secret: SECRET }, { method: 'email' }],
};

describe('seeding', () => {
  const setting = freshSetting();
  const seed = (changes: Partial<Seed> = {}) => setting().seeding.seed({ ...BOB, ...changes });
  const found = () => setting().stores.accounts.findByEmail('bob@acme.test');
  const matches = async (password: string) => {
    const stored = (await found())?.passwordHash ?? null;
    return hasher.inTurn((verify) => verify(stored, password));
  };

  it('creates an account from the configuration, with a hashed password', async () => {
    expect(await seed()).to.equal(true);
    const { password, factors, passwordHash, ...written } = BOB;
    const account = await found();
    expect(account).to.deep.include({ ...written, locale: null, createdAt: NOW });
    expect(account?.passwordHash).to.match(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(await matches(PASSWORD)).to.equal(true);
    expect([password, passwordHash, factors.length]).to.deep.equal([PASSWORD, null, 2]);
  });

  it('normalises the e-mail address as the sign-in does', async () => {
    await seed({ email: '  Bob@ACME.test ' });
    expect(await found()).not.to.equal(null);
    expect(await seed()).to.equal(false);
  });

  it('normalises the password as the sign-in does', async () => {
    await seed({ password: 'cafe\u0301 au lait' });
    expect(await matches('caf\u00e9 au lait')).to.equal(true);
  });

  it('keeps a given hash, or none', async () => {
    const passwordHash = await hash('another password', { memoryCost: 19_456 });
    await seed({ password: null, passwordHash });
    await seed({ email: 'eve@acme.test', password: null });
    expect((await found())?.passwordHash).to.equal(passwordHash);
    expect((await setting().stores.accounts.findByEmail('eve@acme.test'))?.passwordHash).to.equal(null);
  });

  it('enrols the factors as a person would, with encrypted secrets', async () => {
    await seed();
    const account = await found();
    const [totp, email] = await setting().stores.enrolments.listByAccount(account?.id ?? '');
    if (!totp) throw new Error('no factor');
    const common = {
      accountId: account?.id,
      tenantId: 'acme',
      label: '',
      app: null,
      lastStep: null,
      isDefault: false,
    };
    expect(totp).to.deep.include({ ...common, method: 'totp', createdAt: NOW });
    expect(email).to.deep.include({ ...common, method: 'email', secret: null });
    expect(cipher.decrypt(totp.secret ?? '', enrolmentPurpose(totp))).to.equal(SECRET);
    expect(setting().onDisk()).not.to.include(SECRET).and.not.to.include(PASSWORD);
  });

  it('creates a factor that works at a sign-in', async () => {
    await seed({ factors: [{ method: 'totp', secret: SECRET }] });
    const account = await found();
    if (!account) throw new Error('no account');
    const context = await setting().atCode(account);
    expect(
      codeOf(await setting().secondFactor.verifyCode(context, 'totp', typing(setting().code()))),
    ).to.equal('ok');
  });

  it('does not change an existing account', async () => {
    await seed();
    const before = await found();
    const factors = await setting().stores.enrolments.listByAccount(before?.id ?? '');
    expect(await seed({ password: 'a new password', name: 'Robert', role: 'admin', factors: [] })).to.equal(
      false,
    );
    expect(await found()).to.deep.equal(before);
    expect(await setting().stores.enrolments.listByAccount(before?.id ?? '')).to.deep.equal(factors);
    expect(await matches(PASSWORD)).to.equal(true);
  });

  it('creates one account, with its factors, when two processes start at once', async () => {
    const created = await together(8, () => seed());
    expect(created.filter(Boolean)).to.have.lengthOf(1);
    const account = await found();
    expect(await setting().stores.enrolments.listByAccount(account?.id ?? '')).to.have.lengthOf(2);
    expect(await setting().stores.accounts.pageByTenant('acme', null, 100)).to.have.lengthOf(1);
    expect(countRows(setting().dataDir, 'enrolments')).to.equal(2);
  });

  describe('when it is interrupted [R23]', () => {
    /** Seeding in a process that is gone at its so manieth write. */
    function interruptedAt(write: number) {
      const { stores, needs } = setting();
      let writes = 0;
      async function alive<T>(work: () => Promise<T>): Promise<T> {
        writes += 1;
        if (writes >= write) throw new Error('killed');
        return work();
      }
      return createSeeding({
        ...needs,
        accounts: {
          findByEmail: (email) => stores.accounts.findByEmail(email),
          insert: (account) => alive(() => stores.accounts.insert(account)),
        },
        enrolments: {
          insert: (enrolment) => alive(() => stores.enrolments.insert(enrolment)),
          remove: (accountId, id) => alive(() => stores.enrolments.remove(accountId, id)),
        },
      });
    }

    it('writes nothing for an existing account', async () => {
      await seed();
      expect(await interruptedAt(1).seed(BOB)).to.equal(false);
    });

    for (const write of [1, 2, 3]) {
      it(`leaves no account without its factors at write ${write}, and the next start completes it`, async () => {
        const fault = await interruptedAt(write)
          .seed(BOB)
          .then(
            () => null,
            (error: unknown) => String(error),
          );
        expect(fault).to.equal('Error: killed');
        expect(await found()).to.equal(null);
        expect(await seed()).to.equal(true);
        const account = await found();
        const factors = await setting().stores.enrolments.listByAccount(account?.id ?? '');
        expect(factors.map(({ method }) => method)).to.deep.equal(['totp', 'email']);
      });
    }
  });
});

/** The configuration against the store: what differs, and what applying it changes. */
import { hash as argon2 } from '@node-rs/argon2';
import { expect } from 'chai';
import { createAccountAccess } from '../../../src/use-cases/administration/account-access.ts';
import { createAccounts } from '../../../src/use-cases/administration/accounts.ts';
import {
  createReconciliation,
  type Difference,
  type WantedAccount,
} from '../../../src/use-cases/administration/reconciliation.ts';
import { passwordSubjectOf } from '../../../src/use-cases/sign-in/password-subject.ts';
import { allOf } from '../../support/all-of.ts';
import { cipher, freshSetting, hasher, PASSWORD } from '../setting.ts';

describe('the accounts of the configuration against the store', () => {
  const setting = freshSetting();

  const wanted = (changes: Partial<WantedAccount> = {}): WantedAccount => ({
    email: 'bob@acme.test',
    tenantId: 'acme',
    name: 'Bob',
    givenName: null,
    familyName: null,
    username: null,
    attributes: {},
    locale: null,
    role: 'member',
    groups: [],
    manages: [],
    emailConfirmed: false,
    phone: null,
    password: PASSWORD,
    passwordHash: null,
    factors: [],
    stated: ['name', 'role', 'groups'],
    ...changes,
  });

  function reconciliation() {
    const { needs, factors, seeding } = setting();
    const shared = { ...needs, findPasswordFault: async () => null };
    const passwordSubject = async (email: string) => passwordSubjectOf(cipher, email);
    return createReconciliation({
      ...needs,
      acts: createAccounts({ ...shared, factors, create: seeding.create }),
      access: createAccountAccess({ ...shared, hasher, passwordSubject }),
      hasher,
    });
  }

  async function differing(
    accounts: readonly WantedAccount[],
    comparesPasswords = true,
  ): Promise<Difference[]> {
    const parts = await allOf(reconciliation().compare(accounts, { comparesPasswords }));
    expect(parts.reduce((sum, { compared }) => sum + compared, 0)).to.equal(accounts.length);
    return parts.flatMap(({ differences }) => differences);
  }
  const stored = () => setting().stores.accounts.findByEmail('bob@acme.test');

  it('has no difference right after the accounts were made', async () => {
    const all = Array.from({ length: 20 }, (_, index) => wanted({ email: `p${index}@acme.test` }));
    for (const each of all) await setting().seeding.seed(each);
    expect(await differing(all)).to.deep.equal([]);
  });

  it('names a missing account, and creates it with its factors', async () => {
    const missing = wanted({ factors: [{ method: 'email' }] });
    const found = await differing([missing]);
    expect(found).to.have.length(1);
    expect(found[0]).to.include({ stored: null, hasOtherPassword: false });
    await reconciliation().apply(found);
    expect(await stored()).not.to.have.property('stated');
    expect(await differing([missing])).to.deep.equal([]);
    expect(await setting().events()).to.deep.equal(['account.created']);
  });

  it('names each detail, and changes these alone', async () => {
    await setting().person({ role: 'manager', manages: ['a'], phone: '+31612345678', groups: ['a'] });
    const changed = wanted({ name: 'Robert', groups: ['pilot'] });
    const found = await differing([changed]);
    expect(found[0]?.details.map(({ detail }) => detail)).to.deep.equal(['name', 'role', 'groups']);
    await reconciliation().apply(found);
    expect(await stored()).to.deep.include({
      name: 'Robert',
      role: 'member',
      manages: [],
      groups: ['pilot'],
      phone: '+31612345678',
    });
    expect(await differing([changed])).to.deep.equal([]);
    expect(setting().told).to.deep.equal([]);
  });

  it('finds another password by comparing it, and sets it as an operator would', async () => {
    await setting().person();
    const changed = wanted({ password: 'cafe\u0301 au lait, s\u2019il vous pla\u00eet' });
    expect(await differing([changed], false)).to.deep.equal([]);
    const found = await differing([changed]);
    expect(found[0]).to.include({ hasOtherPassword: true });
    await reconciliation().apply(found);
    expect(await differing([changed])).to.deep.equal([]);
    expect(setting().told.map(({ topic }) => topic)).to.deep.equal(['password-changed']);
  });

  it('compares hashes as text, unless a sign-in would replace them', async () => {
    const own = await hasher.hash('another passphrase');
    const weak = await argon2('another passphrase', { memoryCost: 4096, timeCost: 1 });
    const without = { password: null, passwordHash: null };
    await setting().person();
    expect(await differing([wanted(without)])).to.deep.equal([]);
    expect(await differing([wanted({ password: null, passwordHash: weak })])).to.deep.equal([]);
    const found = await differing([wanted({ password: null, passwordHash: own })]);
    expect(found[0]).to.include({ hasOtherPassword: true });
    await reconciliation().apply(found);
    expect((await stored())?.passwordHash).to.equal(own);
  });

  it('gives a first password to an account that has none', async () => {
    await setting().person({ password: null });
    const found = await differing([wanted()]);
    expect(found[0]).to.include({ hasOtherPassword: true });
    await reconciliation().apply(found);
    expect(await differing([wanted()])).to.deep.equal([]);
  });

  it('moves no account to another tenant', async () => {
    await setting().person();
    const found = await differing([wanted({ tenantId: 'kantoor' })]);
    expect(found[0]).to.deep.include({ isElsewhere: true, details: [] });
    await reconciliation().apply(found);
    expect(await stored()).to.include({ tenantId: 'acme' });
  });
});

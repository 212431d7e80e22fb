/** The list of accounts: what stands beside each, the filters, and what a long list costs. */
import { expect } from 'chai';
import { secondFactorSubject } from '../../../src/domain/sign-in/attempts.ts';
import type { AdministrationStore } from '../../../src/ports/administration/administration-store.ts';
import { createRoster, type RosterFilter } from '../../../src/use-cases/administration/roster.ts';
import { passwordSubjectOf } from '../../../src/use-cases/sign-in/password-subject.ts';
import { anAccount, anEnrolment, MINUTE, NOW } from '../../contracts/examples.ts';
import { allOf } from '../../support/all-of.ts';
import { aTenant, cipher, freshSetting } from '../setting.ts';

const DAY = 24 * 60 * MINUTE;
const TENANTS = [
  aTenant('acme', { groups: { safe: 'required' }, graceDays: 14 }),
  aTenant('kantoor', { enforcement: 'required' }),
];

describe('the list of accounts', () => {
  const setting = freshSetting({ tenants: TENANTS });
  let looks: string[];

  function roster() {
    looks = [];
    const { stores, clock } = setting();
    const { administration } = stores;
    const counted = Object.fromEntries(
      Object.entries(administration).map(([name, act]) => [
        name,
        (given: never) => {
          looks.push(name);
          return act(given);
        },
      ]),
    ) as unknown as AdministrationStore;
    const passwordSubject = async (email: string) => passwordSubjectOf(cipher, email);
    return createRoster({ ...stores, administration: counted, tenants: TENANTS, passwordSubject, clock });
  }

  async function listed(ids: readonly string[], filter?: RosterFilter) {
    const pages = await allOf(roster().list(ids, filter));
    return pages.flat().map(({ account }) => account.email);
  }

  async function add(name: string, changes: Parameters<typeof anAccount>[0] = {}): Promise<string> {
    const account = anAccount({ id: name, email: `${name}@acme.test`, ...changes });
    expect(await setting().stores.accounts.insert(account)).to.equal(true);
    return account.id;
  }

  it('shows the tenants in the order asked for, and the accounts by address', async () => {
    await add('bob');
    await add('ann');
    await add('kim', { tenantId: 'kantoor' });
    expect(await listed(['kantoor', 'acme'])).to.deep.equal([
      'kim@acme.test',
      'ann@acme.test',
      'bob@acme.test',
    ]);
    expect(await listed([])).to.deep.equal([]);
  });

  it('shows the factors of an account, and not its recovery codes', async () => {
    const accountId = await add('bob');
    await setting().stores.enrolments.insert(anEnrolment({ id: 'b', accountId, method: 'recovery' }));
    expect((await roster().find(' BOB@acme.test'))?.factors).to.deep.equal([]);
    await setting().stores.enrolments.insert(anEnrolment({ id: 'a', accountId, createdAt: NOW + 1 }));
    expect((await roster().find('bob@acme.test'))?.factors).to.deep.equal(['totp']);
    expect(await roster().find('nobody@acme.test')).to.equal(null);
  });

  it('shows the end of the longer of two locks, while it lasts', async () => {
    const id = await add('bob');
    const { lockouts } = setting().stores;
    await lockouts.lock(secondFactorSubject(id), NOW + MINUTE, 1, null);
    await lockouts.lock(passwordSubjectOf(cipher, 'bob@acme.test'), NOW + 2 * MINUTE, 1, null);
    expect((await roster().find('bob@acme.test'))?.lockedUntil).to.equal(NOW + 2 * MINUTE);
    setting().clock.nextStep(2 * MINUTE);
    expect((await roster().find('bob@acme.test'))?.lockedUntil).to.equal(null);
  });

  it('shows the end of a grace that has begun, to those who need a factor and have none', async () => {
    const { onceKeys, enrolments } = setting().stores;
    for (const [name, groups] of [
      ['new', ['safe']],
      ['started', ['safe']],
      ['protected', ['safe']],
      ['free', []],
    ] as const) {
      const id = await add(name, { groups });
      if (name !== 'new') await onceKeys.first(`grace:${id}`, String(NOW - DAY), null);
    }
    await enrolments.insert(anEnrolment({ accountId: 'protected' }));
    const pages = await allOf(roster().list(['acme']));
    const ends = pages.flat().map(({ account, graceUntil }) => [account.id, graceUntil]);
    expect(Object.fromEntries(ends)).to.deep.equal({
      new: null,
      started: NOW + 13 * DAY,
      protected: null,
      free: null,
    });
  });

  it('is narrowed by each filter, and by all of them together', async () => {
    await add('plain');
    await add('safe', { emailConfirmed: true, groups: ['safe', 'crew, night'] });
    await add('off', { disabledAt: NOW, groups: ['safe'] });
    await add('app', { emailConfirmed: true });
    await setting().stores.enrolments.insert(anEnrolment({ accountId: 'app' }));
    await setting().stores.lockouts.lock(secondFactorSubject('app'), NOW + MINUTE, 1, null);
    const names = async (filter: RosterFilter) =>
      (await listed(['acme'], filter)).map((email) => email.split('@')[0]);
    expect(await names({ unprotected: true })).to.deep.equal(['plain', 'safe']);
    expect(await names({ locked: true })).to.deep.equal(['app']);
    expect(await names({ unconfirmed: true })).to.deep.equal(['off', 'plain']);
    expect(await names({ group: 'crew, night' })).to.deep.equal(['safe']);
    expect(await names({ group: 'safe', unconfirmed: true })).to.deep.equal(['off']);
    expect(await names({ group: 'nobody' })).to.deep.equal([]);
  });

  it('shows as waiting for an invitation those alone who may join and have nothing to sign in with [0.1]', async () => {
    const { enrolments } = setting().stores;
    const factor = (accountId: string, method: 'passkey' | 'recovery' | 'totp') =>
      enrolments.insert(anEnrolment({ id: accountId, accountId, method }));
    await add('new');
    await add('invited', { invitedAt: NOW });
    await add('password', { passwordHash: '$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ$aGFzaA' });
    await add('disabled', { disabledAt: NOW });
    await add('frozen', { frozenAt: NOW });
    await add('held', { heldAt: NOW });
    await factor(await add('passkey'), 'passkey');
    await factor(await add('app'), 'totp');
    await factor(await add('codes'), 'recovery');
    expect(await listed(['acme'], { waiting: true })).to.deep.equal([
      'codes@acme.test',
      'invited@acme.test',
      'new@acme.test',
    ]);
  });

  it('takes a few looks for each page of five hundred, in pages', async () => {
    const { accounts } = setting().stores;
    const people = Array.from({ length: 1200 }, (_, index) =>
      anAccount({ id: `account-${index}`, email: `p${index}@acme.test` }),
    );
    await Promise.all(people.map((person) => accounts.insert(person)));
    const pages = await allOf(roster().list(['acme']));
    expect(pages.map((page) => page.length)).to.deep.equal([500, 500, 200]);
    expect(looks).to.have.length(12);
    expect(new Set(pages.flat().map(({ account }) => account.id)).size).to.equal(1200);
  }).timeout(20_000);
});

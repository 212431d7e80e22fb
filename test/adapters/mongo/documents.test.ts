/**
 * The documents in the collections: the store writes known fields, keeps unknown ones, and checks all that it reads.
 */
import { expect } from 'chai';
import type { Account } from '../../../src/domain/account.ts';
import { toStoredAuthentication } from '../../../src/domain/sign-in/stored-authentication.ts';
import { StoreUnavailable } from '../../../src/ports/faults.ts';
import {
  anAccount,
  anAuditEvent,
  anEnrolment,
  aSignInRecord,
  aTrustedBrowser,
  MINUTE,
  NOW,
} from '../../contracts/examples.ts';
import { MALFORMED_AUTHENTICATIONS } from '../../contracts/malformed.ts';
import { mongoStores } from '../../support/stores/mongo.ts';

type Id = { _id: string };
type Unknown = Record<string, unknown>;

describe('documents in MongoDB', () => {
  const { database, stores } = mongoStores();
  const collection = (name: string) => database().admin.collection<Id>(name);
  const theNewer = async (name: string): Promise<Unknown> => {
    const documents = await collection(name).find().toArray();
    const [newer = {}, ...others] = documents.filter((document) => 'shoeSize' in document);
    expect(others, name).to.deep.equal([]);
    return { ...newer };
  };
  const change = async (name: string, fields: Unknown) => {
    await collection(name).updateOne({}, { $set: fields });
  };

  it('come with the time of the server', async () => {
    const [clock] = stores().clocks;
    expect(clock?.store).to.equal('MongoDB');
    expect(await clock?.now()).to.be.closeTo(Date.now(), 5000);
  });

  it('keep the fields of a newer release, and are read in spite of them [R26]', async () => {
    const { accounts, enrolments, records, trustedBrowsers, providerDurable, audit, lockouts, onceKeys } =
      stores();
    const newer = { shoeSize: 43, nested: { since: 'tomorrow' } };
    await accounts.insert(anAccount({ passwordHash: 'old' }));
    await enrolments.insert(anEnrolment());
    await records.save(aSignInRecord());
    await providerDurable.upsert('RefreshToken', 'token-1', {}, null);
    await audit.append(anAuditEvent());
    await lockouts.addFailure('account-1', 'totp', NOW);
    await onceKeys.first('key', 'value', null);
    await trustedBrowsers.insert(aTrustedBrowser());
    const names = ['accounts', 'enrolments', 'sign_in_records', 'trusted_browsers', 'provider', 'audit'];
    names.push('lockouts', 'claims');
    for (const name of names) await change(name, newer);

    expect(await accounts.replacePasswordHash('account-1', 'old', 'new')).to.equal(true);
    await accounts.setLocale('account-1', 'nl', NOW);
    await accounts.setFrozen('account-1', NOW);
    await enrolments.raiseLastStep('enrolment-1', 7, 'account-1', NOW);
    await trustedBrowsers.rotate(aTrustedBrowser({ lastUsedAt: NOW, lastUsedFor: 'demo', generation: 1 }));
    await records.save(aSignInRecord({ browser: 'another' }));
    await providerDurable.upsert('RefreshToken', 'token-1', { uid: 'uid-1' }, NOW);
    await lockouts.addFailure('account-2', 'totp', NOW);

    const account = anAccount({ passwordHash: 'new', locale: 'nl', frozenAt: NOW });
    expect(await accounts.findById('account-1')).to.deep.equal(account);
    expect(await enrolments.listByAccount('account-1')).to.deep.equal([anEnrolment({ lastStep: 7 })]);
    expect(await records.find('session-1', NOW)).to.deep.equal(aSignInRecord({ browser: 'another' }));
    const used = aTrustedBrowser({ lastUsedAt: NOW, lastUsedFor: 'demo', generation: 1 });
    expect(await trustedBrowsers.find('browser-1', NOW)).to.deep.equal(used);
    expect(await audit.list({ limit: 9 })).to.deep.equal([anAuditEvent()]);
    expect((await lockouts.read('account-1')).failures).to.deep.equal({ totp: 1 });
    expect(await onceKeys.peek('key')).to.equal('value');
    for (const name of names) expect(await theNewer(name), name).to.deep.include(newer);
  });

  it('keep the fields of a newer release in an authentication [R26]', async () => {
    const { records } = stores();
    await records.save(aSignInRecord());
    const [password] = aSignInRecord().authentications;
    if (!password) throw new Error('no password');
    await change('sign_in_records', { proofs: [{ ...toStoredAuthentication(password), device: 'phone' }] });
    const found = await records.find('session-1', NOW);
    if (!found) throw new Error('no record');
    await records.save({
      ...found,
      authentications: [...found.authentications, ...aSignInRecord().authentications.slice(1)],
    });
    const [first, second] = (await records.find('session-1', NOW))?.authentications ?? [];
    expect(first).to.deep.equal({ ...password, device: 'phone' });
    expect(second).to.deep.equal(aSignInRecord().authentications[1]);
  });

  it('keep the fields of a newer release in the details of a passkey [R26]', async () => {
    const { records } = stores();
    const passkey = { userVerified: true, deviceBound: true, brand: 'any' };
    const authentications = [{ method: 'passkey', enrolmentId: 'enrolment-1', atMs: NOW, passkey }] as const;
    await records.save(aSignInRecord({ authentications }));
    expect((await records.find('session-1', NOW))?.authentications).to.deep.equal(authentications);
  });

  it('of an older release give an account that is not frozen, and a sign-in without a trusted browser [R26]', async () => {
    const { accounts, records } = stores();
    await accounts.insert(anAccount({ frozenAt: NOW, heldAt: NOW, endsBefore: NOW }));
    await records.save(aSignInRecord({ trustedBrowserId: 'browser-1' }));
    await collection('accounts').updateOne({}, { $unset: { frozenAt: 1, heldAt: 1, endsBefore: 1 } });
    await collection('sign_in_records').updateOne({}, { $unset: { trustedBrowserId: 1 } });
    expect(await accounts.findById('account-1')).to.deep.equal(anAccount());
    expect(await records.find('session-1', NOW)).to.deep.equal(aSignInRecord());
  });

  it('of an older release give an audit line without its actor [R26]', async () => {
    const { audit } = stores();
    await audit.append(anAuditEvent());
    await collection('audit').updateOne({}, { $unset: { actor: 1 } });
    expect(await audit.list({ limit: 9 })).to.deep.equal([anAuditEvent({ actor: null })]);
  });

  it('of an older release give a trusted browser without a tenant, which expires by itself [R26]', async () => {
    const { trustedBrowsers } = stores();
    await trustedBrowsers.insert(aTrustedBrowser());
    await collection('trusted_browsers').updateOne({}, { $unset: { tenantId: 1 } });
    expect(await trustedBrowsers.removeTenant('acme', 100)).to.equal(0);
    expect(await trustedBrowsers.find('browser-1', NOW)).to.deep.equal(aTrustedBrowser({ tenantId: '' }));
  });

  it('of an older release give a trusted browser of the first generation, which can be rotated [R26]', async () => {
    const { trustedBrowsers } = stores();
    await trustedBrowsers.insert(aTrustedBrowser({ generation: 4, rotations: [NOW] }));
    await collection('trusted_browsers').updateOne({}, { $unset: { generation: 1, rotations: 1 } });
    expect(await trustedBrowsers.find('browser-1', NOW)).to.deep.equal(aTrustedBrowser());
    const used = aTrustedBrowser({ generation: 1, rotations: [NOW] });
    expect(await trustedBrowsers.rotate(used)).to.deep.equal(used);
  });

  it('are refused with a field that no schema knows [R26]', async () => {
    const account = { ...anAccount(), isRoot: true } as Account;
    const outcome = await stores()
      .accounts.insert(account)
      .catch((error: unknown) => error);
    expect(outcome).to.be.instanceOf(TypeError);
    expect(await stores().accounts.findById('account-1')).to.equal(null);
  });

  it('are refused with an operator in the place of text, without its contents in the error [A88]', async () => {
    const { accounts, enrolments, onceKeys, lockouts, records, trustedBrowsers, providerDurable, audit } =
      stores();
    await accounts.insert(anAccount({ passwordHash: 'old' }));
    await enrolments.insert(anEnrolment());
    await onceKeys.first('key', 'value', null);
    await lockouts.addFailure('account-1', 'totp', NOW);
    await records.save(aSignInRecord());
    await trustedBrowsers.insert(aTrustedBrowser());
    await providerDurable.upsert('Grant', 'grant-1', { grantId: 'grant-1', uid: 'uid-1' }, null);
    const operators: unknown[] = [
      { $gt: '' },
      { $ne: 'hunter2' },
      { $in: ['account-1'] },
      { $regex: '.*' },
      { $where: 'true' },
      ['account-1'],
    ];
    for (const operator of operators) {
      const text = operator as string;
      const told = JSON.stringify(operator);
      const calls: Promise<unknown>[] = [
        accounts.findById(text),
        accounts.findByEmail(text),
        accounts.pageByTenant(text, null, 100),
        accounts.replacePasswordHash(text, 'old', 'new'),
        accounts.replacePasswordHash('account-1', text, 'new'),
        accounts.setLocale(text, 'nl', NOW),
        accounts.confirmEmail(text, 'bob@acme.test', NOW),
        accounts.confirmEmail('account-1', text, NOW),
        accounts.setPhone(text, '+31201234567', NOW),
        accounts.setFrozen(text, NOW),
        enrolments.setDefault(text, 'enrolment-1'),
        onceKeys.held([text]).then((held) => [...held]),
        trustedBrowsers.find(text, NOW),
        trustedBrowsers.listByAccount(text, NOW),
        trustedBrowsers.rotate(aTrustedBrowser({ id: text, generation: 1 })),
        trustedBrowsers.rotate(aTrustedBrowser({ accountId: text, generation: 1 })),
        trustedBrowsers.remove(text, 'browser-1'),
        trustedBrowsers.remove('account-1', text),
        trustedBrowsers.removeAll(text),
        enrolments.listByAccount(text),
        enrolments.remove(text, 'enrolment-1'),
        enrolments.remove('account-1', text),
        enrolments.raiseLastStep(text, 7, 'account-1', NOW),
        onceKeys.peek(text),
        lockouts.read(text),
        lockouts.clear(text, 'totp'),
        lockouts.clear('account-1', text),
        lockouts.reset(text),
        records.find(text, NOW),
        records.listByAccount(text, NOW),
        records.remove(text),
        providerDurable.find('Grant', text, NOW),
        providerDurable.findByUid('Grant', text, NOW),
        providerDurable.consume('Grant', text, NOW),
        providerDurable.destroy('Grant', text),
        providerDurable.revokeByGrantId('Grant', text),
        audit.list({ accountId: text, limit: 9 }),
      ];
      const outcomes = await Promise.all(calls.map((call) => call.catch((error: unknown) => error)));
      for (const [index, outcome] of outcomes.entries()) {
        const nothing = [null, false, undefined].includes(outcome as null);
        const empty = Array.isArray(outcome) && outcome.length === 0;
        const refused = outcome instanceof TypeError && !/hunter2|account-1/.test(outcome.message);
        expect(nothing || empty || refused, `${index} ${told}`).to.equal(true);
      }
    }
    expect(await accounts.findById('account-1')).to.deep.equal(anAccount({ passwordHash: 'old' }));
    expect(await enrolments.listByAccount('account-1')).to.deep.equal([anEnrolment()]);
    expect((await lockouts.read('account-1')).failures).to.deep.equal({ totp: 1 });
    expect(await records.find('session-1', NOW)).to.deep.equal(aSignInRecord());
    expect(await trustedBrowsers.find('browser-1', NOW)).to.deep.equal(aTrustedBrowser());
    expect(await providerDurable.find('Grant', 'grant-1', NOW)).to.not.equal(null);
  });

  it('of an account without readable groups count as absent, because groups may make its policy stricter [R33]', async () => {
    const { accounts } = stores();
    await accounts.insert(anAccount({ groups: ['finance'] }));
    for (const groups of [null, 'finance', [1], [null], { 0: 'finance' }, 7]) {
      await change('accounts', { groups });
      expect(await accounts.findById('account-1'), JSON.stringify(groups)).to.equal(null);
      expect(await accounts.findByEmail('bob@acme.test')).to.equal(null);
      expect(await accounts.pageByTenant('acme', null, 100)).to.deep.equal([]);
    }
  });

  it('of a sign-in record without readable authentications count as absent [R33]', async () => {
    const { records } = stores();
    await records.save(aSignInRecord());
    for (const proofs of [null, 'pwd', [null], [{}], {}, 7, ...MALFORMED_AUTHENTICATIONS]) {
      await change('sign_in_records', { proofs });
      expect(await records.find('session-1', NOW), JSON.stringify(proofs)).to.equal(null);
      expect(await records.listByAccount('account-1', NOW)).to.deep.equal([]);
    }
    await records.save(aSignInRecord());
    expect(await records.find('session-1', NOW)).to.deep.equal(aSignInRecord());
  });

  it('whose payload is no object count as absent, and none reaches a prototype [R33 A89]', async () => {
    const { providerDurable } = stores();
    for (const payload of ['', '{', 'null', '7', '[1]', '{"__proto__":{"polluted":true}}', '\u0000']) {
      await providerDurable.upsert('Grant', 'grant-1', {}, NOW + MINUTE);
      await change('provider', { payload });
      const found = await providerDurable.find('Grant', 'grant-1', NOW);
      expect(found === null, payload).to.equal(!payload.startsWith('{"'));
      expect(Object.hasOwn(found ?? {}, 'polluted'), payload).to.equal(false);
      expect(Reflect.get(found ?? {}, 'polluted'), payload).to.equal(undefined);
      expect(await providerDurable.destroy('Grant', 'grant-1'), payload).to.equal(true);
    }
    expect('polluted' in {}).to.equal(false);
  });

  it('stay available after a query for an impossible value', async () => {
    const outcome = await stores()
      .onceKeys.peek({} as string)
      .catch((error: unknown) => error);
    expect(outcome).to.be.instanceOf(TypeError).and.not.instanceOf(StoreUnavailable);
  });
});

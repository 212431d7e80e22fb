/** Rows that somebody or something has damaged: each is as good as absent, and the others are as before. */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect } from 'chai';
import { type EmbeddedStores, openEmbedded } from '../../../../src/adapters/embedded/open.ts';
import { trustBy } from '../../../../src/domain/sign-in/trusted-browser.ts';
import {
  anAccount,
  aSignInRecord,
  aTransaction,
  aTrustedBrowser,
  MINUTE,
  NOW,
} from '../../../contracts/examples.ts';
import { MALFORMED_AUTHENTICATIONS, MALFORMED_MORE } from '../../../contracts/malformed.ts';
import { freshDataDir } from '../../../support/stores/embedded.ts';

/** No JSON, JSON of another shape, JSON that means harm. */
const MALFORMED = [
  '',
  '{',
  'null',
  '7',
  '"text"',
  '[1]',
  '[{}]',
  '[null]',
  '{"__proto__":{"polluted":true}}',
  '\u0000',
];

describe('embedded stores with malformed rows', () => {
  const dataDir = freshDataDir();
  let stores: EmbeddedStores;

  beforeEach(() => {
    stores = openEmbedded({ dataDir: dataDir() });
  });
  afterEach(() => stores.close());

  function damage(file: string, statement: string, value: string): void {
    const db = new DatabaseSync(join(dataDir(), file));
    db.prepare(statement).run(value);
    db.close();
  }

  it('treat an account without readable groups as absent, because groups may make its policy stricter [R33]', async () => {
    const whole = anAccount({ id: 'account-2', email: 'eve@acme.test' });
    await stores.accounts.insert(anAccount({ groups: ['finance'] }));
    await stores.accounts.insert(whole);
    for (const text of MALFORMED) {
      damage('accounts.sqlite', `UPDATE accounts SET groups = ? WHERE id = 'account-1'`, text);
      expect(await stores.accounts.findById('account-1'), text).to.equal(null);
      expect(await stores.accounts.findByEmail('bob@acme.test'), text).to.equal(null);
      expect(await stores.accounts.pageByTenant('acme', null, 100), text).to.deep.equal([whole]);
    }
  });

  it('treat older tokens of a trusted browser without readable times as outdated [R33]', async () => {
    await stores.trustedBrowsers.insert(aTrustedBrowser({ generation: 2, rotations: [NOW, NOW] }));
    for (const text of MALFORMED.filter((value) => value !== '[1]')) {
      damage('accounts.sqlite', 'UPDATE trusted_browsers SET rotations = ?', text);
      const found = await stores.trustedBrowsers.find('browser-1', NOW);
      expect(found, text).to.deep.equal(aTrustedBrowser({ generation: 2 }));
      expect(trustBy(found ?? aTrustedBrowser(), 1, NOW).kind, text).to.equal('outdated');
    }
  });

  it('treat a sign-in record without readable authentications as absent [R33]', async () => {
    const whole = aSignInRecord({ sessionUid: 'session-2' });
    await stores.records.save(aSignInRecord());
    await stores.records.save(whole);
    for (const text of [...MALFORMED, ...MALFORMED_AUTHENTICATIONS.map((proofs) => JSON.stringify(proofs))]) {
      damage(
        'accounts.sqlite',
        `UPDATE sign_in_records SET proofs = ? WHERE session_uid = 'session-1'`,
        text,
      );
      expect(await stores.records.find('session-1', NOW), text).to.equal(null);
      expect(await stores.records.listByAccount('account-1', NOW), text).to.deep.equal([whole]);
    }
    await stores.records.save(aSignInRecord());
    expect(await stores.records.find('session-1', NOW)).to.deep.equal(aSignInRecord());
  });

  it('treat an unreadable transaction as absent, and allow a new one [R33]', async () => {
    const malformed = {
      proofs: [...MALFORMED, ...MALFORMED_AUTHENTICATIONS.map((proofs) => JSON.stringify(proofs))],
      pending: MALFORMED,
      // Any object will do: what is missing in it has not happened yet.
      more: [
        ...MALFORMED.filter((text) => !text.startsWith('{"')),
        ...MALFORMED_MORE.map((more) => JSON.stringify(more)),
      ],
    };
    for (const [column, texts] of Object.entries(malformed)) {
      for (const text of texts) {
        await stores.transactions.save(aTransaction());
        damage('short-lived.sqlite', `UPDATE progress SET ${column} = ?`, text);
        expect(await stores.transactions.find('interaction-1', NOW), `${column} ${text}`).to.equal(null);
        expect(await stores.transactions.save(aTransaction()), `${column} ${text}`).to.be.an('object');
        await stores.transactions.remove('interaction-1');
      }
    }
  });

  it('read a missing field of a transaction as its initial value, and let nothing reach a prototype [R33 A89]', async () => {
    for (const text of ['{}', '{"__proto__":{"isSetUpProven":true}}', '{"later":true,"proofs":[]}']) {
      await stores.transactions.save(aTransaction({ isSetUpProven: true }));
      damage('short-lived.sqlite', 'UPDATE progress SET more = ?', text);
      const found = await stores.transactions.find('interaction-1', NOW);
      expect(found, text).to.deep.equal(aTransaction({ version: 1 }));
      await stores.transactions.remove('interaction-1');
    }
    expect('isSetUpProven' in {}).to.equal(false);
  });

  it('treat a payload of the provider that is no object as absent, and let none reach a prototype [R33 A89]', async () => {
    await stores.providerShortLived.upsert('Session', 'other', { uid: 'uid-2' }, null);
    for (const text of MALFORMED) {
      await stores.providerShortLived.upsert('Session', 'session-1', { uid: 'uid-1' }, NOW + MINUTE);
      damage('short-lived.sqlite', `UPDATE provider SET payload = ? WHERE id = 'session-1'`, text);
      const found = await stores.providerShortLived.find('Session', 'session-1', NOW);
      expect(found === null, text).to.equal(!text.startsWith('{"'));
      expect(Object.hasOwn(found ?? {}, 'polluted'), text).to.equal(false);
      expect(await stores.providerShortLived.find('Session', 'other', NOW)).to.deep.equal({ uid: 'uid-2' });
      expect(await stores.providerShortLived.destroy('Session', 'session-1'), text).to.equal(true);
    }
    expect('polluted' in {}).to.equal(false);
  });
});

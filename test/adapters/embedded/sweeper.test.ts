/** Sweeping: what has expired goes, everything else stays. */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect } from 'chai';
import { type EmbeddedStores, openEmbedded } from '../../../src/adapters/embedded/open.ts';
import { CAMPAIGN_KEPT_MS } from '../../../src/domain/administration/campaign.ts';
import { sealOf } from '../../../src/domain/audit/seal.ts';
import { RESET_KEPT_MS } from '../../../src/domain/resets/reset-request.ts';
import {
  aCampaign,
  aMail,
  anAccount,
  anAuditEvent,
  anEnrolment,
  aResetRequest,
  aResetStep,
  aSessionClient,
  aSignInRecord,
  aTransaction,
  aTrustedBrowser,
  MINUTE,
  NOW,
} from '../../contracts/examples.ts';
import { freshDataDir } from '../../support/stores/embedded.ts';

const DAY = 24 * 60 * MINUTE;
const YEAR = 365 * DAY;

describe('embedded sweeper', () => {
  const dataDir = freshDataDir();
  let stores: EmbeddedStores;

  beforeEach(() => {
    stores = openEmbedded({ dataDir: dataDir() });
  });
  afterEach(() => stores.close());

  function rowsIn(file: string): Record<string, number> {
    const db = new DatabaseSync(join(dataDir(), file), { readOnly: true });
    const tables = db.prepare(`SELECT name FROM sqlite_schema WHERE type = 'table'`).all();
    const counts = tables.map(({ name }) => [
      name,
      Number(db.prepare(`SELECT count(*) AS n FROM ${name}`).get()?.n),
    ]);
    db.close();
    return Object.fromEntries(counts);
  }

  async function fillAccounts(expiresAt: number, suffix: string): Promise<void> {
    await stores.onceKeys.claim(`claim-${suffix}`, expiresAt);
    await stores.onceKeys.first(`first-${suffix}`, 'value', expiresAt);
    await stores.records.save(aSignInRecord({ sessionUid: suffix, expiresAt }));
    await stores.sessionClients.insert(aSessionClient({ sessionUid: suffix, noticeId: suffix, expiresAt }));
    await stores.trustedBrowsers.insert(aTrustedBrowser({ id: suffix, expiresAt }));
    await stores.providerDurable.upsert('RefreshToken', suffix, {}, expiresAt);
    const createdAt = expiresAt - RESET_KEPT_MS;
    await stores.resetRequests.insert(aResetRequest({ id: suffix, createdAt }));
    await stores.resetRequests.take(aResetStep({ requestId: suffix, atMs: createdAt, dueAt: null }));
    const campaign = aCampaign({ id: suffix, createdAt: expiresAt - CAMPAIGN_KEPT_MS });
    await stores.campaigns.insert(campaign);
    await stores.campaigns.addRecipients(campaign, ['account-1'], null);
    // Delivery has an hour to count it.
    const mail = aMail({ id: suffix, expiresAt: expiresAt - 60 * MINUTE });
    await stores.mailOutbox.insert(mail, NOW, null);
    await stores.logoutOutbox.insert(mail, NOW, null);
  }

  it('removes only expired records from the accounts file [R38]', async () => {
    await fillAccounts(NOW, 'old');
    await fillAccounts(NOW + 1, 'new');
    await stores.accounts.insert(anAccount());
    await stores.enrolments.insert(anEnrolment());
    await stores.onceKeys.first('kept', 'value', null);
    await stores.providerDurable.upsert('Grant', 'kept', {}, null);
    await stores.keys.insert({ id: 'kept', digestKey: 'sealed', addedAt: NOW - YEAR, usedAt: null });
    expect(await stores.sweep(NOW, YEAR)).to.equal(12);
    expect(rowsIn('accounts.sqlite')).to.deep.equal({
      accounts: 1,
      account_groups: 0,
      enrolments: 1,
      claims: 3,
      lockouts: 0,
      lockout_failures: 0,
      sign_in_records: 1,
      session_clients: 1,
      trusted_browsers: 1,
      tenant_settings: 0,
      reset_requests: 1,
      reset_steps: 1,
      campaigns: 1,
      campaign_recipients: 1,
      audit: 0,
      audit_seals: 0,
      audit_tallies: 0,
      provider: 2,
      encryption_keys: 1,
      mail_outbox: 1,
      logout_outbox: 1,
    });
    expect(await stores.onceKeys.peek('kept')).to.equal('value');
    expect(await stores.onceKeys.claim('claim-new', NOW)).to.equal(false);
    expect(await stores.onceKeys.claim('claim-old', NOW)).to.equal(true);
  });

  it('removes only expired records from the short-lived file [R38]', async () => {
    const limits = [{ counter: 'account', limit: 9, windowMs: MINUTE }];
    for (const [offset, suffix] of [
      [0, 'old'],
      [1, 'new'],
    ] as const) {
      await stores.transactions.save(aTransaction({ uid: suffix, expiresAt: NOW + offset }));
      await stores.attempts.take({
        owner: 'a',
        id: suffix,
        bucket: 'b',
        atMs: NOW + offset - MINUTE,
        limits,
      });
      await stores.rates.take(suffix, { limit: 9, windowMs: MINUTE }, NOW + offset - MINUTE);
      await stores.providerShortLived.upsert('Session', suffix, {}, NOW + offset);
      const message = {
        channel: 'email',
        to: 'bob@acme.test',
        subject: suffix,
        text: '',
        html: null,
      } as const;
      await stores.outbox.append(message, NOW + offset - DAY);
    }
    expect(await stores.sweep(NOW, YEAR)).to.equal(5);
    expect(rowsIn('short-lived.sqlite')).to.deep.equal({
      progress: 1,
      attempts: 1,
      rates: 1,
      outbox: 1,
      provider: 1,
    });
  });

  it('keeps audit events for the configured time', async () => {
    for (const days of [0, 29, 30, 31]) {
      await stores.audit.append(anAuditEvent({ id: String(days), atMs: NOW - days * DAY }));
    }
    expect(await stores.sweep(NOW, 30 * DAY)).to.equal(2);
    expect((await stores.audit.list({ limit: 9 })).map(({ id }) => id)).to.deep.equal(['0', '29']);
  });

  it('keeps the seals over audit events for good, and their tallies as long as the events', async () => {
    const lines = [anAuditEvent({ id: 'old', atMs: NOW - 31 * DAY }), anAuditEvent({ id: 'new' })];
    const seal = sealOf({ previous: null, lines, sealedAt: NOW, removedBefore: 0 });
    await stores.auditSeals.insert(seal);
    await stores.auditSeals.complete(seal);
    expect(await stores.sweep(NOW, 30 * DAY)).to.equal(1);
    expect(await stores.auditSeals.page(0, 9)).to.deep.equal([seal]);
    expect((await stores.auditSeals.talliesSince('acme', 0)).map(({ count }) => count)).to.deep.equal([1]);
  });

  it('never removes the failures of a second factor, and removes those of a password after a month [A19]', async () => {
    await stores.lockouts.addFailure('account-1', 'totp', NOW - YEAR);
    await stores.lockouts.lock('account-1', NOW - YEAR, 3, null);
    await stores.lockouts.addFailure('typed-1', 'password', NOW - 31 * DAY);
    await stores.lockouts.lock('typed-1', NOW - 31 * DAY, 3, null);
    await stores.lockouts.addFailure('typed-2', 'password', NOW - 29 * DAY);
    await stores.lockouts.lock('typed-3', NOW + MINUTE, 1, null);
    expect(await stores.sweep(NOW, YEAR)).to.equal(2);
    expect(await stores.lockouts.read('account-1')).to.deep.include({ level: 3, failures: { totp: 1 } });
    expect(await stores.lockouts.read('typed-1')).to.deep.equal({ lockedUntil: 0, level: 0, failures: {} });
    expect((await stores.lockouts.read('typed-2')).failures).to.deep.equal({ password: 1 });
    expect((await stores.lockouts.read('typed-3')).lockedUntil).to.equal(NOW + MINUTE);
  });

  it('removes more than one batch, and lets other work run in between [R38]', async () => {
    const limits = [{ counter: 'account', limit: 3000, windowMs: MINUTE }];
    for (let n = 0; n < 1201; n += 1) {
      await stores.attempts.take({ owner: `owner-${n}`, id: 'one', bucket: 'b', atMs: NOW - DAY, limits });
    }
    let turns = 0;
    const count = () => {
      turns += 1;
      turning = setImmediate(count);
    };
    let turning = setImmediate(count);
    expect(await stores.sweep(NOW, YEAR)).to.equal(1201);
    clearImmediate(turning);
    expect(turns).to.be.above(2);
    expect(await stores.sweep(NOW, YEAR)).to.equal(0);
  });
});

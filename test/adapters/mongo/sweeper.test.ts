/** Sweeping: what has expired goes, everything else stays. */
import { expect } from 'chai';
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
  aTrustedBrowser,
  MINUTE,
  NOW,
} from '../../contracts/examples.ts';
import { mongoStores } from '../../support/stores/mongo.ts';

const DAY = 24 * 60 * MINUTE;
const YEAR = 365 * DAY;
const NOTHING = { lockedUntil: 0, level: 0, failures: {} };

describe('sweeping MongoDB', () => {
  const { database, stores } = mongoStores();

  async function documents(): Promise<Record<string, number>> {
    const collections = await database().admin.listCollections();
    const counts = collections.map(
      async ({ name }) => [name, await database().admin.collection(name).countDocuments({})] as const,
    );
    return Object.fromEntries((await Promise.all(counts)).filter(([, count]) => count > 0));
  }

  async function fill(expiresAt: number, suffix: string): Promise<void> {
    await stores().onceKeys.claim(`claim-${suffix}`, expiresAt);
    await stores().onceKeys.first(`first-${suffix}`, 'value', expiresAt);
    await stores().records.save(aSignInRecord({ sessionUid: suffix, expiresAt }));
    await stores().sessionClients.insert(aSessionClient({ sessionUid: suffix, noticeId: suffix, expiresAt }));
    await stores().trustedBrowsers.insert(aTrustedBrowser({ id: suffix, expiresAt }));
    await stores().providerDurable.upsert('RefreshToken', suffix, {}, expiresAt);
    const createdAt = expiresAt - RESET_KEPT_MS;
    await stores().resetRequests.insert(aResetRequest({ id: suffix, createdAt }));
    await stores().resetRequests.take(aResetStep({ requestId: suffix, atMs: createdAt, dueAt: null }));
    const campaign = aCampaign({ id: suffix, createdAt: expiresAt - CAMPAIGN_KEPT_MS });
    await stores().campaigns.insert(campaign);
    await stores().campaigns.addRecipients(campaign, ['account-1'], null);
    // Delivery has an hour to count it.
    const mail = aMail({ id: suffix, expiresAt: expiresAt - 60 * MINUTE });
    await stores().mailOutbox.insert(mail, NOW, null);
    await stores().mailOutbox.take(9, NOW, NOW);
    await stores().logoutOutbox.insert(mail, NOW, null);
  }

  it('removes only expired records [R38]', async () => {
    await fill(NOW, 'old');
    await fill(NOW + 1, 'new');
    await stores().accounts.insert(anAccount());
    await stores().enrolments.insert(anEnrolment());
    await stores().enrolments.raiseLastStep('enrolment-1', 7, 'account-1', NOW);
    await stores().onceKeys.first('kept', 'value', null);
    await stores().providerDurable.upsert('Grant', 'kept', {}, null);
    expect(await stores().sweep(NOW, YEAR)).to.equal(14);
    expect(await documents()).to.deep.equal({
      accounts: 1,
      enrolments: 2,
      // One of them says that the spelling of addresses was brought up to date when the store was opened.
      claims: 4,
      sign_in_records: 1,
      session_clients: 1,
      trusted_browsers: 1,
      reset_requests: 1,
      reset_steps: 1,
      campaigns: 1,
      campaign_recipients: 1,
      provider: 2,
      mail_outbox: 2,
      logout_outbox: 1,
    });
    expect(await stores().onceKeys.peek('kept')).to.equal('value');
    expect(await stores().onceKeys.claim('claim-new', NOW)).to.equal(false);
    expect(await stores().onceKeys.claim('claim-old', NOW)).to.equal(true);
  });

  it('removes the steps that a later one has replaced, and those of a removed enrolment [A34]', async () => {
    const { enrolments, sweep } = stores();
    await enrolments.insert(anEnrolment());
    await enrolments.insert(anEnrolment({ id: 'enrolment-2', lastStep: 5 }));
    for (const step of [8, 7, 9]) await enrolments.raiseLastStep('enrolment-1', step, 'account-1', NOW);
    await enrolments.raiseLastStep('enrolment-2', 6, 'account-1', NOW + 1);
    await enrolments.raiseLastStep('removed', 6, 'account-1', NOW);
    const lastSteps = async () =>
      (await enrolments.listByAccount('account-1')).map(({ lastStep }) => lastStep);
    expect(await sweep(NOW, YEAR)).to.equal(3);
    expect(await lastSteps()).to.deep.equal([9, 6]);
    expect(await documents()).to.deep.equal({ enrolments: 4 });
    expect(await sweep(NOW + 1, YEAR)).to.equal(0);
    await enrolments.raiseLastStep('enrolment-1', 10, 'account-1', NOW + 2);
    expect(await sweep(NOW + 2, YEAR)).to.equal(1);
    expect(await lastSteps()).to.deep.equal([10, 6]);
    // Nothing is left to look at.
    const marked = await database()
      .admin.collection('enrolments')
      .countDocuments({ tidyAt: { $ne: null } });
    expect(marked).to.equal(0);
  });

  it('keeps a consumed token consumed while it can still be found [A46]', async () => {
    await stores().providerDurable.upsert('RefreshToken', 'prolonged', {}, NOW + MINUTE);
    await stores().providerDurable.consume('RefreshToken', 'prolonged', NOW);
    await stores().providerDurable.upsert('RefreshToken', 'prolonged', {}, NOW + YEAR);
    await stores().providerDurable.upsert('RefreshToken', 'ended', {}, NOW + MINUTE);
    await stores().providerDurable.consume('RefreshToken', 'ended', NOW);
    expect(await stores().sweep(NOW + MINUTE + DAY, YEAR)).to.equal(2);
    expect(await documents()).to.deep.equal({ provider: 2 });
    expect(await stores().providerDurable.consume('RefreshToken', 'prolonged', NOW + DAY)).to.equal(false);
  });

  it('keeps audit events for the configured time', async () => {
    for (const days of [0, 29, 30, 31]) {
      await stores().audit.append(anAuditEvent({ id: String(days), atMs: NOW - days * DAY }));
    }
    expect(await stores().sweep(NOW, 30 * DAY)).to.equal(2);
    expect((await stores().audit.list({ limit: 9 })).map(({ id }) => id)).to.deep.equal(['0', '29']);
  });

  it('keeps the seals over audit events for good, and their tallies as long as the events', async () => {
    const lines = [anAuditEvent({ id: 'old', atMs: NOW - 31 * DAY }), anAuditEvent({ id: 'new' })];
    const seal = sealOf({ previous: null, lines, sealedAt: NOW, removedBefore: 0 });
    await stores().auditSeals.insert(seal);
    await stores().auditSeals.complete(seal);
    expect(await stores().sweep(NOW, 30 * DAY)).to.equal(1);
    expect(await stores().auditSeals.page(0, 9)).to.deep.equal([seal]);
    expect((await stores().auditSeals.talliesSince('acme', 0)).map(({ count }) => count)).to.deep.equal([1]);
  });

  it('never removes the failures of a second factor, and removes those of a password after a month [A19]', async () => {
    const { lockouts } = stores();
    await lockouts.addFailure('account-1', 'totp', NOW - YEAR);
    await lockouts.lock('account-1', NOW - YEAR, 3, null);
    await lockouts.addFailure('typed-1', 'password', NOW - 31 * DAY);
    await lockouts.lock('typed-1', NOW - 31 * DAY, 3, null);
    await lockouts.addFailure('typed-2', 'password', NOW - 29 * DAY);
    await lockouts.lock('typed-3', NOW + MINUTE, 1, null);
    await stores().sweep(NOW, YEAR);
    expect(await lockouts.read('account-1')).to.deep.include({ level: 3, failures: { totp: 1 } });
    expect(await lockouts.read('typed-1')).to.deep.equal(NOTHING);
    expect((await lockouts.read('typed-2')).failures).to.deep.equal({ password: 1 });
    expect((await lockouts.read('typed-3')).lockedUntil).to.equal(NOW + MINUTE);
    expect(await documents()).to.deep.equal({ lockouts: 5 });
  });

  it('continues the count after outdated failures were deleted [A19]', async () => {
    const { lockouts } = stores();
    for (let number = 1; number <= 33; number += 1) {
      const hours = number < 20 ? 3 : 1;
      expect(await lockouts.addFailure('typed-1', 'password', NOW - hours * 60 * MINUTE)).to.equal(number);
    }
    expect(await lockouts.addFailure('typed-1', 'sms', NOW)).to.equal(1);
    for (let number = 34; number <= 48; number += 1) {
      expect(await lockouts.addFailure('typed-1', 'password', NOW)).to.equal(number);
    }
    expect((await lockouts.read('typed-1')).failures).to.deep.equal({ password: 48, sms: 1 });
    expect((await documents()).lockouts).to.be.below(33);
  });

  it('removes more than one batch, and lets other work run in between [R38]', async () => {
    const claims = Array.from({ length: 1201 }, (_, n) => ({
      _id: `claim-${n}`,
      value: '',
      expiresAt: new Date(NOW),
    }));
    await database().admin.collection<{ _id: string }>('claims').insertMany(claims);
    let turns = 0;
    const count = () => {
      turns += 1;
      turning = setImmediate(count);
    };
    let turning = setImmediate(count);
    expect(await stores().sweep(NOW, YEAR)).to.equal(1201);
    clearImmediate(turning);
    expect(turns).to.be.above(2);
    expect(await stores().sweep(NOW, YEAR)).to.equal(0);
  });

  it('completes the password change of a process that died', async () => {
    await stores().accounts.insert(anAccount({ passwordHash: 'old' }));
    await stores().accounts.insert(
      anAccount({ id: 'account-2', email: 'eve@acme.test', passwordHash: 'newer' }),
    );
    for (const accountId of ['account-1', 'account-2']) {
      await database()
        .admin.collection<{ _id: string }>('password_changes')
        .insertOne(Object.assign({ _id: accountId }, { accountId, previous: 'old', next: 'new' }));
    }
    await stores().sweep(NOW, YEAR);
    expect((await stores().accounts.findById('account-1'))?.passwordHash).to.equal('new');
    expect((await stores().accounts.findById('account-2'))?.passwordHash).to.equal('newer');
    expect(await documents()).to.deep.equal({ accounts: 2 });
    expect(await stores().accounts.replacePasswordHash('account-1', 'new', 'newest')).to.equal(true);
  });
});

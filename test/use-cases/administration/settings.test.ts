/** The change of settings as a use case: it asks the role itself, and one administrator is not always enough. */
import { expect } from 'chai';
import { type EmbeddedStores, openEmbedded } from '../../../src/adapters/embedded/open.ts';
import type { Account, Role } from '../../../src/domain/account.ts';
import type { DomainEvent } from '../../../src/domain/events.ts';
import { typedOf } from '../../../src/domain/tenant-settings/form.ts';
import { SETTING_NAMES, settingsOf } from '../../../src/domain/tenant-settings/settings.ts';
import { createChangeSettings } from '../../../src/use-cases/administration/settings/change-settings.ts';
import {
  type EffectiveTenants,
  openEffectiveTenants,
} from '../../../src/use-cases/administration/settings/effective-tenants.ts';
import { anAccount, NOW } from '../../contracts/examples.ts';
import { makeDataDir, removeDataDir } from '../../support/stores/embedded.ts';
import { createSettableClock } from '../../support/time/clock.ts';
import { aTenant, random } from '../setting.ts';

describe('the change of settings', () => {
  const clock = createSettableClock(NOW);
  let dataDir: string;
  let stores: EmbeddedStores;
  let events: DomainEvent[];

  beforeEach(() => {
    dataDir = makeDataDir();
    stores = openEmbedded({ dataDir });
    events = [];
  });
  afterEach(() => {
    stores.close();
    removeDataDir(dataDir);
  });

  const tenantsOf = (approvers: 1 | 2) => [aTenant('acme', { resetApprovers: approvers }), aTenant('other')];
  const open = (approvers: 1 | 2 = 1): Promise<EffectiveTenants> =>
    openEffectiveTenants({
      tenants: tenantsOf(approvers),
      writtenSettings: {},
      tenantSettings: stores.tenantSettings,
    });

  function changesOn(effectiveTenants: EffectiveTenants) {
    const { providerShortLived: kept } = stores;
    return createChangeSettings({
      effectiveTenants,
      tenantSettings: stores.tenantSettings,
      drafts: {
        put: (key, draft, expiresAt) => kept.upsert('Draft', key, draft, expiresAt),
        find: (key, now) => kept.find('Draft', key, now),
        remove: (key) => kept.destroy('Draft', key),
      },
      available: () => ['totp', 'recovery'],
      endTrust: async () => {},
      events: {
        append: async (...appended) => {
          events.push(...appended);
        },
      },
      clock,
      random,
    });
  }

  const actor = (role: Role = 'admin', id = 'boss'): Account => ({
    ...anAccount(),
    id,
    tenantId: 'acme',
    role,
  });
  const typed = (changes: Partial<ReturnType<typeof typedOf>>) => ({
    ...typedOf(settingsOf(aTenant('acme'))),
    ...changes,
  });

  async function change(
    changes: ReturnType<typeof changesOn>,
    version: number,
    wanted: Partial<ReturnType<typeof typedOf>>,
    reason = '',
    by = actor(),
  ) {
    const drafted = await changes.draft(by, version, typed(wanted));
    if (!drafted.ok) return drafted;
    const draft = await changes.openDraft(by);
    return changes.apply(by, draft?.id ?? '', reason, '192.0.2.7');
  }

  it('is refused to every other role, in each of its steps [A61]', async () => {
    const changes = changesOn(await open());
    const forbidden = { ok: false, refusal: { code: 'forbidden' } };
    for (const role of ['member', 'helpdesk', 'manager'] as const) {
      const by = actor(role);
      expect(await changes.read(by)).to.deep.equal(forbidden);
      expect(await changes.draft(by, 0, typed({}))).to.deep.equal(forbidden);
      expect(await changes.draftRevert(by, 0)).to.deep.equal(forbidden);
      expect(await changes.openDraft(by)).to.equal(null);
      expect(await changes.apply(by, '', '', '')).to.deep.equal(forbidden);
      expect((await changes.history(by, null)).changes).to.deep.equal([]);
    }
  });

  it('may loosen only with two administrators where the workspace has two approvers', async () => {
    const changes = changesOn(await open(2));
    const alone = await change(changes, 0, { enforcement: 'off' }, 'because');
    expect(alone).to.deep.equal({
      ok: false,
      refusal: { code: 'forbidden', because: 'two_administrators' },
    });
    expect(await stores.tenantSettings.findNewest('acme')).to.equal(null);
    expect(events).to.deep.equal([]);
    expect((await change(changes, 0, { enforcement: 'required' }))?.ok).to.equal(true);
  });

  it('is seen by another process with its next look, and leaves other workspaces alone [B.2]', async () => {
    const here = await open();
    const elsewhere = await open();
    const [tenant] = elsewhere.tenants;
    expect((await change(changesOn(here), 0, { enforcement: 'required' }))?.ok).to.equal(true);
    const copied = { ...tenant };
    await elsewhere.refresh();
    expect(tenant?.secondFactor.enforcement).to.equal('required');
    expect(copied.secondFactor?.enforcement).to.equal('optional');
    expect(elsewhere.tenants[1]?.secondFactor.enforcement).to.equal('optional');
    expect((await open()).tenants[0]?.secondFactor.enforcement).to.equal('required');
  });

  it('reads several versions that were missed, and takes the newest', async () => {
    const behind = await open();
    const changes = changesOn(await open());
    for (const [version, days] of ['1', '2', '3'].entries())
      expect((await change(changes, version, { grace_days: days }, 'more'))?.ok).to.equal(true);
    await behind.refresh();
    expect(behind.newest('acme')?.number).to.equal(3);
    expect(behind.tenants[0]?.secondFactor.graceDays).to.equal(3);
  });

  it('lets one of many administrators win who apply at once [B.4]', async () => {
    const administrators = Array.from({ length: 20 }, (_, index) => actor('admin', `boss-${index}`));
    const sides = await Promise.all(
      administrators.map(async (by) => ({ by, changes: changesOn(await open()) })),
    );
    for (const { by, changes } of sides) await changes.draft(by, 0, typed({ enforcement: 'required' }));
    const outcomes = await Promise.all(
      sides.map(async ({ by, changes }) =>
        changes.apply(by, (await changes.openDraft(by))?.id ?? '', '', ''),
      ),
    );
    expect(outcomes.filter((outcome) => outcome?.ok)).to.have.length(1);
    for (const outcome of outcomes)
      if (outcome && !outcome.ok) expect(outcome.refusal.code).to.equal('conflict');
    expect(events.map(({ name }) => name)).to.deep.equal(['settings.changed']);
  });

  it('forgets a draft after an hour, and keeps drafts of administrators apart', async () => {
    const changes = changesOn(await open());
    await changes.draft(actor(), 0, typed({ enforcement: 'required' }));
    expect(await changes.openDraft(actor('admin', 'other'))).to.equal(null);
    clock.set(clock.now() + 61 * 60_000);
    expect(await changes.openDraft(actor())).to.equal(null);
    expect(await changes.apply(actor(), '', '', '')).to.equal(null);
  });

  it('shows ten versions at a time, each with what it changed', async () => {
    const changes = changesOn(await open());
    for (let version = 0; version < 12; version += 1)
      await change(changes, version, { grace_days: String(version + 1) }, 'more');
    const first = await changes.history(actor(), null);
    expect(first.changes.map(({ version }) => version.number)).to.deep.equal([
      12, 11, 10, 9, 8, 7, 6, 5, 4, 3,
    ]);
    expect(first.changes[9]?.changes).to.deep.equal([{ name: 'graceDays', from: 2, to: 3 }]);
    const rest = await changes.history(actor(), first.older);
    expect(rest.changes.map(({ version }) => version.number)).to.deep.equal([2, 1]);
    expect(rest.older).to.equal(null);
    expect(rest.changes[1]?.changes[0]?.from).to.equal(0);
  });

  it('shows a form that reads back as the settings that it was made of', async () => {
    const changes = changesOn(await open());
    expect(
      (await change(changes, 0, { groups: 'a: b: required', methods: 'totp', message_en: 'x\r\ny' }))?.ok,
    ).to.equal(true);
    const read = await changes.read(actor());
    if (!read.ok) throw new Error('it was refused');
    expect(read.value.settings.groups).to.deep.equal({ 'a: b': 'required' });
    expect(read.value.settings.messageEn).to.equal('x\ny');
    expect(await changes.draft(actor(), 1, typedOf(read.value.settings))).to.deep.equal({
      ok: true,
      value: null,
    });
    expect((await changes.openDraft(actor()))?.changed).to.deep.equal([]);
    expect(Object.keys(read.value.settings)).to.have.members([...SETTING_NAMES]);
  });
});

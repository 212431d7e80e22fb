/** A process dies within the effect of a reset, after each of its writes: another process completes it. */
import { expect } from 'chai';
import { type EmbeddedStores, openEmbedded } from '../../../src/adapters/embedded/open.ts';
import { resetDecisionsOf } from '../../../src/compose/people/resets.ts';
import type { DomainEvent } from '../../../src/domain/events.ts';
import { createEventLog } from '../../../src/use-cases/events/event-log.ts';
import { createEndSessions } from '../../../src/use-cases/sign-in/end-sessions.ts';
import {
  anAccount,
  anEnrolment,
  aResetRequest,
  aSessionClient,
  aSignInRecord,
  aTrustedBrowser,
  MINUTE,
  NOW,
} from '../../contracts/examples.ts';
import { makeDataDir, removeDataDir } from '../../support/stores/embedded.ts';
import { createSettableClock } from '../../support/time/clock.ts';
import { aTenant, random } from '../setting.ts';

class Died extends Error {
  override name = 'Died';
}

const READS = /^(?:find|list|page|read|peek|held)/;

/** The stores of a process that dies before the write after this number of writes. */
function dyingAfter(stores: EmbeddedStores, writes: number): EmbeddedStores {
  let left = writes;
  const entries = Object.entries<unknown>({ ...stores }).map(([name, store]) => {
    if (typeof store !== 'object' || store === null || Array.isArray(store)) return [name, store];
    const acts = Object.entries(store as Record<string, (...given: unknown[]) => Promise<unknown>>);
    const counted = acts.map(([act, run]) => [
      act,
      async (...given: unknown[]) => {
        if (!READS.test(act)) {
          if (left === 0) throw new Died();
          left -= 1;
        }
        return run(...given);
      },
    ]);
    return [name, Object.fromEntries(counted)];
  });
  return Object.fromEntries(entries);
}

describe('the effect of a reset', () => {
  let stores: EmbeddedStores;
  let dataDir: string;
  let told: DomainEvent[];
  let ended: string[];
  const clock = createSettableClock(NOW);

  beforeEach(async () => {
    dataDir = makeDataDir();
    stores = openEmbedded({ dataDir });
    told = [];
    ended = [];
    clock.set(NOW + MINUTE);
    const expiresAt = NOW + 999 * MINUTE;
    await stores.accounts.insert(anAccount({ emailConfirmed: true }));
    await stores.enrolments.insert(anEnrolment());
    await stores.enrolments.insert(anEnrolment({ id: 'codes', method: 'recovery' }));
    await stores.records.save(aSignInRecord({ expiresAt }));
    await stores.sessionClients.insert(aSessionClient({ expiresAt }));
    await stores.trustedBrowsers.insert(aTrustedBrowser({ expiresAt }));
    await stores.resetRequests.insert(aResetRequest({ expiresAt }));
  });
  afterEach(() => {
    stores.close();
    removeDataDir(dataDir);
  });

  function process(opened: EmbeddedStores) {
    const log = () => {};
    const subscribers = [async (event: DomainEvent) => void told.push(event)];
    const events = createEventLog({ audit: opened.audit, subscribers, clock, random, log });
    const endSessions = createEndSessions({
      accounts: opened.accounts,
      records: opened.records,
      sessionClients: opened.sessionClients,
      enrolments: opened.enrolments,
      outbox: { add: async ({ noticeId }) => void ended.push(noticeId) },
      endProviderSession: async () => {},
      clock,
      log,
    });
    return resetDecisionsOf({
      tenants: [aTenant('acme')],
      parts: { stores: opened, clock },
      endSessions,
      events,
    });
  }

  const approve = (opened: EmbeddedStores) =>
    process(opened).decisions.approve('account-1.1', { by: 'operator', note: null });

  async function state() {
    const now = clock.now();
    const [factors, records, browsers, account] = await Promise.all([
      stores.enrolments.listByAccount('account-1'),
      stores.records.listByAccount('account-1', now),
      stores.trustedBrowsers.listByAccount('account-1', now),
      stores.accounts.findById('account-1'),
    ]);
    return {
      factors: factors.length,
      records: records.length,
      browsers: browsers.length,
      isEnded: (account?.endsBefore ?? 0) > NOW,
      due: await stores.resetRequests.listDue(now, 9),
      done: (await stores.audit.list({ limit: 99 })).filter(({ event }) => event === 'reset.done').length,
    };
  }

  const WHOLE = { factors: 0, records: 0, browsers: 0, isEnded: true, due: [], done: 1 };

  for (let writes = 0; writes < 14; writes += 1) {
    it(`is whole when the process died after ${writes} writes, and the job of another one ran [1.5] [A120]`, async () => {
      const outcome = await approve(dyingAfter(stores, writes)).catch((error: unknown) => error);
      clock.nextStep(MINUTE);
      if (outcome instanceof Died && (await stores.resetRequests.find('account-1.1'))?.steps.length === 0) {
        // Nothing was decided, so nothing has changed, and the operator says it again.
        expect(await state()).to.include({ factors: 2, records: 1, browsers: 1, isEnded: false, done: 0 });
        await approve(stores);
      }
      await process(stores).effects.carryOutDue();
      await process(stores).effects.carryOutDue();
      expect(await state()).to.deep.equal(WHOLE);
      expect(ended, 'the application is told').to.include('notice-1');
      expect(
        told.some(({ name }) => name === 'reset.done'),
        'the person is told',
      ).to.equal(true);
    });
  }

  it('needs no more writes than those', async () => {
    expect(await approve(dyingAfter(stores, 14))).to.include({ kind: 'decided', state: 'done' });
    expect(await state()).to.deep.equal(WHOLE);
  });

  it('is not begun by the account itself, for an unknown request, or after a refusal [1.5]', async () => {
    const { decisions } = process(stores);
    const own = { by: 'account-1', note: null };
    const operator = { by: 'operator', note: null };
    for (const act of [decisions.approve, decisions.refuse]) {
      expect((await act('nothing', operator)).kind).to.equal('unknown');
      expect((await act('account-1.1', own)).kind).to.equal('own');
    }
    expect((await decisions.cancel('nothing', '192.0.2.1')).kind).to.equal('unknown');
    expect(await decisions.refuse('account-1.1', operator)).to.include({ state: 'refused' });
    expect(await approve(stores)).to.include({ kind: 'late', state: 'refused' });
    expect(await decisions.refuse('account-1.1', operator)).to.include({ kind: 'late', state: 'refused' });
    expect(await decisions.cancel('account-1.1', '192.0.2.1')).to.include({ kind: 'late', state: 'refused' });
    expect(await state()).to.include({ factors: 2, records: 1, browsers: 1, isEnded: false, done: 0 });
  });
});

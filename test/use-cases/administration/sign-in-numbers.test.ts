/** The sign-ins of the last days, counted while the audit trail is sealed. */
import { expect } from 'chai';
import type { AuditEvent } from '../../../src/domain/events.ts';
import { createSignInNumbers } from '../../../src/use-cases/administration/audit/sign-in-numbers.ts';
import { anAuditEvent, MINUTE } from '../../contracts/examples.ts';
import { sealedTrail } from './sealed-trail.ts';

const HOUR = 60 * MINUTE;
/** In Amsterdam it is Tuesday already, two days after clocks went back there. */
const NIGHT = Date.UTC(2026, 9, 26, 23, 30);

describe('the numbers of sign-ins', () => {
  const { clock, stores, sealing } = sealedTrail();
  let lines = 0;
  const numbers = (groups: readonly string[] | null = null, timeZone = 'Europe/Amsterdam') =>
    createSignInNumbers({ seals: stores().auditSeals, clock })({ tenantId: 'acme', groups }, timeZone);

  beforeEach(() => {
    clock.at = NIGHT;
  });

  async function note(atMs: number, event: AuditEvent['event'], method: string | null = null, times = 1) {
    for (let time = 0; time < times; time += 1) {
      lines += 1;
      await stores().audit.append(anAuditEvent({ id: `line-${lines}`, atMs, event, method }));
    }
  }

  it('are none before the first seal, and none for a manager', async () => {
    expect(await numbers()).to.deep.include({ countedAt: null, methods: [] });
    expect(await numbers(['sales'])).to.equal(null);
  });

  it('count outcomes by the days of the tenant, today included, and nothing older', async () => {
    await note(NIGHT - 2 * MINUTE, 'sign_in.completed', null, 3);
    // The last minutes of Monday there.
    await note(NIGHT - 45 * MINUTE, 'sign_in.password_refused', null, 2);
    await note(NIGHT - 6 * 24 * HOUR, 'second_factor.refused', 'totp');
    await note(NIGHT - 8 * 24 * HOUR, 'sign_in.completed');
    await note(NIGHT - HOUR, 'code.sent', 'email');
    await stores().audit.append(
      anAuditEvent({ id: 'other', atMs: NIGHT - HOUR, tenantId: 'globex', event: 'sign_in.completed' }),
    );
    await sealing().sealNew();
    await sealing().sealNew();

    const found = await numbers();
    expect(found?.countedAt).to.equal(NIGHT);
    expect(found?.days.map(({ day }) => day)).to.deep.equal([
      '2026-10-21',
      '2026-10-22',
      '2026-10-23',
      '2026-10-24',
      '2026-10-25',
      '2026-10-26',
      '2026-10-27',
    ]);
    const some = found?.days.flatMap(({ day, counts }) =>
      Object.entries(counts).flatMap(([outcome, count]) => (count > 0 ? [[day, outcome, count]] : [])),
    );
    expect(some).to.deep.equal([
      ['2026-10-21', 'second_factor.refused', 1],
      ['2026-10-26', 'sign_in.password_refused', 2],
      ['2026-10-27', 'sign_in.completed', 3],
    ]);
    const utc = await numbers(null, 'UTC');
    expect(utc?.days.at(-1)).to.deep.include({ day: '2026-10-26' });
    expect(utc?.days.at(-1)?.counts['sign_in.completed']).to.equal(3);
  });

  it('tell for each method how often it was right and wrong', async () => {
    await note(NIGHT - HOUR, 'sign_in.password_accepted', null, 8);
    await note(NIGHT - HOUR, 'sign_in.password_refused', null, 2);
    await note(NIGHT - HOUR, 'second_factor.accepted', 'totp', 3);
    await note(NIGHT - HOUR, 'second_factor.refused', 'totp');
    await note(NIGHT - HOUR, 'second_factor.refused', 'x-word');
    // A passkey is right as a sign-in, and as a second step.
    await note(NIGHT - HOUR, 'sign_in.passkey_accepted', 'passkey');
    await note(NIGHT - HOUR, 'second_factor.accepted', 'passkey');
    await note(NIGHT - HOUR, 'sign_in.completed', null, 4);
    await sealing().sealNew();
    expect((await numbers())?.methods).to.deep.equal([
      { method: null, accepted: 8, refused: 2 },
      { method: 'passkey', accepted: 2, refused: 0 },
      { method: 'totp', accepted: 3, refused: 1 },
      { method: 'x-word', accepted: 0, refused: 1 },
    ]);
  });
});

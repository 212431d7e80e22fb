/** Verifying the audit trail: everything that somebody may do to it by hand is found. */
import { expect } from 'chai';
import { MINUTE, NOW } from '../../contracts/examples.ts';
import { idOf, sealedTrail } from './sealed-trail.ts';

describe('the seals of the audit trail', function () {
  this.timeout(120_000);
  const { clock, sealing, verify, append, sealedThrice, faultAfter } = sealedTrail();

  it('verify lines as they were sealed', async () => {
    expect(await verify()).to.deep.include({ fault: null, seals: 0, lines: 0, last: null });
    await sealedThrice();
    const verified = await verify();
    expect(verified).to.deep.include({ fault: null, seals: 3, lines: 30, removed: 0, removedBefore: null });
    expect(verified.last?.hash).to.equal((await sealing().newest())?.hash);
  });

  it('leave lines of the last minute to the next seal', async () => {
    await append(0, 10);
    clock.at = NOW + 9000 + MINUTE - 1;
    expect(await sealing().sealNew()).to.equal(9);
    clock.at += 1;
    expect(await sealing().sealNew()).to.equal(1);
    expect(await sealing().sealNew()).to.equal(0);
    expect(await verify()).to.deep.include({ fault: null, seals: 2, lines: 10 });
  });

  const FIELDS = [
    'event',
    'account_id',
    'tenant_id',
    'client_id',
    'method',
    'reason',
    'address',
    'reference',
    'actor',
  ];
  for (const field of FIELDS)
    it(`find a line with another ${field}`, async () => {
      await sealedThrice();
      const found = await faultAfter(`UPDATE audit SET ${field} = 'other' WHERE id = '${idOf(12)}'`);
      expect(found).to.deep.equal(['line_altered', 2, idOf(12), NOW + 12_000]);
    });

  const TAMPERED: readonly [name: string, sql: string, fault: readonly unknown[]][] = [
    [
      'a line with another time',
      `UPDATE audit SET at = at + 1 WHERE id = '${idOf(5)}'`,
      ['line_altered', 1, idOf(5), NOW + 5000],
    ],
    [
      'a line with another id',
      `UPDATE audit SET id = 'zz' WHERE id = '${idOf(5)}'`,
      ['line_inserted', 1, 'zz', NOW + 5000],
    ],
    [
      'a removed line',
      `DELETE FROM audit WHERE id = '${idOf(15)}'`,
      ['line_missing', 2, idOf(15), NOW + 15_000],
    ],
    [
      'a line that names no seal any more',
      `UPDATE audit SET seal = NULL WHERE id = '${idOf(5)}'`,
      ['line_altered', 1, idOf(5), NOW + 5000],
    ],
    [
      'a line that names another seal',
      `UPDATE audit SET seal = 3 WHERE id = '${idOf(5)}'`,
      ['line_altered', 1, idOf(5), NOW + 5000],
    ],
    [
      'an inserted line that names a seal',
      `INSERT INTO audit (id, at, event, seal) VALUES ('new', ${NOW + 12_500}, 'sign_in.completed', 2)`,
      ['line_inserted', 2, 'new', NOW + 12_500],
    ],
    [
      'two lines that were swapped',
      `UPDATE audit SET at = ${2 * NOW + 11_000 + 12_000} - at WHERE id IN ('${idOf(11)}', '${idOf(12)}')`,
      ['line_altered', 2, idOf(11), NOW + 11_000],
    ],
    [
      'the first seal that was removed',
      'DELETE FROM audit_seals WHERE number = 1',
      ['seal_missing', 1, null, null],
    ],
    ['a seal that was removed', 'DELETE FROM audit_seals WHERE number = 2', ['seal_missing', 2, null, null]],
    [
      'the last seal that was removed',
      'DELETE FROM audit_seals WHERE number = 3',
      ['seal_missing', 3, idOf(20), NOW + 20_000],
    ],
    [
      'a seal with another time',
      `UPDATE audit_seals SET seal = json_set(seal, '$.sealedAt', 1) WHERE number = 2`,
      ['seal_altered', 2, null, null],
    ],
    [
      'a seal with other tallies',
      `UPDATE audit_seals SET seal = json_set(seal, '$.tallies[0].count', 99) WHERE number = 2`,
      ['seal_altered', 2, null, null],
    ],
    [
      'a seal with another list',
      `UPDATE audit_seals SET lines = json_remove(lines, '$[3]') WHERE number = 2`,
      ['seal_altered', 2, null, null],
    ],
    [
      'a seal without its list',
      'UPDATE audit_seals SET lines = NULL WHERE number = 2',
      ['seal_altered', 2, null, null],
    ],
    [
      'a seal that nobody can read',
      `UPDATE audit_seals SET seal = 'x' WHERE number = 2`,
      ['seal_altered', 2, null, null],
    ],
  ];
  for (const [name, sql, fault] of TAMPERED)
    it(`find ${name}`, async () => {
      await sealedThrice();
      expect(await faultAfter(sql)).to.deep.equal(fault);
    });
});

/** Lists of people beside an older release, which keeps no summary of enrolments, and after a crash. */
import { expect } from 'chai';
import { createAccountSummaries } from '../../../src/adapters/mongo/administration/account-summaries.ts';
import { connect } from '../../../src/adapters/mongo/connection.ts';
import { createModels } from '../../../src/adapters/mongo/schema/collections.ts';
import { createLine } from '../../../src/adapters/mongo/writes/line.ts';
import type { PeopleCondition, PeopleQuery } from '../../../src/ports/administration/people-store.ts';
import { anAccount, anEnrolment, MINUTE, NOW } from '../../contracts/examples.ts';
import { mongoStores } from '../../support/stores/mongo.ts';

const EVERYBODY: PeopleQuery = { q: null, group: null, role: null, condition: null };
const ACME = { tenantId: 'acme', groups: null };

describe('lists of people in a MongoDB of an older release', () => {
  const { database, stores } = mongoStores();
  const accounts = () => database().admin.collection<{ _id: string }>('accounts');
  const enrolments = () => database().admin.collection<{ _id: string }>('enrolments');

  async function add(id: string, factors: readonly string[]): Promise<void> {
    await stores().accounts.insert(anAccount({ id, email: `${id}@acme.test`, name: `N\u00e4me of ${id}` }));
    for (const method of factors)
      await stores().enrolments.insert(
        anEnrolment({ id: `${id}-${method}`, accountId: id, method: method as 'totp' }),
      );
  }

  /** As an older release has stored them. */
  async function forgetSummaries(): Promise<void> {
    const fields = { methods: 1, hasFactor: 1, searchName: 1, searchFamilyName: 1, searchEmail: 1 } as const;
    await accounts().updateMany({}, { $unset: fields });
  }

  const listOf = async (query: Partial<PeopleQuery>) => {
    const asked = { ...EVERYBODY, ...query };
    const page = await stores().people.page(ACME, asked, null, 1000, NOW);
    expect(await stores().people.count(ACME, asked, NOW)).to.equal(page.length);
    return page.map(({ id }) => id);
  };
  const those = (condition: PeopleCondition) => listOf({ condition });
  const sweep = () => stores().sweep(NOW, MINUTE);

  it('show an account without a summary as unprotected, find it by its address, and have all of it after a sweep [R26]', async () => {
    await add('ann', ['totp', 'recovery']);
    await add('bob', ['recovery']);
    await forgetSummaries();
    expect(await those('unprotected')).to.deep.equal(['ann', 'bob']);
    expect(await those('protected')).to.deep.equal([]);
    expect(await listOf({ q: 'ann@' })).to.deep.equal(['ann']);
    const before = await stores().people.totals(ACME, NOW);
    expect([before.unprotected, before.byMethod.size]).to.deep.equal([2, 0]);
    await sweep();
    expect(await those('protected')).to.deep.equal(['ann']);
    expect(await those('unprotected')).to.deep.equal(['bob']);
    expect(await listOf({ q: 'name of b' })).to.deep.equal(['bob']);
    expect((await stores().people.totals(ACME, NOW)).byMethod.get('recovery')).to.equal(2);
  });

  it('have the summaries of all older accounts after one sweep, however many there are [R26]', async () => {
    await add('ann', ['totp']);
    const [one] = await accounts().find().toArray();
    const copies = Array.from({ length: 210 }, (_, n) => ({
      ...one,
      _id: `n${n}`,
      email: `n${n}@acme.test`,
    }));
    await accounts().insertMany(copies);
    await forgetSummaries();
    await sweep();
    expect(await those('protected')).to.deep.equal(['ann']);
    expect(await listOf({ q: 'name of ann' })).to.have.length(211);
  });

  it('are mended by a sweep when an older release has added or removed a factor, or given a name [R26]', async () => {
    for (const id of ['ann', 'bob', 'kim']) await add(id, ['totp']);
    await enrolments().deleteMany({ accountId: 'ann' });
    const { id: _, ...added } = anEnrolment({ accountId: 'bob', method: 'sms' });
    const copy = {
      ...added,
      _id: 'newer',
      kind: 'enrolment',
      enrolmentId: 'newer',
      createdAt: new Date(NOW),
    };
    await enrolments().insertOne(copy);
    await accounts().updateOne({ _id: 'kim' }, { $set: { name: 'J\u00e4n', familyName: 'Bos' } });
    expect(await those('protected')).to.deep.equal(['ann', 'bob', 'kim']);
    await sweep();
    expect(await those('protected')).to.deep.equal(['bob', 'kim']);
    expect((await stores().people.totals(ACME, NOW)).byMethod).to.deep.equal(
      new Map([
        ['sms', 1],
        ['totp', 2],
      ]),
    );
    for (const q of ['jan', 'bos']) expect(await listOf({ q }), q).to.deep.equal(['kim']);
    expect(await listOf({ q: 'name of kim' })).to.deep.equal([]);
  });

  it('show an account as unprotected when the removal of its last factor was interrupted, until a sweep', async () => {
    await add('ann', ['totp']);
    await add('bob', ['totp', 'sms']);
    const connection = await connect(database().uri, () => null);
    const models = createModels(connection.driver);
    const { prepareRemoval } = createAccountSummaries(connection, models, createLine());
    for (const id of ['ann', 'bob']) await prepareRemoval(id, `${id}-totp`);
    await connection.close();
    expect(await those('unprotected')).to.deep.equal(['ann']);
    expect(await those('protected')).to.deep.equal(['bob']);
    await sweep();
    expect(await those('protected')).to.deep.equal(['ann', 'bob']);
  });
});

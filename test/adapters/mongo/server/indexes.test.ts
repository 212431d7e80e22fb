/** Indexes that somebody else has made: used where they do the same, named where they do harm. */
import { expect } from 'chai';
import { openMongoAccounts } from '../../../../src/adapters/mongo/open.ts';
import {
  type DeclaredIndex,
  type FoundIndex,
  faultsOf,
} from '../../../../src/adapters/mongo/schema/indexes.ts';
import { StoreUnavailable } from '../../../../src/ports/faults.ts';
import { mongoDatabase } from '../../../support/stores/mongo.ts';

const ID: FoundIndex = { v: 2, key: { _id: 1 }, name: '_id_' };
const email: DeclaredIndex = { key: { email: 1 }, unique: true, expires: false };
const at: DeclaredIndex = { key: { at: -1, order: -1 }, unique: false, expires: false };
const expiry: DeclaredIndex = { key: { expiresAt: 1 }, unique: false, expires: true };

/** Indexes as `listIndexes` of a MongoDB describes them. */
const judge = (...found: FoundIndex[]) => faultsOf('accounts', [email, at, expiry], [ID, ...found]);

describe('the check of existing indexes', () => {
  it('accepts those of this release, and those of an operator that do no harm', () => {
    const own: FoundIndex[] = [
      { v: 2, key: { email: 1 }, name: 'email_1', unique: true },
      { v: 2, key: { at: -1, order: -1 }, name: 'at_-1_order_-1' },
      { v: 2, key: { expiresAt: 1 }, name: 'expiresAt_1', expireAfterSeconds: 0 },
    ];
    expect(judge()).to.deep.equal([]);
    expect(judge(...own)).to.deep.equal([]);
    expect(judge({ key: { email: 1 }, name: 'by-hand', unique: true })).to.deep.equal([]);
    expect(judge({ key: { name: 1 }, name: 'search', sparse: true })).to.deep.equal([]);
    expect(judge({ key: { _id: 'hashed' }, name: '_id_hashed' })).to.deep.equal([]);
    // An index that does not expire, in the place of one that does: the sweeper deletes.
    expect(judge({ key: { expiresAt: 1 }, name: 'expiresAt_1' })).to.deep.equal([]);
    const partial = { key: { email: 1 }, name: 'members', partialFilterExpression: { role: 'member' } };
    expect(judge(...own, partial)).to.deep.equal([]);
  });

  it('names an index that would delete documents, and how to drop it [R38]', () => {
    const [line, ...others] = judge({ key: { createdAt: 1 }, name: 'old ones', expireAfterSeconds: 3600 });
    expect(others).to.deep.equal([]);
    expect(line).to.match(/^accounts: the index old ones deletes documents .*expireAfterSeconds/);
    expect(line).to.include('db.accounts.dropIndex("old ones")');
    const changed = judge({ key: { email: 1 }, name: 'email_1', unique: true, expireAfterSeconds: 1 });
    expect(changed).to.have.lengthOf(1);
  });

  for (const [what, found, word] of [
    ['with our name and other fields', { key: { tenant: 1 }, name: 'email_1' }, 'has the name of another'],
    ['that is not unique', { key: { email: 1 }, name: 'email_1' }, 'is not unique'],
    ['that leaves documents out', { key: { email: 1 }, name: 'e', unique: true, sparse: true }, 'sparse'],
    ['with other letters', { key: { email: 1 }, name: 'e', unique: true, collation: {} }, 'collation'],
    ['that the server does not use', { key: { at: -1, order: -1 }, name: 'a', hidden: true }, 'hidden'],
    ['that refuses documents', { key: { phone: 1 }, name: 'phone', unique: true }, 'is unique'],
  ] as const) {
    it(`names an index ${what}`, () => {
      const lines = judge(found);
      expect(lines).to.have.lengthOf(1);
      expect(lines[0]).to.match(new RegExp(`^accounts: the index ${found.name} .*${word}.*dropIndex`));
    });
  }
});

describe('the start on a MongoDB with indexes of others', () => {
  const database = mongoDatabase();
  const accounts = () => database().admin.collection('accounts');

  afterEach(async () => {
    await database().admin.dropDatabase();
  });

  async function failure(): Promise<Error> {
    try {
      await (await openMongoAccounts({ uri: database().uri })).close();
    } catch (error) {
      if (error instanceof Error) return error;
    }
    throw new Error('it has started');
  }

  it('names the collection and the index where one is not unique, though a server would take it', async () => {
    await accounts().createIndex({ email: 1 });
    const error = await failure();
    expect(error).not.to.be.instanceOf(StoreUnavailable);
    expect(error.message).to.match(/^MongoDB: accounts: the index email_1 is not unique: drop it with /);
    await accounts().dropIndex('email_1');
    await (await openMongoAccounts({ uri: database().uri })).close();
  });

  it('names all indexes that do harm in one line', async () => {
    await accounts().createIndex({ email: 1 });
    await database().admin.collection('claims').createIndex({ other: 1 }, { name: 'expiresAt_1' });
    expect((await failure()).message).to.match(/^MongoDB: accounts: [^\n]*; claims: the index expiresAt_1 /);
  });

  it('uses an index with another name', async () => {
    await accounts().createIndex({ tenantId: 1, email: 1 }, { name: 'made-by-hand' });
    await (await openMongoAccounts({ uri: database().uri })).close();
    const names = (await accounts().indexes()).map(({ name }) => name);
    expect(names).to.include('made-by-hand').and.not.include('tenantId_1_email_1');
  });

  it('tells how to find equal e-mail addresses, and repeats none of them [A98]', async () => {
    await accounts().insertMany([{ email: 'bob@acme.test' }, { email: 'bob@acme.test' }]);
    const error = await failure();
    expect(error).not.to.be.instanceOf(StoreUnavailable);
    expect(error.message).to.match(/^MongoDB: accounts: the index email_1 cannot be made, since several /);
    expect(error.message).to.include('db.accounts.aggregate(');
    expect(error.message).not.to.include('bob');
  });
});

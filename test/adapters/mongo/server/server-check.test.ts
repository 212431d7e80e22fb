/**
 * The start on a server that cannot be used. The replies are those that MongoDB documents; they stand for users, roles and
 * replica sets, which the server of these tests does not have.
 */
import { expect } from 'chai';
import type { mongo } from 'mongoose';
import { type MongoAccounts, openMongoAccounts } from '../../../../src/adapters/mongo/open.ts';
import { type Hello, warningsAbout } from '../../../../src/adapters/mongo/server/server-check.ts';
import { StoreUnavailable } from '../../../../src/ports/faults.ts';
import { NOW } from '../../../contracts/examples.ts';
import { type Answer, type MongoReplies, startMongoReplies } from '../../../support/stores/mongo-replies.ts';
import { mongoServer } from '../../../support/stores/mongo-server.ts';

type Document = mongo.BSON.Document;

/** As a server without a right to it says it: with all that was to be stored. */
const unauthorized = (name: string, command: Document): Document => ({
  ok: 0,
  code: 13,
  codeName: 'Unauthorized',
  errmsg: `not authorized on doublelock to execute command { ${name}: "${command[name]}", documents: [ { secret: "hunter2" } ] }`,
});

const refusing =
  (...commands: string[]): Answer =>
  (name, command) =>
    commands.includes(name) ? unauthorized(name, command) : null;

/** A write that was done and not confirmed by enough members. */
const unconfirmed = (code: number, codeName: string): Answer => {
  const writeConcernError = { code, codeName, errmsg: 'hunter2' };
  return (name) => (name === 'insert' ? { ok: 1, n: 1, writeConcernError } : null);
};

describe('the start on a MongoDB that cannot be used', () => {
  const server = mongoServer();
  let replies: MongoReplies;

  before(async () => {
    replies = await startMongoReplies(server().port);
  });
  after(() => replies?.close());

  async function failure(answer: Answer): Promise<Error> {
    replies.answer(answer);
    try {
      await (await openMongoAccounts({ uri: replies.uri })).close();
    } catch (error) {
      if (error instanceof Error) return error;
    }
    throw new Error('it has started');
  }

  it('names the role that a user lacks who may read only [A98]', async () => {
    const error = await failure(refusing('createIndexes', 'insert', 'delete', 'update'));
    expect(error).not.to.be.instanceOf(StoreUnavailable);
    expect(error.message).to.match(/^MongoDB: \w+: the index \w+ cannot be made: Unauthorized: .*readWrite/);
    expect(error.message).not.to.include('hunter2');
  });

  it('notices a user who may read only by a write, where all indexes are there', async () => {
    replies.answer(() => null);
    await (await openMongoAccounts({ uri: replies.uri })).close();
    const error = await failure(refusing('insert', 'delete', 'update'));
    expect(replies.seen).to.include('listIndexes accounts').and.not.include('createIndexes accounts');
    expect(error).not.to.be.instanceOf(StoreUnavailable);
    expect(error.message).to.match(/^MongoDB: claims: a write was refused: Unauthorized: .*readWrite/);
    expect(error.message).not.to.include('hunter2');
  });

  it('names the collection whose indexes a user may not read', async () => {
    const error = await failure((name, command) =>
      name === 'listIndexes' && command.listIndexes === 'audit' ? unauthorized(name, command) : null,
    );
    expect(error.message).to.match(/^MongoDB: audit: Unauthorized: .*readWrite/);
  });

  it('tells that a write cannot reach a majority [R12]', async () => {
    const error = await failure(unconfirmed(100, 'UnsatisfiableWriteConcern'));
    expect(error).not.to.be.instanceOf(StoreUnavailable);
    expect(error.message).to.match(/^MongoDB: claims: .*UnsatisfiableWriteConcern: .*three members/);
    expect(error.message).not.to.include('hunter2');
  });

  it('is unavailable while too few members confirm a write [R12]', async () => {
    const error = await failure(unconfirmed(64, 'WriteConcernFailed'));
    expect(error).to.be.instanceOf(StoreUnavailable);
    expect(error.message).to.match(/^MongoDB: claims: .*WriteConcernFailed: too few members/);
  });

  it('tells that the URI leads to a copy', async () => {
    const error = await failure((name) =>
      name === 'insert'
        ? { ok: 0, code: 10107, codeName: 'NotWritablePrimary', errmsg: 'not primary' }
        : null,
    );
    expect(error).to.be.instanceOf(StoreUnavailable);
    expect(error.message).to.match(/^MongoDB: claims: .*NotWritablePrimary: .*without directConnection/);
  });

  it('leaves nothing behind of the write that it tries', async () => {
    replies.answer(() => null);
    const stores = await openMongoAccounts({ uri: replies.uri });
    try {
      expect(replies.seen).to.include('insert claims').and.include('delete claims');
      expect(await stores.sweep(NOW, 0)).to.equal(0);
    } finally {
      await stores.close();
    }
  });

  describe('once it runs', () => {
    let stores: MongoAccounts;

    before(async () => {
      replies.answer(() => null);
      stores = await openMongoAccounts({ uri: replies.uri });
    });
    after(() => stores.close());

    it('names the collection and the remedy when a right was taken away, and no value [A98]', async () => {
      replies.answer(refusing('insert'));
      const error = await stores.onceKeys.claim('key', NOW).catch((fault: unknown) => fault);
      expect(error).to.be.instanceOf(StoreUnavailable);
      expect((error as Error).message)
        .to.match(/^MongoDB: claims: Unauthorized: .*readWrite/)
        .and.not.include('hunter2');
      replies.answer(() => null);
      expect(await stores.onceKeys.claim('key', NOW)).to.equal(true);
    });

    it('refuses an act whose write only a minority confirmed [R12]', async () => {
      replies.answer(unconfirmed(64, 'WriteConcernFailed'));
      const error = await stores.onceKeys.claim('other', NOW).catch((fault: unknown) => fault);
      expect(error).to.be.instanceOf(StoreUnavailable);
      expect((error as Error).message).to.match(/WriteConcernFailed: too few members/);
    });
  });
});

describe('the warnings about a MongoDB', () => {
  const set: Hello = {
    isWritablePrimary: true,
    maxWireVersion: 21,
    setName: 'rs0',
    hosts: ['a:1', 'b:1', 'c:1'],
  };

  it('say nothing of a replica set of three, nor of a sharded cluster', () => {
    expect(warningsAbout(set)).to.deep.equal([]);
    expect(warningsAbout({ ...set, arbiters: ['d:1'] })).to.deep.equal([]);
    expect(warningsAbout({ isWritablePrimary: true, maxWireVersion: 25, msg: 'isdbgrid' })).to.deep.equal([]);
  });

  for (const [what, hello, word] of [
    ['a release before 7.0', { ...set, maxWireVersion: 17 }, 'older than 7.0'],
    ['a server in no replica set', { isWritablePrimary: true, maxWireVersion: 21 }, 'in no replica set'],
    ['an arbiter beside two members', { ...set, hosts: ['a:1', 'b:1'], arbiters: ['c:1'] }, 'an arbiter'],
  ] as const) {
    it(`name ${what} [R12]`, () => {
      const lines = warningsAbout(hello);
      expect(lines).to.have.lengthOf(1);
      expect(lines[0])
        .to.match(/^MongoDB: /)
        .and.include(word);
    });
  }
});

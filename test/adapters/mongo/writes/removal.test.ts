/** A removal that a server misses: none of the servers of these tests does it, so stand-ins answer as one. */
import { expect } from 'chai';
import { removed } from '../../../../src/adapters/mongo/writes/removal.ts';

describe('a removal in MongoDB', () => {
  async function outcome(one: number, many: number): Promise<[isRemoved: boolean, asked: string]> {
    const asked: string[] = [];
    const answer = (act: string, deletedCount: number) => async (those: object) => {
      asked.push(`${act} ${JSON.stringify(those)}`);
      return { deletedCount };
    };
    const model = { deleteOne: answer('deleteOne', one), deleteMany: answer('deleteMany', many) };
    const isRemoved = await removed(model, { _id: 'a', accountId: 'b' });
    return [isRemoved, asked.join(', ')];
  }

  const ONE = 'deleteOne {"_id":"a","accountId":"b"}';
  const BOTH = `${ONE}, deleteMany {"_id":"a","accountId":"b"}`;

  it('is one command where the document was removed', async () => {
    expect(await outcome(1, 0)).to.deep.equal([true, ONE]);
  });

  it('looks again where nothing was removed, and counts what it finds then', async () => {
    expect(await outcome(0, 1)).to.deep.equal([true, BOTH]);
    expect(await outcome(0, 0)).to.deep.equal([false, BOTH]);
  });
});

/** E-mail addresses that an older release has stored in another spelling than this one does. */
import { expect } from 'chai';
import { openMongoAccounts } from '../../../src/adapters/mongo/open.ts';
import { anAccount } from '../../contracts/examples.ts';
import { OLDER_EMAILS, RESPELLED_EMAILS, WARNING } from '../../contracts/older-emails.ts';
import { mongoDatabase } from '../../support/stores/mongo.ts';

describe('e-mail addresses in a MongoDB of an older release', () => {
  const database = mongoDatabase();
  const stored = (name: string) => database().admin.collection<{ _id: string }>(name);

  /** An older release leaves no claim about spellings. */
  async function fill(emails: Readonly<Record<string, string>>): Promise<void> {
    const { accounts, close } = await openMongoAccounts({ uri: database().uri });
    for (const [id, email] of Object.entries(emails)) await accounts.insert(anAccount({ id, email }));
    await close();
    await stored('claims').deleteMany({});
  }

  async function reopened() {
    const { accounts, warnings, close } = await openMongoAccounts({ uri: database().uri });
    const page = await accounts.pageByTenant('acme', null, 10_000);
    await close();
    return {
      emails: Object.fromEntries(page.map(({ id, email }) => [id, email])),
      warnings: warnings.filter((warning) => warning.includes('e-mail')),
    };
  }

  const expected = { emails: RESPELLED_EMAILS, warnings: [WARNING] };

  it('get the spelling of this one, but for those that are then equal, and the operator is told [A140 R26]', async () => {
    await fill(OLDER_EMAILS);
    expect(await reopened()).to.deep.equal(expected);
    expect(await reopened()).to.deep.equal(expected);
  });

  it('are respelled by several processes at once as by one, and again after one died [A140 R26]', async () => {
    await fill(OLDER_EMAILS);
    await Promise.all([reopened(), reopened(), reopened()]);
    await stored('claims').deleteMany({});
    expect(await reopened()).to.deep.equal(expected);
  });

  it('are all found, however many there are [A140]', async () => {
    await fill({});
    const { id: _, attributes, ...others } = anAccount();
    const many = Array.from({ length: 450 }, (_, n) => {
      const at = new Date(others.createdAt);
      return {
        ...others,
        attributes: '{}',
        createdAt: at,
        updatedAt: at,
        _id: `n${n}`,
        email: `a${n}@b\u00fccher.test`,
      };
    });
    await stored('accounts').insertMany(many);
    const { emails } = await reopened();
    expect(Object.keys(emails)).to.have.lengthOf(450);
    expect(Object.values(emails).filter((email) => !email.endsWith('@xn--bcher-kva.test'))).to.deep.equal([]);
  });

  it('stay, without a word, where all are in ASCII [A140]', async () => {
    await fill({ plain: 'bob@acme.test' });
    expect(await reopened()).to.deep.equal({ emails: { plain: 'bob@acme.test' }, warnings: [] });
  });
});

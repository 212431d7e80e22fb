/** The files of the console while the store is away. */
import { expect } from 'chai';
import type { Stores } from '../../../../src/compose/parts.ts';
import { StoreUnavailable } from '../../../../src/ports/faults.ts';
import { interaction } from '../../oidc/story.ts';
import { addressOf, consoleConfig, openConsole } from './console.ts';

describe('a file of the console', () => {
  let isAway = false;

  function around(stores: Stores): Stores {
    const { audit, people } = stores;
    const page: typeof people.page = async (...query) => {
      if (isAway) throw new StoreUnavailable('the store is away');
      return people.page(...query);
    };
    const list: typeof audit.list = async (filter) => {
      if (isAway) throw new StoreUnavailable('the store is away');
      return audit.list(filter);
    };
    return { ...stores, audit: { ...audit, list }, people: { ...people, page } };
  }

  const s = interaction(() => consoleConfig(), { around });

  afterEach(() => {
    isAway = false;
  });

  it('is an error page while the store is away, and no file that looks complete', async () => {
    const { visitor, page } = await openConsole(s, addressOf('admin'), '/admin/security');
    const sent = await visitor.submit(page, { enforcement: 'required' }, 'preview');
    expect((await visitor.follow(sent)).name).to.equal('admin-preview');
    for (const path of ['/admin/users.csv', '/admin/security/preview.csv', '/admin/audit.csv']) {
      expect((await visitor.get(path)).status, path).to.equal(200);
      isAway = true;
      const answer = await visitor.get(path);
      isAway = false;
      expect([answer.status, answer.name], path).to.deep.equal([503, 'error']);
      expect(answer.headers['content-disposition'], path).to.equal(undefined);
    }
  });
});

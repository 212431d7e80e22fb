/** "Use this account" of the demo page, in the program as `npm start` starts it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Page } from '../../support/pages/page.ts';
import { createVisitor, type Visitor } from '../../support/visitor.ts';
import { PATIENCE_MS, type Program, programs, ROOT } from '../program.ts';

const PASSWORD = 'correct horse battery staple';

describe('the accounts of the demo', function () {
  this.timeout(PATIENCE_MS);
  const { start } = programs();

  const filledIn = ({ $ }: Page) => [$('[name=email]').val() ?? '', $('[name=password]').val() ?? ''];

  /** The sign-in page that a request of the demo's application leads to, with one more parameter. */
  async function askFor(visitor: Visitor, parameter: string): Promise<Page> {
    const started = await visitor.get('/demo/start');
    return visitor.open(`${started.location}&${parameter}`);
  }

  it('begin a sign-in whose form is filled, by a link without the password [U.3 A102]', async () => {
    const { visitor: newVisitor } = await start({ config: null });
    const visitor = newVisitor();
    const seen: string[] = [];
    const demo = await visitor.open('/demo');
    const links = demo.$('.accounts a.button').toArray();
    expect(links.length).to.equal(6);
    const bob = demo.$('.accounts a[aria-label$="bob@acme.test"]').attr('href') ?? '';
    expect(bob).to.equal('/demo/start?account=2');

    let page = await visitor.get(bob);
    while (page.location !== null) {
      seen.push(page.location);
      page = await visitor.get(page.location);
    }
    expect([page.name, ...filledIn(page)]).to.deep.equal(['sign-in', 'bob@acme.test', PASSWORD]);
    expect(seen.join(' ')).not.to.match(/horse|bob/);
    const dutch = await visitor.follow(
      await visitor.submit(page, { password: 'typed over', locale: 'nl' }, 'locale'),
    );
    expect([dutch.$('html').attr('lang'), ...filledIn(dutch)]).to.deep.equal([
      'nl',
      'bob@acme.test',
      PASSWORD,
    ]);
    const refused = await visitor.submit(dutch, { password: 'wrong' });
    expect([refused.status, ...filledIn(refused)]).to.deep.equal([422, 'bob@acme.test', '']);
    const end = await visitor.follow(await visitor.submit(dutch, {}));
    const allowed =
      end.name === 'consent' ? await visitor.follow(await visitor.submit(end, {}, 'allow')) : end;
    expect(allowed.name).to.equal('demo-signed-in');

    // Another account, while Bob is signed in.
    const carol = await visitor.open('/demo/start?account=3');
    expect([carol.name, filledIn(carol)[0]]).to.deep.equal(['sign-in', 'carol@acme.test']);
    for (const other of ['demo_account=99', 'demo_account=__proto__', 'demo_account=bob%40acme.test']) {
      const plain = await askFor(newVisitor(), other);
      expect([plain.name, ...filledIn(plain)], other).to.deep.equal(['sign-in', '', '']);
    }
  });

  it('are not offered by a copy of the demo file, which may be kept by somebody else', async () => {
    const program: Program = await start({});
    program.configure(readFileSync(join(ROOT, 'config/demo.yaml'), 'utf8'));
    const configured = program.logged('config.reloaded');
    program.signal('SIGHUP');
    await configured;
    // PORT moves the addresses of the file.
    const visitor = createVisitor(`http://localhost:${program.port}`);
    const demo = await visitor.open('/demo');
    expect([demo.name, demo.$('.accounts').length]).to.deep.equal(['demo', 0]);
    for (const address of ['/demo/start?account=2', '/demo/start']) {
      const started = await visitor.get(address);
      expect(started.location).not.to.include('demo_account');
      const page = await visitor.open(`${started.location}&demo_account=2`);
      expect([page.name, ...filledIn(page)]).to.deep.equal(['sign-in', '', '']);
    }
  });
});

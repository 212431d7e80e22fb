/** The cookies of a trusted browser: one for each account, and the one cookie of an older release. */
import { expect } from 'chai';
import type { Context } from 'koa';
import {
  createTrustedBrowserCookie,
  type TrustedBrowserCookie,
} from '../../../src/http/guards/trusted-browser-cookie.ts';
import { type PageServer, startPageServer } from '../../support/pages/page-server.ts';
import { createVisitor, type Visitor } from '../../support/visitor.ts';

const DAY = 24 * 60 * 60 * 1000;
const mark = (letter: string) => letter.repeat(11);
const series = (letter: string) => letter.repeat(43);
const later = (letter: string, generation: number) => `${series(letter)}.${generation}.${'p'.repeat(22)}`;

describe('the cookies of a trusted browser', () => {
  const cookie: TrustedBrowserCookie = createTrustedBrowserCookie('trusted', 30);
  let server: PageServer;
  let visitor: Visitor;
  let act: (ctx: Context) => unknown = () => null;

  before(async () => {
    server = await startPageServer({
      show: (ctx) => {
        ctx.body = JSON.stringify(act(ctx) ?? null);
      },
    });
  });
  after(() => server.close());
  beforeEach(() => {
    visitor = createVisitor(server.origin);
  });

  async function done<T>(next: (ctx: Context) => T): Promise<T> {
    act = next;
    return JSON.parse((await visitor.get('/page')).text);
  }
  const read = () => done((ctx) => cookie.read(ctx));
  const write = (letter: string, value: string) =>
    done((ctx) => cookie.write(ctx, { mark: mark(letter), value, expiresAt: Date.now() + DAY }));
  const keep = (pair: string) => visitor.jar.setCookieSync(`${pair}; Path=/`, server.origin);
  const names = () => visitor.jar.getCookiesSync(server.origin).map(({ key }) => key);

  it('keep one token for each account, so that two tabs do not overwrite each other’s [A116]', async () => {
    await write('a', series('a'));
    // Both tabs have sent their request before either got an answer.
    const first = createVisitor(server.origin);
    const second = createVisitor(server.origin);
    for (const tab of [first, second])
      tab.jar.setCookieSync(`trusted-${mark('a')}=${series('a')}`, server.origin);
    for (const [tab, letter] of [
      [first, 'a'],
      [second, 'b'],
    ] as const) {
      act = (ctx) =>
        cookie.write(ctx, { mark: mark(letter), value: later(letter, 1), expiresAt: Date.now() + DAY });
      const lines = (await tab.get('/page')).headers['set-cookie'] ?? [];
      expect(lines).to.have.length(1);
      visitor.jar.setCookieSync(lines[0] ?? '', server.origin);
    }
    expect(await read()).to.deep.equal([
      { mark: mark('a'), value: later('a', 1) },
      { mark: mark('b'), value: later('b', 1) },
    ]);
  });

  it('are those of the five newest accounts, and stay short', async () => {
    for (const letter of 'abcdefg') await write(letter, later(letter, 999_999_999));
    expect(names()).to.deep.equal([...'cdefg'].map((letter) => `trusted-${mark(letter)}`));
    await write('c', later('c', 2));
    expect(names()).to.have.length(5);
    expect(visitor.jar.getCookieStringSync(server.origin).length).to.be.below(520);
  });

  it('are read beside the cookie of an older release, which each account leaves when it is used [A116 R26]', async () => {
    const entry = (letter: string) => mark(letter) + series(letter);
    keep(`trusted=${[entry('c'), entry('b'), entry('a')].join('.')}`);
    const old = ['a', 'b', 'c'].map((letter) => ({ mark: mark(letter), value: series(letter) }));
    expect(await read()).to.deep.equal(old);
    await write('b', later('b', 1));
    const [a, , c] = old;
    expect(await read()).to.deep.equal([a, c, { mark: mark('b'), value: later('b', 1) }]);
    // A tab that was opened before has brought the old cookie back. The newer token counts.
    keep(`trusted=${[entry('b'), entry('a')].join('.')}`);
    expect(await read()).to.deep.equal([a, { mark: mark('b'), value: later('b', 1) }]);
    await write('a', later('a', 1));
    expect(names()).to.have.members([`trusted-${mark('a')}`, `trusted-${mark('b')}`]);
  });

  it('drop the oldest accounts of an older release first', async () => {
    keep(`trusted=${[...'edcba'].map((letter) => mark(letter) + series(letter)).join('.')}`);
    await write('x', series('x'));
    expect((await read()).map((token) => token.mark)).to.deep.equal([...'bcdex'].map(mark));
  });

  it('are nothing when they are malformed, foreign, or too many', async () => {
    for (const value of ['', 'x', `${series('a')}A`, `${series('a')}.0.${'p'.repeat(22)}`, '"', '%00'])
      keep(`trusted-${mark('a')}=${value}`);
    keep(`trusted-${'a'.repeat(12)}=${series('a')}`);
    keep(`__Host-trusted-${mark('a')}=${series('a')}`);
    keep(
      `trusted=${Array(6)
        .fill(mark('a') + series('a'))
        .join('.')}`,
    );
    expect(await read()).to.deep.equal([]);
    keep(`trusted-${mark('a')}=${series('a')}`);
    expect(await read()).to.deep.equal([{ mark: mark('a'), value: series('a') }]);
  });
});

/** The sign-in reveals nothing to a person without the password, in words, in form or in time. */
import { performance } from 'node:perf_hooks';
import { expect } from 'chai';
import { PASSWORD } from '../../../support/app.ts';
import type { Page } from '../../../support/pages/page.ts';
import { MINUTE } from '../../oidc/machine-clock.ts';
import { interaction } from '../../oidc/story.ts';
import { accounts, arrive, member, withApp } from '../members.ts';

const WRONG = 'not the password of anybody';

/** Addresses of the same length, so that pages of the same length say the same. */
const CASES = [
  { who: 'a member with a factor', email: 'withapp@open.test', password: WRONG },
  { who: 'a member without one', email: 'without@open.test', password: WRONG },
  { who: 'a member of a tenant that requires one', email: 'some@strict.test', password: WRONG },
  { who: 'somebody who was invited and has no password', email: 'invited@open.tes', password: WRONG },
  { who: 'nobody', email: 'nobodys@open.test', password: WRONG },
  { who: 'nobody, with a password of others', email: 'unknown@open.test', password: PASSWORD },
  { who: 'a password that nobody could have', email: 'without@open.test', password: 'x'.repeat(129) },
] as const;

describe('a sign-in before the right password', () => {
  const s = interaction(() =>
    accounts(
      withApp('withapp', 'open'),
      member('without', 'open'),
      member('some', 'strict'),
      { email: 'invited@open.tes', tenant: 'open', name: 'Invited' },
      ...Array.from({ length: 6 }, (_, index) => withApp(`known${index}`, 'open')),
    ),
  );

  /** The page without what is this request's own: the address typed, tokens, the interaction, its id. */
  function bare(page: Page, email: string): string {
    const interaction = /\/interaction\/([^/]+)/.exec(page.url)?.[1] ?? '';
    return page.text
      .replaceAll(email, 'ADDRESS')
      .replaceAll(interaction, 'UID')
      .replace(/(name="_token" value=")[^"]+/g, '$1')
      .replace(/(data-mark="reference"[^>]*>)[^<]+/g, '$1');
  }

  function headersOf(page: Page): Record<string, unknown> {
    const own = ['date', 'x-request-id', 'content-length', 'etag'];
    return Object.fromEntries(Object.entries(page.headers).filter(([name]) => !own.includes(name)));
  }

  it('answers with the same text, status, length and headers for every e-mail address [A95 A96]', async () => {
    const answers = [];
    for (const { who, email, password } of CASES) {
      const { visitor, page } = await arrive(s);
      const refused = await visitor.submit(page, { email, password });
      expect([refused.status, refused.name, refused.error], who).to.deep.equal([
        422,
        'sign-in',
        'credentials_invalid',
      ]);
      answers.push({ who, text: bare(refused, email), headers: headersOf(refused) });
    }
    const [first] = answers;
    for (const { who, text, headers } of answers) {
      expect(text, who).to.equal(first?.text);
      expect(headers, who).to.deep.equal(first?.headers);
    }
  });

  it('shows the same lock whether the account exists or not [A95]', async () => {
    const answers = [];
    for (const email of ['known0@open.test', 'ghost0@open.test']) {
      const { visitor, page } = await arrive(s);
      for (let each = 0; each < 10; each += 1) await visitor.submit(page, { email, password: WRONG });
      const locked = await visitor.submit(page, { email, password: PASSWORD });
      expect(locked.status, email).to.equal(429);
      answers.push(bare(locked, email));
    }
    expect(answers[0]).to.equal(answers[1]);
  });

  it('reveals neither the account, nor its factors, nor where a code would go [A96]', async () => {
    const { page } = await arrive(s, undefined, { login_hint: 'withapp@open.test' });
    const other = (await arrive(s, undefined, { login_hint: 'nobodys@open.test' })).page;
    expect(bare(page, 'withapp@open.test')).to.equal(bare(other, 'nobodys@open.test'));
    expect(page.$('[name=method], [data-mark]').length).to.equal(0);
    expect(page.link('choose-method')).to.equal(null);
    const visitor = s.app.visitor();
    await arrive(s, visitor);
    await visitor.signIn('withapp@open.test', WRONG);
    for (const path of ['/second-factor', '/second-factor/choose-method', '/second-factor/verify/totp']) {
      const address = visitor.page.url.replace(/\/interaction\/([^/]+).*/, `/interaction/$1${path}`);
      expect((await visitor.open(address)).name, path).to.equal('sign-in');
    }
  });

  it('takes the same time whether the account exists or not [A95]', async function () {
    this.timeout(60_000);
    const times: Record<string, number[]> = { known: [], ghost: [] };
    const work: Record<string, number[]> = { known: [], ghost: [] };
    for (let half = 0; half < 2; half += 1) {
      // A window of its own: no address fails ten times in it, and the network not a hundred times.
      s.clock.nextStep(16 * MINUTE);
      const { visitor, page } = await arrive(s);
      for (let round = 0; round < 24; round += 1) {
        for (const kind of round % 2 === 0 ? ['known', 'ghost'] : ['ghost', 'known']) {
          const fields = { email: `${kind}${round % 6}@open.test`, password: WRONG };
          const [begun, before] = [performance.now(), process.cpuUsage()];
          const answer = await visitor.submit(page, fields);
          const { user, system } = process.cpuUsage(before);
          times[kind]?.push(performance.now() - begun);
          work[kind]?.push(user + system);
          expect(answer.status).to.equal(422);
        }
      }
    }
    // Without the work of a hash one would take a third of the other.
    expect(differenceOf(work), 'in work').to.be.below(0.25);
    // The other load of the machine makes times differ, but by less than this.
    expect(differenceOf(times), 'in time').to.be.below(0.5);
  });

  /** The difference of the medians, as a share of the larger one. */
  function differenceOf({ known = [], ghost = [] }: Record<string, number[]>): number {
    const medians = [median(known), median(ghost)];
    return 1 - Math.min(...medians) / Math.max(...medians);
  }

  function median(values: readonly number[]): number {
    return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
  }
});

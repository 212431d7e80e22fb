/** Two servers on the same stores, behind a balancer that sends each request anywhere: one product. */
import { expect } from 'chai';
import { type App, PASSWORD, SECRET, startApp } from '../../../support/app.ts';
import { totpCode } from '../../../support/totp.ts';
import type { Visitor } from '../../../support/visitor.ts';
import { claimsOf, interaction, MFA, nextCode, setUpApp, tenantsWith } from '../../oidc/story.ts';
import { type Arrival, accounts, arrive, givePassword, hasCode, member, withApp } from '../members.ts';

describe('two instances', () => {
  const config = () => ({
    ...tenantsWith('strict', { grace_days: 14 }),
    ...accounts(
      ...['ann', 'ben', 'cat', 'dan', 'eve'].map((name) => withApp(name, 'open')),
      member('fay', 'strict'),
      member('gus', 'strict'),
    ),
  });
  const s = interaction(config);
  let second: App;

  before(async () => {
    const { storage } = s.app.config;
    second = await startApp({
      clock: s.clock,
      dataDir: storage.dataDir,
      config: { ...config(), issuer: s.app.origin },
    });
  });
  after(() => second.stop());

  /** Makes a visitor whose requests alternate between the instances, starting with the given one. */
  function wanderer(first: 0 | 1): Visitor {
    let count: number = first;
    return s.app.visitor({
      via: () => {
        count += 1;
        return count % 2 === 0 ? second.origin : s.app.origin;
      },
    });
  }

  it('complete a sign-in whose requests alternate between them [R25]', async () => {
    for (const first of [0, 1] as const) {
      const { visitor, page } = await givePassword(s, 'ann@open.test', wanderer(first));
      expect(page.name).to.equal('enter-code');
      expect((await visitor.enterCode('000000')).error).to.equal('code_invalid');
      const end = await visitor.enterCode(nextCode(s.app));
      expect(claimsOf(await s.rp.exchange(end.location ?? '')).acr).to.equal(MFA);
      expect((await visitor.open('/account/security')).name).to.equal('security');
      expect((await visitor.open('/account/security')).name).to.equal('security');
    }
  });

  it('confirm at one an enrolment that began at the other, with the same secret [R25]', async () => {
    for (const [first, name] of [
      [0, 'fay'],
      [1, 'gus'],
    ] as const) {
      const { visitor } = await givePassword(s, `${name}@strict.test`, wanderer(first));
      const page = await visitor.chooseMethod('totp');
      const keys = [await visitor.open(page.url), await visitor.open(page.url)];
      expect(keys.map((each) => each.mark('secret'))).to.deep.equal(Array(2).fill(page.mark('secret')));
      expect(hasCode((await setUpApp(s.app, visitor)).end)).to.equal(true);
    }
  });

  it('accept a TOTP code once when both receive it at the same moment [A32]', async () => {
    const one = await givePassword(s, 'ben@open.test');
    const two = await givePassword(s, 'ben@open.test', s.app.visitor({ via: second.origin }));
    const code = nextCode(s.app);
    const answers = await Promise.all([
      one.visitor.submit(one.page, { code }),
      two.visitor.submit(two.page, { code }),
    ]);
    expect(answers.map(({ status }) => status).sort()).to.deep.equal([303, 422]);
  });

  it('carry out a form once when it is sent to each', async () => {
    const { visitor, page } = await arrive(s, wanderer(0));
    const signIn = { email: 'cat@open.test', password: PASSWORD };
    const clicks = await Promise.all([visitor.submit(page, signIn), visitor.submit(page, signIn)]);
    expect(clicks.map(({ status }) => status)).to.deep.equal([303, 303]);
    const asked = await visitor.follow(clicks[1]);
    expect(asked.name).to.equal('enter-code');
    const code = nextCode(s.app);
    const codes = await Promise.all([visitor.submit(asked, { code }), visitor.submit(asked, { code })]);
    expect(codes.map(({ status, error }) => [status, error])).to.deep.equal([
      [303, null],
      [303, null],
    ]);
    expect(hasCode(await visitor.follow(codes[1]))).to.equal(true);
  });

  it('check ten of two hundred wrong codes sent at once over fifty open sign-ins [A21]', async function () {
    this.timeout(60_000);
    const opened: Arrival[] = [];
    for (let each = 0; each < 50; each += 1) {
      const via = each % 2 === 0 ? second.origin : s.app.origin;
      opened.push(await givePassword(s, 'dan@open.test', s.app.visitor({ via })));
    }
    const answers = await Promise.all(
      Array.from({ length: 4 }).flatMap(() =>
        opened.map(({ visitor, page }) => visitor.submit(page, { code: '000000' })),
      ),
    );
    const answered = (code: string) => answers.filter(({ error }) => error === code).length;
    // A store that is out of breath answers nothing for some of them: that is no look either.
    const unanswered = answers.filter(({ status }) => status === 503).length;
    expect(answered('code_invalid')).to.be.at.most(9);
    expect(answered('code_invalid') + answered('too_many_attempts') + unanswered).to.equal(200);
    const late = opened[49];
    const right = totpCode(SECRET, s.clock.now());
    expect((await late?.visitor.submit(late.page, { code: right }))?.status).to.equal(429);
  });

  it('lock at one an account whose password was guessed at the other [A28]', async () => {
    const { visitor, page } = await arrive(s);
    for (let each = 0; each < 10; each += 1) {
      await visitor.submit(page, { email: 'eve@open.test', password: 'wrong' });
    }
    const elsewhere = s.app.visitor({ via: second.origin });
    expect((await givePassword(s, 'eve@open.test', elsewhere)).page.error).to.equal('too_many_attempts');
  });
});

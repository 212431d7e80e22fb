/** Typing the code of an authenticator app: what is taken, what is not, and what the page says about it. */
import { expect } from 'chai';
import { SECRET } from '../../../support/app.ts';
import type { Page } from '../../../support/pages/page.ts';
import { totpCode } from '../../../support/totp.ts';
import type { Visitor } from '../../../support/visitor.ts';
import { interaction, MFA, nextCode, redeem } from '../../oidc/story.ts';
import { accounts, alertOf, givePassword, hasCode, withApp, words } from '../members.ts';

const STEP_MS = 30_000;

describe('a TOTP code at sign-in', () => {
  const names = 'ann ben cat dan eve fay gus hal ida jan kim leo mia'.split(' ');
  const s = interaction(() => accounts(...names.map((name) => withApp(name, 'open'))));

  /** The code that the phone shows so many steps from now. */
  function codeAt(steps: number): string {
    return totpCode(SECRET, s.clock.now() + steps * STEP_MS);
  }

  async function atCode(name: string): Promise<{ visitor: Visitor; page: Page }> {
    const arrival = await givePassword(s, `${name}@open.test`);
    expect(arrival.page.name).to.equal('enter-code');
    return arrival;
  }

  /** To the middle of a step, so that no test runs over its edge. */
  function midStep(): void {
    s.clock.set(Math.floor(s.clock.now() / STEP_MS) * STEP_MS + STEP_MS / 2);
  }
  beforeEach(midStep);

  it('is asked for after the password, on a page with instructions and a contact [1.4 U.4]', async () => {
    const { visitor, page } = await atCode('ann');
    expect(page.$('input[name=code]').attr()).to.include({
      inputmode: 'numeric',
      autocomplete: 'one-time-code',
    });
    expect(words(page)).to.include('authenticator app').and.to.include('6-digit code');
    expect(page.link('help@open.test')).to.equal('mailto:help@open.test');
    expect(page.$('form[action*=cancel]').length).to.equal(1);
    expect((await redeem(s.rp, await visitor.enterCode(codeAt(0)))).claims).to.include({ acr: MFA });
  });

  it('is reported as wrong with the attempts left, and a right one then works [3.8]', async () => {
    const { visitor } = await atCode('ben');
    const refused = await visitor.enterCode('000000');
    expect([refused.status, refused.name, refused.error]).to.deep.equal([422, 'enter-code', 'code_invalid']);
    expect(alertOf(refused)).to.equal(
      'Incorrect code. Enter the code your app shows now. You have 4 attempts left.',
    );
    expect(refused.text).not.to.include('000000');
    expect(hasCode(await visitor.enterCode(codeAt(0)))).to.equal(true);
  });

  for (const [name, steps, said] of [
    ['cat', 3, 'about 90 seconds ahead'],
    ['dan', -4, 'about 120 seconds behind'],
  ] as const) {
    it(`is refused ${Math.abs(steps)} steps ${said.split(' ').at(-1)}: the page names the setting, and a fresh one works [3.8 A35]`, async () => {
      const { visitor } = await atCode(name);
      const refused = await visitor.enterCode(codeAt(steps));
      expect([refused.status, refused.error]).to.deep.equal([422, 'code_invalid']);
      expect(alertOf(refused)).to.include(said).and.to.include('Turn on automatic date and time');
      expect(hasCode(await visitor.enterCode(codeAt(0)))).to.equal(true);
    });
  }

  it('from a nearby step is used up, so that the hint about the clock reveals no valid code [A35]', async () => {
    const { visitor } = await atCode('eve');
    const later = codeAt(2);
    expect((await visitor.enterCode(later)).error).to.equal('code_invalid');
    s.clock.nextStep(2 * STEP_MS);
    expect((await visitor.enterCode(later)).error).to.equal('code_used');
    s.clock.nextStep(STEP_MS);
    expect(hasCode(await visitor.enterCode(codeAt(0)))).to.equal(true);
  });

  it('is accepted one step early or late, and not two [A35]', async () => {
    const { visitor } = await atCode('fay');
    for (const steps of [-2, 2]) {
      expect((await visitor.enterCode(codeAt(steps))).error, String(steps)).to.equal('code_invalid');
    }
    s.clock.nextStep(10 * STEP_MS);
    expect(hasCode(await visitor.enterCode(codeAt(-1)))).to.equal(true);
    s.clock.nextStep(10 * STEP_MS);
    const again = await atCode('fay');
    expect(hasCode(await again.visitor.enterCode(codeAt(1)))).to.equal(true);
  });

  it('is refused once a newer step was accepted, though it would be in time [A34]', async () => {
    const { visitor } = await atCode('gus');
    expect(hasCode(await visitor.enterCode(codeAt(0)))).to.equal(true);
    const again = await atCode('gus');
    expect((await again.visitor.enterCode(codeAt(-1))).error).to.equal('code_used');
    expect(hasCode(await again.visitor.enterCode(codeAt(1)))).to.equal(true);
  });

  it('is refused when it was used before, and the page asks to wait for the next [A32 3.8]', async () => {
    const first = await atCode('hal');
    const second = await atCode('hal');
    const code = codeAt(0);
    expect(hasCode(await first.visitor.enterCode(code))).to.equal(true);
    const refused = await second.visitor.enterCode(code);
    expect([refused.status, refused.name, refused.error]).to.deep.equal([422, 'enter-code', 'code_used']);
    expect(alertOf(refused)).to.include('Wait until your app shows the next code');
    expect(hasCode(await second.visitor.enterCode(nextCode(s.app)))).to.equal(true);
  });

  it('signs in one of nine browsers that send it at once [A32]', async () => {
    const arrivals = [];
    for (let index = 0; index < 9; index += 1) arrivals.push(await atCode('ida'));
    const code = codeAt(0);
    const answers = await Promise.all(arrivals.map(({ visitor, page }) => visitor.submit(page, { code })));
    expect(answers.filter(({ status }) => status === 303)).to.have.length(1);
    expect(answers.filter(({ error }) => error === 'code_used')).to.have.length(8);
  });

  it('may contain spaces [3.8]', async () => {
    const { visitor } = await atCode('jan');
    const code = codeAt(0);
    expect(hasCode(await visitor.enterCode(` ${code.slice(0, 3)} ${code.slice(3)} `))).to.equal(true);
  });

  it('says how a code looks, and counts no attempt, when the text is none [A26]', async () => {
    const right = () => codeAt(0);
    const { visitor, page } = await atCode('kim');
    const texts = ['', '1', `${right()}7`, right().slice(0, 5), '-12345', '1e5', '0a1b-2c3d-4e5f-6g7h'];
    for (const code of [...texts, ...texts]) {
      const refused = await visitor.submit(page, { code });
      expect([refused.status, refused.error], code).to.deep.equal([422, 'code_invalid']);
      expect(refused.text).to.include('Enter all 6 digits');
    }
    expect(hasCode(await visitor.enterCode(right()))).to.equal(true);
  });

  it('is accepted with the digits and the separators of any keyboard [A26]', async () => {
    const { visitor } = await atCode('mia');
    const fullWidth = [...codeAt(0)].map((digit) => String.fromCodePoint(0xff10 + Number(digit)));
    expect(
      hasCode(
        await visitor.enterCode(`\u200f${fullWidth.slice(0, 3).join('')}–${fullWidth.slice(3).join('')}\n`),
      ),
    ).to.equal(true);
  });

  it('does not count as an attempt when the request is malformed [A26]', async () => {
    const { visitor, page } = await atCode('leo');
    const sent = [
      { code: `${codeAt(0)}\u0000`, status: 400 },
      { code: '1'.repeat(100_000), status: 413 },
      { code: [codeAt(0), codeAt(0)], status: 400 },
    ];
    for (const { code, status } of [...sent, ...sent]) {
      const refused = await visitor.submit(page, { code });
      expect([refused.status, refused.name]).to.deep.equal([status, 'error']);
    }
    expect((await visitor.open(page.url)).name).to.equal('enter-code');
    expect(hasCode(await visitor.enterCode(codeAt(0)))).to.equal(true);
  });
});

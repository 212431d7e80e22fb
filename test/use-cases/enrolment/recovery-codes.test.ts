/** Recovery codes: made with the first factor, shown until they are put away, each good once. */
import { expect } from 'chai';
import type { Account } from '../../../src/domain/account.ts';
import { enrolmentPurpose, isFactor } from '../../../src/domain/enrolment/enrolment.ts';
import { acrOf, amrOf } from '../../../src/domain/policy/assurance.ts';
import { secondFactorSubject } from '../../../src/domain/sign-in/attempts.ts';
import type { Progress } from '../../../src/domain/sign-in/transaction.ts';
import { MINUTE, NOW } from '../../contracts/examples.ts';
import { together } from '../../contracts/make-store.ts';
import { sendingIn } from '../second-factor/sending.ts';
import {
  ADDRESS,
  acceptedBy,
  aTenant,
  box,
  codeOf,
  freshSetting,
  inTurn,
  PERIOD,
  refusalOf,
  tally,
  withTotp,
} from '../setting.ts';
import { appSetUp } from './app-enrolment.ts';

describe('recovery codes', () => {
  const setting = freshSetting({ tenants: [aTenant('acme', { enforcement: 'required' })] });
  const { begin, confirm, codeFor } = appSetUp(setting, () => account);
  const { verify } = sendingIn(setting);
  let account: Account;

  beforeEach(async () => {
    account = await setting().person();
  });

  /** Sets up an app; gives the sign-in then, and the codes that it shows. */
  async function setUp(): Promise<{ at: Progress; codes: readonly string[] }> {
    const begun = await begin();
    const at = acceptedBy(await confirm(begun, { typed: await codeFor(begun) }));
    return { at, codes: setting().recovery.shown(at) };
  }

  const sets = async () =>
    (await setting().stores.enrolments.listByAccount(account.id)).filter((each) => !isFactor(each));
  const left = async () => setting().recovery.left(await setting().judged(account));
  /** In a sign-in of its own. */
  const use = async (code = '') => verify(await setting().atCode(account), 'recovery', code);

  describe('are made', () => {
    it('with the first factor, ten of them, good from then on', async () => {
      const { codes } = await setUp();
      expect(codes).to.have.length(10);
      expect(await sets()).to.have.length(1);
      expect(await left()).to.equal(10);
      for (const code of [codes[0], codes[9]]) {
        const after = acceptedBy(await use(code));
        expect([acrOf(after.proofs), amrOf(after.proofs)]).to.deep.equal([
          'https://refeds.org/profile/mfa',
          ['pwd', 'recovery', 'mfa'],
        ]);
      }
      expect(await left()).to.equal(8);
    });

    it('for nobody whose set-up was not confirmed', async () => {
      const at = await begin();
      const [code] = setting().recovery.shown(at);
      expect(await sets()).to.deep.equal([]);
      expect(codeOf(await use(code))).to.equal('method_not_allowed');
    });

    it('once: further factors bring none', async () => {
      await setUp();
      const { codes } = await setUp();
      expect(codes).to.deep.equal([]);
      expect(await sets()).to.have.length(1);
    });

    it('R23 once for two visits at once: who came second is shown none, since those would not be good', async () => {
      const [first, second] = [await begin(), await begin()];
      const one = acceptedBy(await confirm(first, { typed: await codeFor(first) }));
      const two = acceptedBy(await confirm(second, { typed: await codeFor(second) }));
      expect(setting().recovery.shown(two)).to.deep.equal([]);
      expect(codeOf(await use(setting().recovery.shown(one)[0]))).to.equal('ok');
    });

    it('A52 and stay to be put away when another set-up is begun before that', async () => {
      const { at, codes } = await setUp();
      const again = await begin(at);
      expect(setting().recovery.shown(again)).to.deep.equal(codes);
      const after = acceptedBy(await confirm(again, { typed: await codeFor(again) }));
      expect(setting().recovery.shown(after)).to.deep.equal(codes);
    });

    it('as one set of fifty clicks at once', async () => {
      const at = await begin();
      const typed = await codeFor(at);
      const outcomes = (await together(50, () => confirm(at, { typed }))).map(acceptedBy);
      expect(await sets()).to.have.length(1);
      const shown = outcomes.map((each) => setting().recovery.shown(each).join());
      expect(new Set(shown).size).to.equal(1);
      expect(codeOf(await use(shown[0]?.split(',')[3]))).to.equal('ok');
    });
  });

  describe('are shown', () => {
    it('A52 until they are put away, and never after', async () => {
      const { at, codes } = await setUp();
      expect(setting().recovery.shown(at)).to.deep.equal(codes);
      const after = acceptedBy(await setting().recovery.putAway(at));
      expect(setting().recovery.shown(after)).to.deep.equal([]);
      const stored = await setting().stores.progress.find(at.uid, NOW);
      expect(stored).to.deep.equal(after);
      expect(acceptedBy(await setting().recovery.putAway(after))).to.deep.equal(after);
    });

    it('and put away by two clicks at once', async () => {
      const { at } = await setUp();
      const [one, two] = (await together(2, () => setting().recovery.putAway(at))).map(acceptedBy);
      expect(one).to.deep.equal(two);
      const { at: other } = await setUp();
      await setting().stores.progress.save({ ...other, later: true, newCodes: 'more' });
      expect(codeOf(await setting().recovery.putAway({ ...other, newCodes: 'more' }))).to.equal(
        'session_expired',
      );
    });

    it('A98 to their owner alone: no code lies anywhere in clear, and each is known by a digest', async () => {
      const { codes } = await setUp();
      const onDisk = setting().onDisk();
      for (const code of codes) {
        for (const spelling of [code, code.replaceAll('-', ''), code.toUpperCase()]) {
          expect(onDisk).not.to.include(spelling);
          expect(onDisk).not.to.include(Buffer.from(spelling).toString('base64'));
        }
      }
      const [set] = await sets();
      const digests: unknown = JSON.parse(box.open(set?.secret ?? '', enrolmentPurpose(set ?? NOBODY)));
      expect(digests).to.be.an('array').with.length(10);
      for (const digest of Array.isArray(digests) ? digests : [])
        expect(onDisk).not.to.include(String(digest));
    });
  });

  describe('are taken', () => {
    it('A41 once: the second time it is used', async () => {
      const { codes } = await setUp();
      acceptedBy(await use(codes[4]));
      expect(refusalOf(await use(codes[4]))).to.deep.equal({ code: 'code_used' });
      setting().clock.advance(400 * 24 * 60 * MINUTE);
      expect(refusalOf(await use(codes[4]))).to.deep.equal({ code: 'code_used' });
      expect(await left()).to.equal(9);
    });

    it('A41 in one of fifty sign-ins that offer it at once', async () => {
      const { codes } = await setUp();
      const standings = await together(50, () => setting().atCode(account));
      const outcomes = await Promise.all(standings.map((at) => verify(at, 'recovery', codes[0] ?? '')));
      expect(tally(outcomes.map(codeOf)).ok).to.equal(1);
      expect(await left()).to.equal(9);
      const used = setting().told.filter(({ topic }) => topic === 'recovery-used');
      expect(used).to.deep.equal([{ accountId: account.id, topic: 'recovery-used', left: 9 }]);
    });

    it('A41 as one of fifty posts of one page', async () => {
      const { codes } = await setUp();
      const at = await setting().atCode(account);
      const outcomes = await together(50, () => verify(at, 'recovery', codes[0] ?? ''));
      const ends = outcomes.flatMap((outcome) => (outcome.ok ? [JSON.stringify(outcome.value)] : []));
      expect(new Set(ends).size).to.equal(1);
      expect(await left()).to.equal(9);
      expect(tally(await setting().events())['recovery.used']).to.equal(1);
    });

    it('however they are written down', async () => {
      const { codes } = await setUp();
      const [one = '', two = ''] = codes;
      expect(codeOf(await use(one.toUpperCase().replaceAll('-', ' ')))).to.equal('ok');
      expect(codeOf(await use(two.replaceAll('-', '').replaceAll('0', 'O').replaceAll('1', 'l')))).to.equal(
        'ok',
      );
    });

    it('A39 from their own account alone', async () => {
      const { codes } = await setUp();
      const mine = account;
      account = await setting().person({ email: 'eve@acme.test' });
      await setUp();
      expect(codeOf(await use(codes[0]))).to.equal('code_invalid');
      account = mine;
      expect(codeOf(await use(codes[0]))).to.equal('ok');
    });

    it('and their owner is told, with the number that is left', async () => {
      const { codes } = await setUp();
      await inTurn(3, (index) => use(codes[index]));
      const told = setting().told.filter(({ topic }) => topic === 'recovery-used');
      expect(told.map((each) => each.left)).to.deep.equal([9, 8, 7]);
    });
  });

  it('A29 cannot be guessed at: ten tries in 15 minutes, and then the account waits', async () => {
    const { codes } = await setUp();
    let at = await setting().atCode(account);
    const outcomes = await inTurn(100, async (index) => {
      if (index % 5 === 0) at = await setting().atCode(account);
      return verify(at, 'recovery', `0000-0000-0000-${String(index).padStart(4, '0')}`);
    });
    expect(tally(outcomes.map(codeOf))).to.deep.equal({ code_invalid: 9, too_many_attempts: 91 });
    expect(refusalOf(await use(codes[0]))).to.deep.equal({
      code: 'too_many_attempts',
      retryAt: NOW + 15 * MINUTE,
    });
    setting().clock.advance(15 * MINUTE);
    expect(codeOf(await use(codes[0]))).to.equal('ok');
  });

  it('A29 what is no code at all is counted as well', async () => {
    await setUp();
    const at = await setting().atCode(account);
    const outcomes = await inTurn(6, () => verify(at, 'recovery', 'open sesame'));
    expect(tally(outcomes.map(codeOf))).to.deep.equal({ code_invalid: 5, too_many_attempts: 1 });
    const { failures } = await setting().stores.lockouts.read(secondFactorSubject(account.id));
    expect(failures).to.deep.equal({ recovery: 5 });
  });

  it('2.7 are no reason to choose, and are offered beside what is set up', async () => {
    await setUp();
    const judgement = await setting().judged(account);
    expect(judgement.decision).to.deep.equal({
      kind: 'prove',
      methods: ['totp', 'recovery'],
      preferred: 'totp',
    });
  });

  it('A105 are offered no more once all are used, until there are new ones', async () => {
    const { at, codes } = await setUp();
    const offered = async () => (await setting().judged(account)).decision;
    const both = { kind: 'prove', methods: ['totp', 'recovery'], preferred: 'totp' };
    await inTurn(codes.length - 1, async (index) => acceptedBy(await use(codes[index])));
    expect(await offered()).to.deep.equal(both);
    const last = await setting().atCode(account);
    const posts = await together(5, () => verify(last, 'recovery', codes.at(-1) ?? ''));
    expect(tally(posts.map(codeOf))).to.deep.equal({ ok: 5 });
    expect(await left()).to.equal(0);
    expect(await offered()).to.deep.equal({ ...both, methods: ['totp'] });
    expect(codeOf(await use(codes[0]))).to.equal('method_not_allowed');
    // What the last one has opened stays open.
    const [proofs] = posts.map((post) => acceptedBy(post).proofs);
    const { decision } = await setting().judged(account, { proofs: proofs ?? [] });
    expect(decision.kind).to.equal('satisfied');

    const from = { address: ADDRESS, clientId: null };
    acceptedBy(await setting().recovery.renew(at, await setting().judged(account), from));
    expect(await offered()).to.deep.equal(both);
  });

  it('were not made for who was set up by configuration: none are left', async () => {
    account = await setting().person({ email: 'anna@acme.test', ...withTotp });
    expect(await left()).to.equal(0);
    setting().clock.advance(PERIOD);
    await setUp();
    expect(await left()).to.equal(10);
  });
});

const NOBODY = { id: '', method: 'recovery', accountId: '', tenantId: '' } as const;

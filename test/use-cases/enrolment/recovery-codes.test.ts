/** Recovery codes: made with the first factor, shown until they are put away, each good once. */
import { expect } from 'chai';
import type { Account } from '../../../src/domain/account.ts';
import { enrolmentPurpose, isFactor } from '../../../src/domain/enrolment/enrolment.ts';
import { acrOf, amrOf } from '../../../src/domain/policy/assurance.ts';
import { noCode } from '../../../src/domain/refusal.ts';
import { secondFactorSubject } from '../../../src/domain/sign-in/attempts.ts';
import type { SignInTransaction } from '../../../src/domain/sign-in/transaction.ts';
import { MINUTE, NOW } from '../../contracts/examples.ts';
import { together } from '../../contracts/make-store.ts';
import { sendingIn } from '../second-factor/sending.ts';
import {
  ADDRESS,
  acceptedBy,
  aTenant,
  cipher,
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
  async function setUp(): Promise<{ transaction: SignInTransaction; codes: readonly string[] }> {
    const begun = await begin();
    const transaction = acceptedBy(await confirm(begun, { typed: await codeFor(begun) }));
    return { transaction, codes: setting().recovery.shown(transaction) };
  }

  const sets = async () =>
    (await setting().stores.enrolments.listByAccount(account.id)).filter((each) => !isFactor(each));
  const left = async () => setting().recovery.left(await setting().evaluated(account));
  /** In a sign-in of its own. */
  const use = async (code = '') => verify(await setting().atCode(account), 'recovery', code);

  describe('when they are made', () => {
    it('are ten, come with the first factor and are valid from then on', async () => {
      const { codes } = await setUp();
      expect(codes).to.have.length(10);
      expect(await sets()).to.have.length(1);
      expect(await left()).to.equal(10);
      for (const code of [codes[0], codes[9]]) {
        const after = acceptedBy(await use(code));
        expect([acrOf(after.authentications), amrOf(after.authentications)]).to.deep.equal([
          'https://refeds.org/profile/mfa',
          ['pwd', 'recovery', 'mfa'],
        ]);
      }
      expect(await left()).to.equal(8);
    });

    it('are not made for an unconfirmed enrolment', async () => {
      const transaction = await begin();
      const [code] = setting().recovery.shown(transaction);
      expect(await sets()).to.deep.equal([]);
      expect(codeOf(await use(code))).to.equal('method_not_allowed');
    });

    it('are made once, and further factors bring none', async () => {
      await setUp();
      const { codes } = await setUp();
      expect(codes).to.deep.equal([]);
      expect(await sets()).to.have.length(1);
    });

    it('are made once for two simultaneous sign-ins, and only the first one shows them [R23]', async () => {
      const [first, second] = [await begin(), await begin()];
      const one = acceptedBy(await confirm(first, { typed: await codeFor(first) }));
      const two = acceptedBy(await confirm(second, { typed: await codeFor(second) }));
      expect(setting().recovery.shown(two)).to.deep.equal([]);
      expect(codeOf(await use(setting().recovery.shown(one)[0]))).to.equal('ok');
    });

    it('remain to be saved when another enrolment starts first [A52]', async () => {
      const { transaction, codes } = await setUp();
      const again = await begin(transaction);
      expect(setting().recovery.shown(again)).to.deep.equal(codes);
      const after = acceptedBy(await confirm(again, { typed: await codeFor(again) }));
      expect(setting().recovery.shown(after)).to.deep.equal(codes);
    });

    it('are one set after fifty simultaneous clicks', async () => {
      const transaction = await begin();
      const typed = await codeFor(transaction);
      const outcomes = (await together(50, () => confirm(transaction, { typed }))).map(acceptedBy);
      expect(await sets()).to.have.length(1);
      const shown = outcomes.map((each) => setting().recovery.shown(each).join());
      expect(new Set(shown).size).to.equal(1);
      expect(codeOf(await use(shown[0]?.split(',')[3]))).to.equal('ok');
    });
  });

  describe('when they are shown', () => {
    it('stay on the page until they are confirmed as saved, and are never shown afterwards [A52]', async () => {
      const { transaction, codes } = await setUp();
      expect(setting().recovery.shown(transaction)).to.deep.equal(codes);
      const after = acceptedBy(await setting().recovery.putAway(transaction));
      expect(setting().recovery.shown(after)).to.deep.equal([]);
      const stored = await setting().stores.transactions.find(transaction.uid, NOW);
      expect(stored).to.deep.equal(after);
      expect(acceptedBy(await setting().recovery.putAway(after))).to.deep.equal(after);
    });

    it('can be confirmed by two simultaneous clicks', async () => {
      const { transaction } = await setUp();
      const [one, two] = (await together(2, () => setting().recovery.putAway(transaction))).map(acceptedBy);
      expect(one).to.deep.equal(two);
      const { transaction: other } = await setUp();
      await setting().stores.transactions.save({ ...other, later: true, newCodes: 'more' });
      expect(codeOf(await setting().recovery.putAway({ ...other, newCodes: 'more' }))).to.equal(
        'session_expired',
      );
    });

    it('are stored as digests only, and never in clear [A98]', async () => {
      const { codes } = await setUp();
      const onDisk = setting().onDisk();
      for (const code of codes) {
        for (const spelling of [code, code.replaceAll('-', ''), code.toUpperCase()]) {
          expect(onDisk).not.to.include(spelling);
          expect(onDisk).not.to.include(Buffer.from(spelling).toString('base64'));
        }
      }
      const [set] = await sets();
      const digests: unknown = JSON.parse(cipher.decrypt(set?.secret ?? '', enrolmentPurpose(set ?? NOBODY)));
      expect(digests).to.be.an('array').with.length(10);
      for (const digest of Array.isArray(digests) ? digests : [])
        expect(onDisk).not.to.include(String(digest));
    });
  });

  describe('when they are used', () => {
    it('are accepted once [A41]', async () => {
      const { codes } = await setUp();
      acceptedBy(await use(codes[4]));
      expect(refusalOf(await use(codes[4]))).to.deep.equal({ code: 'code_used' });
      setting().clock.nextStep(400 * 24 * 60 * MINUTE);
      expect(refusalOf(await use(codes[4]))).to.deep.equal({ code: 'code_used' });
      expect(await left()).to.equal(9);
    });

    it('are accepted in one of fifty sign-ins that offer one at once [A41]', async () => {
      const { codes } = await setUp();
      const contexts = await together(50, () => setting().atCode(account));
      const outcomes = await Promise.all(
        contexts.map((context) => verify(context, 'recovery', codes[0] ?? '')),
      );
      expect(tally(outcomes.map(codeOf)).ok).to.equal(1);
      expect(await left()).to.equal(9);
      const used = setting().told.filter(({ topic }) => topic === 'recovery-used');
      expect(used).to.deep.equal([{ accountId: account.id, topic: 'recovery-used', left: 9 }]);
    });

    it('are accepted once for fifty posts of one page [A41]', async () => {
      const { codes } = await setUp();
      const context = await setting().atCode(account);
      const outcomes = await together(50, () => verify(context, 'recovery', codes[0] ?? ''));
      const ends = outcomes.flatMap((outcome) => (outcome.ok ? [JSON.stringify(outcome.value)] : []));
      expect(new Set(ends).size).to.equal(1);
      expect(await left()).to.equal(9);
      expect(tally(await setting().events())['recovery.used']).to.equal(1);
    });

    it('are accepted in every notation', async () => {
      const { codes } = await setUp();
      const [one = '', two = ''] = codes;
      expect(codeOf(await use(one.toUpperCase().replaceAll('-', ' ')))).to.equal('ok');
      expect(codeOf(await use(two.replaceAll('-', '').replaceAll('0', 'O').replaceAll('1', 'l')))).to.equal(
        'ok',
      );
    });

    it('are accepted from their own account only [A39]', async () => {
      const { codes } = await setUp();
      const mine = account;
      account = await setting().person({ email: 'eve@acme.test' });
      await setUp();
      expect(codeOf(await use(codes[0]))).to.equal('code_invalid');
      account = mine;
      expect(codeOf(await use(codes[0]))).to.equal('ok');
    });

    it('cause a notice to the owner with the number that is left', async () => {
      const { codes } = await setUp();
      await inTurn(3, (index) => use(codes[index]));
      const told = setting().told.filter(({ topic }) => topic === 'recovery-used');
      expect(told.map((each) => each.left)).to.deep.equal([9, 8, 7]);
    });
  });

  it('allow ten attempts in 15 minutes, and then lock the account [A29]', async () => {
    const { codes } = await setUp();
    let context = await setting().atCode(account);
    const outcomes = await inTurn(100, async (index) => {
      if (index % 5 === 0) context = await setting().atCode(account);
      return verify(context, 'recovery', `0000-0000-0000-${String(index).padStart(4, '0')}`);
    });
    expect(tally(outcomes.map(codeOf))).to.deep.equal({ code_invalid: 9, too_many_attempts: 91 });
    expect(refusalOf(await use(codes[0]))).to.deep.equal({
      code: 'too_many_attempts',
      retryAt: NOW + 15 * MINUTE,
    });
    setting().clock.nextStep(15 * MINUTE);
    expect(codeOf(await use(codes[0]))).to.equal('ok');
  });

  it('are counted when they are wrong, and not when the text is no code [A26 A29]', async () => {
    await setUp();
    const context = await setting().atCode(account);
    const texts = await inTurn(6, () => verify(context, 'recovery', 'open sesame'));
    expect(texts.map(refusalOf)).to.deep.equal(Array(6).fill(noCode(null)));
    const outcomes = await inTurn(6, () => verify(context, 'recovery', '0000-0000-0000-0000'));
    expect(tally(outcomes.map(codeOf))).to.deep.equal({ code_invalid: 5, too_many_attempts: 1 });
    const { failures } = await setting().stores.lockouts.read(secondFactorSubject(account.id));
    expect(failures).to.deep.equal({ recovery: 5 });
  });

  it('cause no chooser, and are offered beside the enrolled factors [2.7]', async () => {
    await setUp();
    const policyResult = await setting().evaluated(account);
    expect(policyResult.decision).to.deep.equal({
      kind: 'prove',
      methods: ['totp', 'recovery'],
      preferred: 'totp',
    });
  });

  it('are no longer offered once all are used, until there are new ones [A105]', async () => {
    const { transaction, codes } = await setUp();
    const offered = async () => (await setting().evaluated(account)).decision;
    const both = { kind: 'prove', methods: ['totp', 'recovery'], preferred: 'totp' };
    await inTurn(codes.length - 1, async (index) => acceptedBy(await use(codes[index])));
    expect(await offered()).to.deep.equal(both);
    const last = await setting().atCode(account);
    const posts = await together(5, () => verify(last, 'recovery', codes.at(-1) ?? ''));
    expect(tally(posts.map(codeOf))).to.deep.equal({ ok: 5 });
    expect(await left()).to.equal(0);
    expect(await offered()).to.deep.equal({ ...both, methods: ['totp'] });
    expect(codeOf(await use(codes[0]))).to.equal('method_not_allowed');
    // The sign-in that used the last code stays valid.
    const [authentications] = posts.map((post) => acceptedBy(post).authentications);
    const { decision } = await setting().evaluated(account, { authentications: authentications ?? [] });
    expect(decision.kind).to.equal('satisfied');

    const from = { ip: ADDRESS, clientId: null };
    acceptedBy(await setting().recovery.renew(transaction, await setting().evaluated(account), from));
    expect(await offered()).to.deep.equal(both);
  });

  it('are missing for an account that the configuration enrolled', async () => {
    account = await setting().person({ email: 'anna@acme.test', ...withTotp });
    expect(await left()).to.equal(0);
    setting().clock.nextStep(PERIOD);
    await setUp();
    expect(await left()).to.equal(10);
  });
});

const NOBODY = { id: '', method: 'recovery', accountId: '', tenantId: '' } as const;

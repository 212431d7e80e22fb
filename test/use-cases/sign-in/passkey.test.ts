/** Signing in with a passkey alone: which answers are accepted, and which are refused. */
import { expect } from 'chai';
import type { Account } from '../../../src/domain/account.ts';
import { acrOf, amrOf } from '../../../src/domain/policy/assurance.ts';
import { nextLock, secondFactorSubject } from '../../../src/domain/sign-in/attempts.ts';
import type { PasskeySubmission } from '../../../src/use-cases/sign-in/passkey.ts';
import { MINUTE } from '../../contracts/examples.ts';
import { together } from '../../contracts/make-store.ts';
import type { Authenticator, Twist } from '../../support/authenticator.ts';
import { authenticatorAt, passkeyHolder } from '../enrolment/passkey-holder.ts';
import {
  ADDRESS,
  acceptedBy,
  aTenant,
  cipher,
  codeOf,
  freshSetting,
  inTurn,
  random,
  refusalOf,
  tally,
} from '../setting.ts';

const METHODS = { methods: ['totp', 'passkey'] } as const;

describe('a sign-in with a passkey', () => {
  const setting = freshSetting({
    tenants: [
      aTenant('acme', { ...METHODS, enforcement: 'required' }),
      aTenant('with-password', { ...METHODS, passkeySignIn: false }),
      aTenant('other', METHODS),
    ],
  });
  const { setUp } = passkeyHolder(setting);
  let account: Account;
  let laptop: Authenticator;

  beforeEach(async () => {
    [account, laptop] = await holding();
  });

  async function holding(changes: Parameters<ReturnType<typeof setting>['person']>[0] = {}) {
    const person = await setting().person(changes);
    const key = authenticatorAt();
    await setUp(person, key);
    return [person, key] as const;
  }

  function answerTo(uid: string, key = laptop, twist: Twist = {}): string {
    const request = setting().passkeySignIn.request(uid);
    if (!request) throw new Error('no passkey is asked for');
    return key.get(request, twist);
  }

  /** As the route does, whose answer waits for the pending events. */
  async function submit(response: string, changes: Partial<PasskeySubmission> = {}) {
    const outcome = await setting().passkeySignIn.submit({
      uid: 'sign-in',
      before: null,
      response,
      ip: ADDRESS,
      knownPerson: null,
      tenantId: null,
      accountId: null,
      clientId: 'rp',
      expiresAt: setting().clock.now() + 15 * MINUTE,
      ...changes,
    });
    if (outcome.ok) await outcome.value.pending.append();
    return outcome;
  }

  /** The lines of the audit log since the enrolment. */
  async function lines(): Promise<string[]> {
    return (await setting().events()).filter((line) => !/^(enrolment|recovery)\./.test(line));
  }

  it('asks for any passkey of this site, with user verification, and stores nothing', async () => {
    const [one, two] = [
      setting().passkeySignIn.request('sign-in'),
      setting().passkeySignIn.request('sign-in'),
    ];
    expect(one).to.deep.include({ rpId: 'localhost', userVerification: 'required', allowCredentials: [] });
    expect(one?.challenge).not.to.equal(two?.challenge);
    const bytes = Buffer.from(one?.challenge ?? '', 'base64url');
    expect(bytes.toString('base64url')).to.equal(one?.challenge);
    expect(await setting().stores.transactions.find('sign-in', setting().clock.now())).to.equal(null);
  });

  it('is two factors in one step, and satisfies the policy', async () => {
    const { transaction, snapshot } = acceptedBy(await submit(answerTo('sign-in')));
    expect(transaction).to.include({ uid: 'sign-in', accountId: account.id, keepsAuthTime: null });
    expect(transaction.challenges).to.deep.equal([]);
    const { authentications } = transaction;
    expect([acrOf(authentications), amrOf(authentications)]).to.deep.equal(['phr', ['hwk', 'user', 'mfa']]);
    expect((await setting().evaluated(account, { authentications, snapshot })).decision.kind).to.equal(
      'satisfied',
    );
    expect(await lines()).to.deep.equal(['sign_in.passkey_accepted']);
    const [passkey] = await setting().stores.enrolments.listByAccount(account.id);
    expect(passkey?.lastStep).to.equal(1);
  });

  it('works for an account without a password, which the password page treats as any other', async () => {
    const [person, key] = await holding({ email: 'pat@acme.test', password: null });
    const { transaction } = acceptedBy(await submit(answerTo('sign-in', key)));
    expect(transaction.accountId).to.equal(person.id);
    const { uid, ...more } = { uid: 'other', before: null, ip: ADDRESS, knownBrowser: null };
    const wanted = {
      tenantId: null,
      accountId: null,
      clientId: 'rp',
      expiresAt: setting().clock.now() + MINUTE,
    };
    const typed = { email: 'pat@acme.test', password: 'null' };
    const refused = await setting().signIn.submitPassword({ uid, ...more, ...wanted, ...typed });
    expect(codeOf(refused)).to.equal('credentials_invalid');
  });

  describe('refuses [A128 A43]', () => {
    const expired = { code: 'code_expired', passkey: 'expired' };

    it('an answer without user verification', async () => {
      expect(refusalOf(await submit(answerTo('sign-in', laptop, { verified: false })))).to.include({
        passkey: 'unverified',
      });
      expect(await lines()).to.deep.equal(['sign_in.passkey_refused passkey_unverified']);
    });

    for (const [what, twist] of [
      ['an answer of another origin', { origin: 'http://localhost:3001' }],
      ['an answer for another site', { rpId: 'evil.example' }],
      ['an answer with nobody present', { present: false }],
      ['an answer from within a frame', { crossOrigin: true }],
    ] as const) {
      it(what, async () => {
        expect(refusalOf(await submit(answerTo('sign-in', laptop, twist)))).to.include({
          passkey: 'refused',
        });
        expect(await lines()).to.deep.equal(['sign_in.passkey_refused passkey_unproven']);
      });
    }

    it('the challenge of another interaction, and one of the attacker’s own', async () => {
      expect(refusalOf(await submit(answerTo('another')))).to.deep.equal(expired);
      const own = answerTo('sign-in', laptop, { challenge: random.id() });
      expect(refusalOf(await submit(own))).to.deep.equal(expired);
      expect(await lines()).to.deep.equal(Array(2).fill('sign_in.passkey_refused passkey_expired'));
    });

    it('the same answer twice, and accepts one of fifty at once', async () => {
      const response = answerTo('sign-in', laptop, { counter: 0 });
      const codes = tally((await together(50, () => submit(response))).map(codeOf));
      expect(codes).to.deep.equal({ ok: 1, code_expired: 49 });
      expect(refusalOf(await submit(response))).to.deep.equal(expired);
    });

    it('the user handle of another account with this passkey', async () => {
      const [, other] = await holding({ email: 'eve@acme.test', tenantId: 'other' });
      const handle = JSON.parse(answerTo('sign-in', other)).response.userHandle;
      const mixed = answerTo('sign-in', laptop, { userHandle: handle });
      expect(refusalOf(await submit(mixed))).to.include({ passkey: 'unknown' });
      expect(await lines()).to.deep.equal(['sign_in.passkey_refused passkey_unknown']);
    });

    it('an answer without a user handle, and one with a handle of nobody', async () => {
      const bare = JSON.parse(answerTo('sign-in'));
      delete bare.response.userHandle;
      for (const response of [
        JSON.stringify(bare),
        answerTo('sign-in', laptop, { userHandle: 'bm9ib2R5' }),
      ]) {
        const refusal = refusalOf(await submit(response));
        expect(refusal).to.include({ passkey: 'unknown' });
        // The password manager keeps it: it may be a passkey of an older release.
        expect(refusal).not.to.have.property('unknownCredentialId');
      }
    });

    it('a passkey that was removed, and names it so that the password manager can forget it', async () => {
      const [passkey] = await setting().stores.enrolments.listByAccount(account.id);
      await setting().stores.enrolments.remove(account.id, passkey?.id ?? '');
      const response = answerTo('sign-in');
      expect(refusalOf(await submit(response))).to.include({
        passkey: 'unknown',
        unknownCredentialId: JSON.parse(response).id,
      });
    });

    it('a passkey whose record no key decrypts, and does not name it', async () => {
      const [passkey] = await setting().stores.enrolments.listByAccount(account.id);
      if (!passkey?.secret) throw new Error('there is a passkey');
      await setting().stores.enrolments.replaceSecret(
        passkey.id,
        passkey.secret,
        cipher.encrypt('{}', 'elsewhere'),
      );
      const refusal = refusalOf(await submit(answerTo('sign-in')));
      expect(refusal?.code).to.equal('code_invalid');
      expect(refusal).not.to.have.property('unknownCredentialId');
    });

    it('a device-bound passkey whose counter falls back', async () => {
      acceptedBy(await submit(answerTo('sign-in', laptop, { counter: 7 })));
      expect(refusalOf(await submit(answerTo('two', laptop, { counter: 6 }), { uid: 'two' }))).to.include({
        passkey: 'copied',
      });
    });

    it('what is no answer at all', async () => {
      for (const response of ['', '{}', 'null', '[1]', JSON.stringify({ id: 'x'.repeat(5000) })])
        expect(refusalOf(await submit(response))).to.include({ passkey: 'refused' });
      expect(tally(await lines())).to.deep.equal({ 'sign_in.passkey_refused passkey_malformed': 5 });
    });

    it('a frozen account', async () => {
      await setting().stores.accounts.setFrozen(account.id, setting().clock.now());
      expect(refusalOf(await submit(answerTo('sign-in')))).to.deep.equal({
        code: 'forbidden',
        because: 'frozen_passkey',
      });
      expect(await lines()).to.deep.equal(['sign_in.passkey_refused frozen']);
    });

    it('everybody of a tenant that forbids it, and tells why', async () => {
      for (const role of ['member', 'admin'] as const) {
        const [, key] = await holding({ email: `${role}@acme.test`, tenantId: 'with-password', role });
        expect(refusalOf(await submit(answerTo(role, key), { uid: role }))).to.deep.equal({
          code: 'method_not_allowed',
          passkey: 'not_alone',
        });
      }
      expect(await lines()).to.deep.equal(Array(2).fill('sign_in.passkey_refused method_not_allowed'));
    });

    it('an account that the client or the request does not take', async () => {
      for (const wanted of [{ tenantId: 'other' }, { accountId: 'somebody-else' }]) {
        const uid = random.id();
        expect(refusalOf(await submit(answerTo(uid), { uid, ...wanted }))).to.deep.equal({
          code: 'forbidden',
        });
      }
      expect(await lines()).to.deep.equal([
        'sign_in.passkey_refused other_tenant',
        'sign_in.passkey_refused other_account',
      ]);
    });
  });

  it('is accepted with a lagging counter when it is synced, and the audit trail notes it [A43]', async () => {
    const phone = authenticatorAt(undefined, { isBound: false });
    await setUp(await setting().person({ email: 'syn@acme.test' }), phone);
    for (const [index, counter] of [7, 3].entries()) {
      const uid = `synced-${index}`;
      const { transaction } = acceptedBy(await submit(answerTo(uid, phone, { counter }), { uid }));
      expect(amrOf(transaction.authentications)).to.deep.equal(['swk', 'user', 'mfa']);
    }
    expect((await lines()).filter((line) => line.startsWith('second_factor'))).to.deep.equal([
      'second_factor.anomaly counter_behind',
    ]);
  });

  it('is accepted while the password and the codes wait, and clears no lock [A128]', async () => {
    const subject = secondFactorSubject(account.id);
    const lock = nextLock(0, setting().clock.now());
    await setting().stores.lockouts.lock(subject, lock.lockedUntil, lock.level, null);
    acceptedBy(await submit(answerTo('sign-in')));
    expect((await setting().stores.lockouts.read(subject)).lockedUntil).to.equal(lock.lockedUntil);
  });

  it('waits after a hundred refused answers from one address, but not for a person of a known browser [A128]', async () => {
    const codes = tally((await inTurn(101, () => submit('{}'))).map(codeOf));
    expect(codes).to.deep.equal({ code_invalid: 100, too_many_attempts: 1 });
    expect(codeOf(await submit(answerTo('sign-in')))).to.equal('too_many_attempts');
    acceptedBy(await submit(answerTo('sign-in'), { knownPerson: 'a digest' }));
    setting().clock.nextStep(15 * MINUTE);
    acceptedBy(await submit(answerTo('later'), { uid: 'later' }));
  });

  it('leaves one audit line while an address waits, however often it asks [A128]', async () => {
    const waits = async () => (await lines()).filter((line) => line.endsWith(' too_many_attempts')).length;
    await inTurn(130, () => submit('{}'));
    expect(await waits()).to.equal(1);
    setting().clock.nextStep(15 * MINUTE);
    await inTurn(130, () => submit('{}'));
    expect(await waits()).to.equal(2);
  });

  it('forgets the attempts that were right', async () => {
    for (let times = 0; times < 101; times += 1) {
      const uid = `sign-in-${times}`;
      acceptedBy(await submit(answerTo(uid), { uid }));
    }
  });
});

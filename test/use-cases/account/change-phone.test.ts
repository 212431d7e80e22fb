/** Another telephone number: codes go to none that was not proven. */
import { expect } from 'chai';
import type { Account } from '../../../src/domain/account.ts';
import { enrolmentPurpose } from '../../../src/domain/enrolment/enrolment.ts';
import { FROZEN } from '../../../src/domain/refusal.ts';
import { secondFactorSubject } from '../../../src/domain/sign-in/attempts.ts';
import { aTrustedBrowser, MINUTE, NOW } from '../../contracts/examples.ts';
import { together } from '../../contracts/make-store.ts';
import { codeSetUp } from '../enrolment/code-enrolment.ts';
import { PHONE, sendingIn } from '../second-factor/sending.ts';
import {
  ADDRESS,
  acceptedBy,
  aTenant,
  cipher,
  codeOf,
  freshSetting,
  NETWORK,
  refusalOf,
  SECRET,
} from '../setting.ts';

const OTHER = '+31687654321';
const FROM = { ip: ADDRESS, clientId: null, locale: 'en' } as const;
const SMS = { method: 'sms' } as const;
const TOTP = { method: 'totp', secret: SECRET } as const;

describe('a change of the telephone number (3.5)', () => {
  const methods = ['totp', 'email', 'sms'] as const;
  const setting = freshSetting({
    tenants: [
      aTenant('acme', { methods, trustedDevices: true }),
      aTenant('strict', { enforcement: 'required', methods, setUpProof: 'email' }),
    ],
  });
  const { askedBy, verify, sent } = sendingIn(setting);

  function person(tenantId: 'acme' | 'strict', ...factors: readonly (typeof SMS | typeof TOTP)[]) {
    const phone = { phone: PHONE, emailConfirmed: true };
    return setting().person({ email: `bob@${tenantId}.test`, tenantId, ...phone, factors });
  }

  async function change(account: Account, typed: string) {
    const { evaluated, selfService } = setting();
    return selfService.changePhone(await evaluated(account), typed, FROM);
  }

  const phoneOf = async ({ id }: Account) => (await setting().stores.accounts.findById(id))?.phone;
  const left = async ({ id }: Account) =>
    (await setting().stores.enrolments.listByAccount(id)).map(({ method }) => method);

  /** A set of recovery codes, as the first factor of an account brings them. */
  async function addRecoveryCodes({ id: accountId, tenantId }: Account): Promise<void> {
    const set = { id: `recovery-${accountId}`, method: 'recovery', accountId, tenantId } as const;
    const secret = cipher.encrypt('[]', enrolmentPurpose(set));
    const rest = { label: '', app: null, lastStep: null, isDefault: false, createdAt: NOW };
    await setting().stores.enrolments.insert({ ...set, ...rest, secret });
  }

  it('is stored as E.164, however it was typed', async () => {
    const bob = await person('acme');
    expect(codeOf(await change(bob, ' +31 (0)6 8765-4321 '))).to.equal('ok');
    expect(await phoneOf(bob)).to.equal(OTHER);
    const [line] = await setting().stores.audit.list({ limit: 1 });
    const { id: accountId } = bob;
    expect(line).to.include({ event: 'contact.changed', method: 'sms', accountId, tenantId: 'acme' });
    expect(line).to.include({ ip: NETWORK, clientId: null });
    expect(setting().told).to.deep.equal([{ accountId, topic: 'phone-changed' }]);
  });

  it('is read by the language of the page, not by that of the account [3.5]', async () => {
    const bob = await person('acme');
    const { evaluated, selfService } = setting();
    const dutch = { ...FROM, locale: 'nl' } as const;
    expect(codeOf(await selfService.changePhone(await evaluated(bob), '06 8765 4321', dutch))).to.equal('ok');
    expect(await phoneOf(bob)).to.equal(OTHER);
  });

  it('removes the number and its factor when nothing was typed, and gives the id of that factor [3.5]', async () => {
    const bob = await person('acme', SMS, TOTP);
    const [factor] = await setting().stores.enrolments.listByAccount(bob.id);
    const outcome = await change(bob, ' ');
    expect(outcome).to.deep.equal({ ok: true, value: [factor?.id] });
    expect([await phoneOf(bob), await left(bob)]).to.deep.equal([null, ['totp']]);
  });

  for (const typed of [
    '0687654321',
    '+31',
    '+999123456789',
    `${OTHER}ext5`,
    `${OTHER},${PHONE}`,
    'x'.repeat(100_000),
  ]) {
    it(`is refused for "${typed.slice(0, 20)}"`, async () => {
      const bob = await person('acme', SMS);
      expect(refusalOf(await change(bob, typed))).to.deep.equal({ code: 'phone_invalid' });
      expect(await phoneOf(bob)).to.equal(PHONE);
      expect(await left(bob)).to.deep.equal(['sms']);
      expect(await setting().events()).to.deep.equal([]);
    });
  }

  it('is no change for the same number', async () => {
    const bob = await person('acme', SMS);
    expect(codeOf(await change(bob, PHONE))).to.equal('ok');
    expect(await left(bob)).to.deep.equal(['sms']);
    expect(setting().told).to.deep.equal([]);
    expect(await setting().events()).to.deep.equal([]);
  });

  it('is refused while the account is frozen [A48]', async () => {
    const bob = await person('acme', SMS);
    await setting().stores.accounts.setFrozen(bob.id, NOW);
    expect(refusalOf(await change(bob, OTHER))).to.deep.equal(FROZEN);
    expect([await phoneOf(bob), await left(bob)]).to.deep.equal([PHONE, ['sms']]);
  });

  it('removes the factor until the new number is verified [3.5]', async () => {
    const bob = await person('acme', SMS, TOTP);
    await addRecoveryCodes(bob);
    const underWay = await askedBy(bob, 'sms');
    const code = await setting().sentCode(PHONE);
    expect(codeOf(await change(bob, OTHER))).to.equal('ok');
    expect(await left(bob)).to.deep.equal(['totp', 'recovery']);
    expect(codeOf(await verify(underWay, 'sms', code))).to.equal('method_not_allowed');

    const account = async () => (await setting().stores.accounts.findById(bob.id)) ?? bob;
    const now = await account();
    const { begin, send, confirm } = codeSetUp(setting, () => now);
    const transaction = await send(await begin('sms'), 'sms', OTHER);
    acceptedBy(await confirm(transaction, 'sms', await setting().sentCode(OTHER)));
    setting().clock.nextStep(MINUTE);
    await askedBy(now, 'sms');
    expect([await sent(PHONE), await sent(OTHER)]).to.deep.equal([1, 2]);
  });

  it('notifies the confirmed contacts and the previous number once [3.5]', async () => {
    const bob = await person('acme', SMS, TOTP);
    await change(bob, OTHER);
    const { id: accountId } = bob;
    expect(setting().told).to.deep.equal([{ accountId, topic: 'phone-changed', also: [PHONE] }]);
    expect(await setting().events()).to.deep.equal(['enrolment.removed', 'contact.changed']);
  });

  it('does not notify an unconfirmed number, which may be a stranger’s', async () => {
    const bob = await person('acme', TOTP);
    await change(bob, OTHER);
    expect(setting().told).to.deep.equal([{ accountId: bob.id, topic: 'phone-changed' }]);
    expect(await left(bob)).to.deep.equal(['totp']);
  });

  it('removes even the last factor and its recovery codes where the organisation requires one [3.5]', async () => {
    const bob = await person('strict', SMS);
    await addRecoveryCodes(bob);
    await setting().stores.lockouts.addFailure(secondFactorSubject(bob.id), 'sms', NOW);
    expect(codeOf(await change(bob, OTHER))).to.equal('ok');
    expect(await left(bob)).to.deep.equal([]);
    expect((await setting().stores.lockouts.read(secondFactorSubject(bob.id))).failures).to.deep.equal({});
    expect((await setting().evaluated(bob)).decision.kind).to.equal('set-up');
    // The next sign-in leads to a set-up, whose first step is a code by mail.
    const { begin, send, tryToSend } = codeSetUp(setting, () => bob);
    const transaction = await begin('totp');
    expect(setting().enrolment.reveal(transaction, await setting().evaluated(bob))).to.equal(null);
    expect(codeOf(await tryToSend(transaction, 'sms', OTHER))).to.equal('session_expired');
    await send(transaction, 'proof');
    expect(await sent(bob.email)).to.equal(1);
  });

  it('ends the trust in browsers only if it removes a factor', async () => {
    const expiresAt = setting().clock.now() + MINUTE;
    const trusted = aTrustedBrowser({ expiresAt });
    const bob = await person('acme', SMS, TOTP);
    await setting().stores.trustedBrowsers.insert({ ...trusted, id: 'laptop', accountId: bob.id });
    await change(bob, OTHER);
    expect(await setting().browsers.list(bob)).to.deep.equal([]);
    await setting().stores.trustedBrowsers.insert({ ...trusted, id: 'tablet', accountId: bob.id });
    const account = (await setting().stores.accounts.findById(bob.id)) ?? bob;
    await change(account, PHONE);
    expect(await setting().browsers.list(bob)).to.have.length(1);
  });

  it('can be repeated after the store failed half-way [R10]', async () => {
    const bob = await person('strict', SMS);
    const policyResult = await setting().evaluated(bob);
    const { selfServiceWith, stores } = setting();
    const failing = selfServiceWith({
      accounts: { ...stores.accounts, setPhone: () => Promise.reject(new Error('away')) },
    });
    const failed = await failing.changePhone(policyResult, OTHER, FROM).then(codeOf, String);
    expect(failed).to.equal('Error: away');
    expect(codeOf(await change(bob, OTHER))).to.equal('ok');
    expect([await phoneOf(bob), await left(bob)]).to.deep.equal([OTHER, []]);
  });

  it('happens once when 50 requests ask for it at once', async () => {
    const bob = await person('strict', SMS);
    const policyResult = await setting().evaluated(bob);
    await together(50, () => setting().selfService.changePhone(policyResult, OTHER, FROM));
    expect([await phoneOf(bob), await left(bob)]).to.deep.equal([OTHER, []]);
    const removed = (await setting().events()).filter((event) => event === 'enrolment.removed');
    expect(removed).to.have.length(1);
  });
});

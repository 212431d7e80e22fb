/** A restore leaves an account its password and its factors, and no code or set from before. */
import { expect } from 'chai';
import type { Account } from '../../../src/domain/account.ts';
import { isFactor } from '../../../src/domain/enrolment/enrolment.ts';
import { createMethods } from '../../../src/domain/methods/index.ts';
import { createRestoration } from '../../../src/use-cases/administration/restoration.ts';
import { createEventLog } from '../../../src/use-cases/events/event-log.ts';
import { acceptedBy, codeOf, freshSetting, PERIOD, random, typing, withTotp } from '../setting.ts';

const FROM = { ip: '192.0.2.7', clientId: null };

describe('a restored store', () => {
  const setting = freshSetting();
  let account: Account;

  beforeEach(async () => {
    account = await setting().person(withTotp);
  });

  async function restore(driftSteps: number): Promise<void> {
    const { stores, clock } = setting();
    const { accounts, restoration, audit } = stores;
    const totp = { issuer: 'Acme', digits: 6, periodSeconds: PERIOD / 1000, driftSteps };
    const methods = createMethods({ totp });
    const events = createEventLog({ audit, subscribers: [], clock, random, log: () => {} });
    await createRestoration({ methods, accounts, restoration, events, clock })();
  }

  const later = (steps: number) => setting().clock.set(setting().clock.now() + steps * PERIOD);
  const tryCode = async (code: string) =>
    setting().secondFactor.verifyCode(await setting().atCode(account), 'totp', typing(code));

  for (const drift of [0, 1, 3]) {
    it(`accepts no code of an app that a drift of ${drift} allowed until then, and the following ones [R42]`, async () => {
      await restore(drift);
      for (let step = -drift; step <= drift; step += 1) {
        expect(codeOf(await tryCode(setting().code(step))), `step ${step}`).not.to.equal('ok');
      }
      const following = setting().code(drift + 1);
      later(drift + 1);
      expect(codeOf(await tryCode(following))).to.equal('ok');
    });
  }

  it('has no valid recovery code, and makes new ones after a proven factor alone [R42]', async () => {
    const { stores, recovery, evaluated, begun } = setting();
    const renewed = acceptedBy(await recovery.renew(await begun(account), await evaluated(account), FROM));
    const [code = ''] = recovery.shown(renewed.transaction);
    await restore(1);
    expect(await recovery.left(await evaluated(account))).to.equal(0);
    const old = await setting().secondFactor.verifyCode(
      await setting().atCode(account),
      'recovery',
      typing(code),
    );
    expect(codeOf(old)).to.equal('method_not_allowed');

    const passwordAlone = await begun(account);
    expect(await recovery.replaceVoid(passwordAlone, await evaluated(account), FROM)).to.equal(null);

    later(2);
    const proven = acceptedBy(await tryCode(setting().code()));
    const shown = await recovery.replaceVoid(proven, await evaluated(account), FROM);
    if (!shown) throw new Error('no codes were made');
    expect(recovery.shown(shown)).to.have.length(10);
    expect(await recovery.left(await evaluated(account))).to.equal(10);
    const sets = (await stores.enrolments.listByAccount(account.id)).filter((each) => !isFactor(each));
    expect(sets).to.have.length(1);
    expect(await recovery.replaceVoid(shown, await evaluated(account), FROM)).to.equal(null);
  });

  it('makes no new recovery codes for an account that is frozen, or that had none [R42]', async () => {
    const { stores, recovery, evaluated, begun, clock } = setting();
    await restore(1);
    later(2);
    const none = acceptedBy(await tryCode(setting().code()));
    expect(await recovery.replaceVoid(none, await evaluated(account), FROM)).to.equal(null);

    acceptedBy(await recovery.renew(await begun(account), await evaluated(account), FROM));
    await restore(1);
    await stores.accounts.setFrozen(account.id, clock.now());
    later(2);
    const proven = acceptedBy(await tryCode(setting().code()));
    expect(await recovery.replaceVoid(proven, await evaluated(account), FROM)).to.equal(null);
  });

  it('has an audit line, and an end for everything that any account has [R42]', async () => {
    const other = await setting().person({ email: 'eve@acme.test' });
    await restore(1);
    expect((await setting().events()).at(-1)).to.equal('store.restored');
    for (const { id } of [account, other])
      expect((await setting().stores.accounts.findById(id))?.endsBefore).to.equal(setting().clock.now());
  });
});

/** Trusted browsers: what one has to keep, who gets one, and what it is good for. */
import { expect } from 'chai';
import type { Account } from '../../../src/domain/account.ts';
import type { RequestedAssurance } from '../../../src/domain/policy/policy.ts';
import type { SignInTransaction } from '../../../src/domain/sign-in/transaction.ts';
import { MINUTE } from '../../contracts/examples.ts';
import { ADDRESS, freshSetting, NETWORK } from '../setting.ts';
import { TRUST_DAYS } from '../wiring.ts';
import { DAY, FIREFOX, TRUSTING, trustingIn } from './trusted-browser-story.ts';

const MFA = 'https://refeds.org/profile/mfa';

describe('trusted browsers', () => {
  const setting = freshSetting({ tenants: TRUSTING });

  const { person, atEnd, ended, trusted, askedOf, usedOnce, count } = trustingIn(setting);

  it('skip the second factor for exactly 30 days', async () => {
    const bob = await person();
    expect(await askedOf(bob, [])).to.equal('prove');
    const begun = setting().clock.now();
    const given = await ended(bob, await atEnd(bob));
    expect(given?.expiresAt).to.equal(begun + TRUST_DAYS * DAY);
    const kept = given ? [given] : [];
    expect(await askedOf(bob, kept)).to.equal('satisfied');
    setting().clock.set(begun + TRUST_DAYS * DAY - 1);
    expect(await askedOf(bob, kept)).to.equal('satisfied');
    setting().clock.nextStep(1);
    expect(await askedOf(bob, kept)).to.equal('prove');
    expect(await count(bob)).to.equal(0);
  });

  it('are stored with their name and place, and without the token', async () => {
    const bob = await person();
    const kept = await trusted(bob);
    const [listed] = await setting().browsers.list(bob);
    expect(listed).to.include({ browser: FIREFOX, lastUsedAt: null, lastUsedFor: null });
    const [line] = await setting().stores.audit.list({ limit: 1 });
    expect(line).to.include({
      event: 'browser.trusted',
      accountId: bob.id,
      tenantId: 'acme',
      clientId: 'rp',
    });
    expect(line?.ip).to.equal(NETWORK);
    const parts = async () => (await usedOnce(bob, kept)).flatMap(({ value }) => value.split('.'));
    for (const part of [...kept.map(({ value }) => value), ...(await parts())]) {
      if (part.length > 1) expect(setting().onDisk().includes(part)).to.equal(false);
    }
    const used = (await setting().browsers.list(bob)).find(({ id }) => id === listed?.id);
    expect(used).to.include({ lastUsedAt: setting().clock.now(), lastUsedFor: 'The shop' });
    expect((await setting().events()).at(-1)).to.equal('browser.used');
  });

  it('keep only the meaningful part of a browser’s name', async () => {
    const bob = await person();
    const transaction = await atEnd(bob);
    const policyResult = await setting().evaluated(bob, { authentications: transaction.authentications });
    const browser = { name: 'x'.repeat(5000), kept: [], ip: ADDRESS, clientId: null };
    await setting().browsers.trust(transaction, policyResult, browser);
    expect((await setting().browsers.list(bob))[0]?.browser).to.have.length(200);
  });

  describe('are not trusted', () => {
    const nothing = async (account: Account, transaction: SignInTransaction) => {
      expect(await ended(account, transaction)).to.equal(null);
      expect(await count(account)).to.equal(0);
      expect(await setting().events()).to.deep.equal([]);
    };

    it('without the person’s choice', async () => {
      const bob = await person();
      await nothing(bob, await atEnd(bob, { trustBrowser: false }));
    });

    it('where the tenant does not allow it, whatever was posted [A86]', async () => {
      const bob = await person({ tenantId: 'wary', email: 'bob@wary.test' });
      await nothing(bob, await atEnd(bob));
    });

    it('after the password alone', async () => {
      const bob = await person();
      const { authentications } = await setting().begun(bob);
      await nothing(bob, await atEnd(bob, { authentications }));
    });

    it('after a factor that was removed meanwhile', async () => {
      const bob = await person({ tenantId: 'open', email: 'bob@open.test' });
      const transaction = await atEnd(bob);
      for (const { id } of await setting().stores.enrolments.listByAccount(bob.id)) {
        await setting().stores.enrolments.remove(bob.id, id);
      }
      await nothing(bob, transaction);
    });

    it('for an account that its owner reported', async () => {
      const bob = await person();
      await setting().stores.accounts.setFrozen(bob.id, setting().clock.now());
      await nothing(bob, await atEnd(bob));
    });
  });

  describe('satisfy the tenant’s own rule only', () => {
    const REQUESTS: Readonly<Record<string, Partial<RequestedAssurance>>> = {
      'a client that always wants a second factor': { always: true },
      'a level that was asked for': { acrs: [MFA] },
      'a change of factors': { freshMs: 5 * MINUTE },
    };
    for (const [title, requested] of Object.entries(REQUESTS)) {
      it(`not ${title}`, async () => {
        for (const tenantId of ['acme', 'open']) {
          const bob = await person({ tenantId, email: `bob@${tenantId}.test` });
          const kept = await trusted(bob);
          expect(await askedOf(bob, kept)).to.equal('satisfied');
          expect(await askedOf(bob, kept, requested)).to.equal('prove');
        }
      });
    }

    it('not an enrolment where no factor is enrolled', async () => {
      const bob = await person();
      const kept = await trusted(bob);
      for (const { id } of await setting().stores.enrolments.listByAccount(bob.id)) {
        await setting().stores.enrolments.remove(bob.id, id);
      }
      expect(await askedOf(bob, kept)).to.equal('set-up');
    });

    it('not the password', async () => {
      const bob = await person();
      const trustToken = setting().browsers.tokenIn(await trusted(bob), bob.id);
      expect((await setting().evaluated(bob, { trustToken, authentications: [] })).decision.kind).to.equal(
        'password',
      );
    });
  });
});

/** Trusted browsers: whose they are, and what ends them. */
import { expect } from 'chai';
import { together } from '../../contracts/make-store.ts';
import { appSetUp } from '../enrolment/app-enrolment.ts';
import { ADDRESS, cipher, codeOf, freshSetting, withTotp } from '../setting.ts';
import { TRUST_DAYS } from '../wiring.ts';
import { DAY, TRUSTING, trustingIn } from './trusted-browser-story.ts';

describe('trusted browsers', () => {
  const setting = freshSetting({ tenants: TRUSTING });
  const { person, atEnd, ended, trusted, askedOf, usedOnce, count } = trustingIn(setting);

  it('end in tenants that forbid them, and in no others [B.2]', async () => {
    const bob = await person();
    const ann = await person({ email: 'ann@open.test', tenantId: 'open' });
    const [his, hers] = [await trusted(bob), await trusted(ann)];
    const forbidding = TRUSTING.map((tenant) =>
      tenant.id === 'acme'
        ? { ...tenant, secondFactor: { ...tenant.secondFactor, trustedDevices: false } }
        : tenant,
    );
    await setting().browsers.endWhereForbidden(TRUSTING);
    expect(await askedOf(bob, his)).to.equal('satisfied');
    await setting().browsers.endWhereForbidden(forbidding);
    // Asked of who allows it still.
    expect(await askedOf(bob, his)).to.equal('prove');
    expect(await askedOf(ann, hers)).to.equal('satisfied');
    await setting().browsers.endWhereForbidden(forbidding);
    const revoked = (await setting().events()).filter((event) => event.startsWith('browser.revoked'));
    expect(revoked, 'told once').to.have.length(1);
  });

  describe('and their accounts', () => {
    it('have no effect with the cookie of another account [A86]', async () => {
      const bob = await person();
      const eve = await person({ email: 'eve@acme.test' });
      const kept = await trusted(bob);
      expect(setting().browsers.tokenIn(kept, eve.id)).to.equal(null);
      expect(await askedOf(eve, kept)).to.equal('prove');
      // Under a mark of her own, and with the name that bob's trust has.
      const [own] = await trusted(eve);
      await setting().stores.trustedBrowsers.removeAll(eve.id);
      expect(await askedOf(eve, [{ mark: own?.mark ?? '', value: kept[0]?.value ?? '' }])).to.equal('prove');
      const trustToken = setting().browsers.tokenIn(kept, bob.id);
      expect((await setting().evaluated(eve, { trustToken })).decision.kind).to.equal('prove');
      const trustedBrowserId = trustToken?.id ?? null;
      expect((await setting().evaluated(eve, { trustedBrowserId })).decision.kind).to.equal('prove');
    });

    it('are independent for several accounts in one browser', async () => {
      const bob = await person();
      const eve = await person({ email: 'eve@acme.test' });
      const kept = await trusted(eve, await trusted(bob));
      expect(await askedOf(bob, kept)).to.equal('satisfied');
      expect(await askedOf(eve, kept)).to.equal('satisfied');
      const [hers] = await setting().browsers.list(eve);
      await setting().browsers.revoke(await setting().evaluated(eve), hers?.id ?? '', ADDRESS);
      expect(await askedOf(bob, kept)).to.equal('satisfied');
      expect(await askedOf(eve, kept)).to.equal('prove');
    });

    it('have no effect with a forged cookie [R33]', async () => {
      const bob = await person();
      const [first] = await trusted(bob);
      const { mark = '', value: series = '' } = first ?? {};
      const [id = ''] = (await setting().browsers.list(bob)).map((each) => each.id);
      const [{ value: used = '' } = {}] = await usedOnce(bob, [{ mark, value: series }]);
      const proof = used.slice(-22);
      const others = [
        '',
        '.',
        '....',
        id,
        series.slice(0, -1),
        `${series}A`,
        series.toLowerCase(),
        `${series.slice(0, -1)}${series.endsWith('A') ? 'B' : 'A'}`,
        cipher.digest('x', 'trusted-browser'),
        `${series}.2.${proof}`,
        `${series}.01.${proof}`,
        `${series}.1e0.${proof}`,
        `${series}.999999999.${proof}`,
        `${series}.-1.${proof}`,
        `${series}.1.${proof.toLowerCase()}`,
        `${series}.1.`,
        `${used}.2.${proof}`,
        '__proto__',
        'é'.repeat(43),
        '\u0000'.repeat(43),
      ];
      for (const value of others) expect(await askedOf(bob, [{ mark, value }]), value).to.equal('prove');
      expect(await askedOf(bob, [{ mark: '', value: used }])).to.equal('prove');
      expect(await askedOf(bob, [{ mark, value: used }])).to.equal('satisfied');
    });
  });

  describe('end', () => {
    it('when they are revoked, also for a copy of the cookie', async () => {
      const bob = await person();
      const stolen = await trusted(bob);
      const [listed] = await setting().browsers.list(bob);
      await setting().browsers.revoke(await setting().evaluated(bob), listed?.id ?? '', ADDRESS);
      expect((await setting().events()).at(-1)).to.equal('browser.revoked');
      expect(await askedOf(bob, stolen)).to.equal('prove');
      // Once more in the same browser, which still keeps what it had.
      const kept = await trusted(bob, stolen);
      expect(await askedOf(bob, kept)).to.equal('satisfied');
      expect(await askedOf(bob, stolen)).to.equal('prove');
      expect(kept).to.have.length(1);
    });

    it('by themselves, also for a copy of the cookie', async () => {
      const bob = await person();
      const stolen = await trusted(bob);
      setting().clock.nextStep(TRUST_DAYS * DAY);
      await trusted(bob, stolen);
      expect(await askedOf(bob, stolen)).to.equal('prove');
    });

    it('only for their own account, and revoking reveals nothing of missing ones', async () => {
      const bob = await person();
      const eve = await person({ email: 'eve@acme.test' });
      const kept = await trusted(bob);
      const [listed] = await setting().browsers.list(bob);
      await setting().browsers.revoke(await setting().evaluated(eve), listed?.id ?? '', ADDRESS);
      expect(await askedOf(bob, kept)).to.equal('satisfied');
      const bobs = await setting().evaluated(bob);
      await together(50, () => setting().browsers.revoke(bobs, listed?.id ?? '', ADDRESS));
      await setting().browsers.revoke(bobs, 'made-up', ADDRESS);
      const revoked = (await setting().events()).filter((event) => event === 'browser.revoked');
      expect(revoked).to.have.length(1);
    });

    it('with a factor that its owner or an administrator removes [A58]', async () => {
      const phones = {
        factors: [
          ...(withTotp.factors ?? []),
          { method: 'totp', secret: 'NXUDEDWYJLU4KT2NCK3K42UBFT6AJJ2V' },
        ],
      } as const;
      const bob = await person(phones);
      const kept = await trusted(bob);
      const policyResult = await setting().evaluated(bob);
      const second = policyResult.enrolments[1]?.id ?? '';
      expect(codeOf(await setting().selfService.remove(policyResult, second, ADDRESS))).to.equal('ok');
      expect(await askedOf(bob, kept)).to.equal('prove');

      const eve = await person({ ...phones, email: 'eve@acme.test' });
      const hers = await trusted(eve);
      const [phone] = await setting().stores.enrolments.listByAccount(eve.id);
      await setting().factors.remove(eve.id, { id: phone?.id ?? '' });
      expect(setting().told.at(-1)).to.deep.equal({
        accountId: eve.id,
        topic: 'removed-by-administrator',
        method: 'totp',
      });
      expect(await askedOf(eve, hers)).to.equal('prove');
    });
  });

  it('end with a factor that is added [A58]', async () => {
    const bob = await person();
    const kept = await trusted(bob);
    const { begin, confirm, codeFor } = appSetUp(setting, () => bob);
    const transaction = await begin();
    expect(await askedOf(bob, kept)).to.equal('satisfied');
    expect(codeOf(await confirm(transaction, { typed: await codeFor(transaction) }))).to.equal('ok');
    expect(await askedOf(bob, kept)).to.equal('prove');
  });

  describe('when they are trusted again', () => {
    it('last longer, keep their id, and record their last use', async () => {
      const bob = await person();
      const kept = await trusted(bob);
      const [before] = await setting().browsers.list(bob);
      const rotated = await usedOnce(bob, kept);
      setting().clock.nextStep(10 * DAY);
      expect(await askedOf(bob, await trusted(bob, rotated))).to.equal('satisfied');
      const [after, ...others] = await setting().browsers.list(bob);
      expect(others).to.deep.equal([]);
      expect(after).to.include({ id: before?.id, lastUsedFor: 'The shop' });
      expect(after?.expiresAt).to.equal(setting().clock.now() + TRUST_DAYS * DAY);
    });

    it('are one when the form is sent 50 times at once', async () => {
      const bob = await person();
      const transaction = await atEnd(bob);
      const given = await together(50, () => ended(bob, transaction));
      const [first = null] = given;
      expect(new Set(given.map((each) => each?.value))).to.deep.equal(new Set([first?.value]));
      expect(await count(bob)).to.equal(1);
      expect(await askedOf(bob, first ? [first] : [])).to.equal('satisfied');
    });

    it('are one for each browser', async () => {
      const bob = await person();
      const kept = await together(50, async () => ended(bob, await atEnd(bob)));
      expect(new Set(kept.map((each) => each?.value)).size).to.equal(50);
      expect(await count(bob)).to.equal(50);
    });
  });
});

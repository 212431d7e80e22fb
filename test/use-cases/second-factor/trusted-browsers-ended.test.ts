/** Trusted browsers: whose they are, and what ends them. */
import { expect } from 'chai';
import type { Account } from '../../../src/domain/account.ts';
import { together } from '../../contracts/make-store.ts';
import { appSetUp } from '../enrolment/app-enrolment.ts';
import { ADDRESS, cipher, codeOf, freshSetting, withTotp } from '../setting.ts';
import { TRUST_DAYS } from '../wiring.ts';
import { DAY, TRUSTING, trustingIn } from './trusted-browser-story.ts';

describe('trusted browsers', () => {
  const setting = freshSetting({ tenants: TRUSTING });
  const { person, atEnd, ended, trusted, askedOf, count } = trustingIn(setting);

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
      expect(setting().browsers.idIn(kept, eve.id)).to.equal(null);
      expect(await askedOf(eve, kept)).to.equal('prove');
      // Under a mark of her own, and with the name that bob's trust has.
      const [own] = (await trusted(eve)).split('.');
      await setting().stores.trustedBrowsers.removeAll(eve.id);
      expect(await askedOf(eve, `${own?.slice(0, 11)}${kept.slice(11)}`)).to.equal('prove');
      const trustedBrowserId = setting().browsers.idIn(kept, bob.id);
      expect((await setting().evaluated(eve, { trustedBrowserId })).decision.kind).to.equal('prove');
    });

    it('are independent for several accounts in one browser', async () => {
      const bob = await person();
      const eve = await person({ email: 'eve@acme.test' });
      const kept = await trusted(eve, await trusted(bob));
      expect(await askedOf(bob, kept)).to.equal('satisfied');
      expect(await askedOf(eve, kept)).to.equal('satisfied');
      const [hers] = await setting().browsers.list(eve.id);
      await setting().browsers.revoke(await setting().evaluated(eve), hers?.id ?? '', ADDRESS);
      expect(await askedOf(bob, kept)).to.equal('satisfied');
      expect(await askedOf(eve, kept)).to.equal('prove');
    });

    it('are limited to the five newest accounts in one browser', async () => {
      let kept: string | null = null;
      const people: Account[] = [];
      for (let each = 0; each < 7; each += 1) {
        const account = await person({ email: `number${each}@acme.test` });
        people.push(account);
        kept = await trusted(account, kept);
      }
      expect(kept).to.match(/^[\w.-]{274}$/);
      const asked = [];
      for (const account of people) asked.push(await askedOf(account, kept));
      expect(asked).to.deep.equal([...Array(2).fill('prove'), ...Array(5).fill('satisfied')]);
    });

    it('have no effect with a forged cookie [R33]', async () => {
      const bob = await person();
      const kept = await trusted(bob);
      const [id = ''] = (await setting().browsers.list(bob.id)).map((each) => each.id);
      const others = [
        '',
        '.',
        '....',
        id,
        kept.slice(0, -1),
        `${kept}A`,
        kept.slice(11),
        kept.toLowerCase(),
        `${kept.slice(0, -1)}${kept.endsWith('A') ? 'B' : 'A'}`,
        kept.slice(0, 11) + cipher.digest('x', 'trusted-browser'),
        '__proto__',
        'é'.repeat(54),
        '\u0000'.repeat(54),
      ];
      for (const other of others) expect(await askedOf(bob, other), other).to.equal('prove');
      expect(await askedOf(bob, `..${kept}.garbage`)).to.equal('satisfied');
    });
  });

  describe('end', () => {
    it('when they are revoked, also for a copy of the cookie', async () => {
      const bob = await person();
      const stolen = await trusted(bob);
      const [listed] = await setting().browsers.list(bob.id);
      await setting().browsers.revoke(await setting().evaluated(bob), listed?.id ?? '', ADDRESS);
      expect((await setting().events()).at(-1)).to.equal('browser.revoked');
      expect(await askedOf(bob, stolen)).to.equal('prove');
      // Once more in the same browser, which still keeps what it had.
      const kept = await trusted(bob, stolen);
      expect(await askedOf(bob, kept)).to.equal('satisfied');
      expect(await askedOf(bob, stolen)).to.equal('prove');
      expect(kept.split('.')).to.have.length(1);
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
      const [listed] = await setting().browsers.list(bob.id);
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
        topic: 'factor-removed',
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
      const [before] = await setting().browsers.list(bob.id);
      const place = { ip: ADDRESS, clientId: 'rp' };
      await setting().browsers.noteUse(await setting().evaluated(bob), before?.id ?? '', 'The shop', place);
      setting().clock.nextStep(10 * DAY);
      expect(await trusted(bob, kept)).to.equal(kept);
      const [after, ...others] = await setting().browsers.list(bob.id);
      expect(others).to.deep.equal([]);
      expect(after).to.include({ id: before?.id, lastUsedFor: 'The shop' });
      expect(after?.expiresAt).to.equal(setting().clock.now() + TRUST_DAYS * DAY);
    });

    it('are one when the form is sent 50 times at once', async () => {
      const bob = await person();
      const transaction = await atEnd(bob);
      const given = await together(50, () => ended(bob, transaction));
      const [kept = null, ...others] = new Set(given.map((each) => each?.kept));
      expect(others).to.deep.equal([]);
      expect(await count(bob)).to.equal(1);
      expect(await askedOf(bob, kept)).to.equal('satisfied');
    });

    it('are one for each browser', async () => {
      const bob = await person();
      const kept = await together(50, async () => ended(bob, await atEnd(bob)));
      expect(new Set(kept.map((each) => each?.kept)).size).to.equal(50);
      expect(await count(bob)).to.equal(50);
    });
  });
});

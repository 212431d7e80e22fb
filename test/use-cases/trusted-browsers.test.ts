/** Trusted browsers: what one has to keep, for whom it counts, for how long, and what ends it. */
import { expect } from 'chai';
import type { Account } from '../../src/domain/account.ts';
import { type Demand, NO_DEMAND } from '../../src/domain/policy.ts';
import type { Progress } from '../../src/domain/progress.ts';
import { MINUTE } from '../contracts/examples.ts';
import { together } from '../contracts/make-store.ts';
import { appSetUp } from './app-set-up.ts';
import { ADDRESS, aTenant, box, codeOf, freshSetting, NETWORK, withTotp } from './setting.ts';
import { TRUST_DAYS } from './wiring.ts';

const DAY = 24 * 60 * MINUTE;
const MFA = 'https://refeds.org/profile/mfa';
const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0';

describe('trusted browsers', () => {
  const setting = freshSetting({
    tenants: [
      aTenant('acme', { enforcement: 'required', trustedDevices: true }),
      aTenant('open', { trustedDevices: true }),
      aTenant('wary', { enforcement: 'required' }),
    ],
  });

  /** Somebody with a phone. */
  function person(changes: Parameters<ReturnType<typeof setting>['person']>[0] = {}): Promise<Account> {
    return setting().person({ ...withTotp, ...changes });
  }

  /** A sign-in at its end: password and phone were given, and the box was ticked. */
  async function atEnd(account: Account, changes: Partial<Progress> = {}): Promise<Progress> {
    const [phone] = await setting().stores.enrolments.listByAccount(account.id);
    const proof = { method: 'totp', enrolmentId: phone?.id ?? null, at: setting().clock.now() } as const;
    const at = await setting().begun(account, { trustBrowser: true });
    return { ...at, proofs: [...at.proofs, proof], ...changes };
  }

  async function ended(account: Account, at: Progress, kept: string | null = null) {
    const judgement = await setting().judged(account, { proofs: at.proofs });
    const place = { address: ADDRESS, clientId: 'rp' };
    return setting().browsers.trust(at, judgement, { ...place, name: FIREFOX, kept });
  }

  /** Gives what the browser keeps from then on. */
  async function trusted(account: Account, kept: string | null = null): Promise<string> {
    const given = await ended(account, await atEnd(account), kept);
    if (!given) throw new Error('nothing was trusted');
    return given.kept;
  }

  /** What is asked of somebody who has given the password in a browser that keeps this. */
  async function askedOf(account: Account, kept: string | null, demand: Partial<Demand> = {}) {
    const trustedBrowserId = setting().browsers.idIn(kept, account.id);
    const { decision } = await setting().judged(account, {
      trustedBrowserId,
      demand: { ...NO_DEMAND, ...demand },
    });
    return decision.kind;
  }

  const count = async ({ id }: Account) => (await setting().browsers.list(id)).length;

  it('spare the second factor for 30 days, to the millisecond', async () => {
    const bob = await person();
    expect(await askedOf(bob, null)).to.equal('prove');
    const begun = setting().clock.now();
    const given = await ended(bob, await atEnd(bob));
    expect(given?.expiresAt).to.equal(begun + TRUST_DAYS * DAY);
    const kept = given?.kept ?? '';
    expect(await askedOf(bob, kept)).to.equal('satisfied');
    setting().clock.set(begun + TRUST_DAYS * DAY - 1);
    expect(await askedOf(bob, kept)).to.equal('satisfied');
    setting().clock.advance(1);
    expect(await askedOf(bob, kept)).to.equal('prove');
    expect(await count(bob)).to.equal(0);
  });

  it('are noted with their name and where they were trusted, and without what opens them', async () => {
    const bob = await person();
    const kept = await trusted(bob);
    const [listed] = await setting().browsers.list(bob.id);
    expect(listed).to.include({ browser: FIREFOX, lastUsedAt: null, lastUsedFor: null });
    for (const part of [kept, ...kept.split('.'), kept.slice(11)]) {
      expect(setting().onDisk().includes(part)).to.equal(false);
    }
    const [line] = await setting().stores.audit.list({ limit: 1 });
    expect(line).to.include({
      event: 'browser.trusted',
      accountId: bob.id,
      tenantId: 'acme',
      clientId: 'rp',
    });
    expect(line?.address).to.equal(NETWORK);
    await setting().browsers.noteUse(await setting().judged(bob), listed?.id ?? '', 'The shop', {
      address: ADDRESS,
      clientId: 'rp',
    });
    const used = (await setting().browsers.list(bob.id)).find(({ id }) => id === listed?.id);
    expect(used).to.include({ lastUsedAt: setting().clock.now(), lastUsedFor: 'The shop' });
    expect((await setting().events()).at(-1)).to.equal('browser.used');
  });

  it('keep no more of a browser’s name than says something', async () => {
    const bob = await person();
    const at = await atEnd(bob);
    const judgement = await setting().judged(bob, { proofs: at.proofs });
    const browser = { name: 'x'.repeat(5000), kept: null, address: ADDRESS, clientId: null };
    await setting().browsers.trust(at, judgement, browser);
    expect((await setting().browsers.list(bob.id))[0]?.browser).to.have.length(200);
  });

  describe('are not made', () => {
    const nothing = async (account: Account, at: Progress) => {
      expect(await ended(account, at)).to.equal(null);
      expect(await count(account)).to.equal(0);
      expect(await setting().events()).to.deep.equal([]);
    };

    it('of who did not ask for it', async () => {
      const bob = await person();
      await nothing(bob, await atEnd(bob, { trustBrowser: false }));
    });

    it('A86 where the tenant does not allow it, whatever was posted', async () => {
      const bob = await person({ tenantId: 'wary', email: 'bob@wary.test' });
      await nothing(bob, await atEnd(bob));
    });

    it('of who has given the password alone', async () => {
      const bob = await person();
      const { proofs } = await setting().begun(bob);
      await nothing(bob, await atEnd(bob, { proofs }));
    });

    it('of who has given a factor that was removed a moment ago', async () => {
      const bob = await person({ tenantId: 'open', email: 'bob@open.test' });
      const at = await atEnd(bob);
      for (const { id } of await setting().stores.enrolments.listByAccount(bob.id)) {
        await setting().stores.enrolments.remove(bob.id, id);
      }
      await nothing(bob, at);
    });

    it('of an account whose owner has said that it was not them', async () => {
      const bob = await person();
      await setting().stores.accounts.setFrozen(bob.id, setting().clock.now());
      await nothing(bob, await atEnd(bob));
    });
  });

  describe('meet the tenant’s own rule and nothing else', () => {
    const DEMANDS: Readonly<Record<string, Partial<Demand>>> = {
      'a client that always wants a second factor': { always: true },
      'a level that was asked for': { acrs: [MFA] },
      'a change of factors': { freshMs: 5 * MINUTE },
    };
    for (const [title, demand] of Object.entries(DEMANDS)) {
      it(`not ${title}`, async () => {
        for (const tenantId of ['acme', 'open']) {
          const bob = await person({ tenantId, email: `bob@${tenantId}.test` });
          const kept = await trusted(bob);
          expect(await askedOf(bob, kept)).to.equal('satisfied');
          expect(await askedOf(bob, kept, demand)).to.equal('prove');
        }
      });
    }

    it('not a set-up where nothing is set up', async () => {
      const bob = await person();
      const kept = await trusted(bob);
      for (const { id } of await setting().stores.enrolments.listByAccount(bob.id)) {
        await setting().stores.enrolments.remove(bob.id, id);
      }
      expect(await askedOf(bob, kept)).to.equal('set-up');
    });

    it('not the password', async () => {
      const bob = await person();
      const trustedBrowserId = setting().browsers.idIn(await trusted(bob), bob.id);
      expect((await setting().judged(bob, { trustedBrowserId, proofs: [] })).decision.kind).to.equal(
        'password',
      );
    });
  });

  describe('are of one account', () => {
    it('A86 another account’s cookie is as good as none', async () => {
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
      expect((await setting().judged(eve, { trustedBrowserId })).decision.kind).to.equal('prove');
    });

    it('one browser is trusted by several, each by itself', async () => {
      const bob = await person();
      const eve = await person({ email: 'eve@acme.test' });
      const kept = await trusted(eve, await trusted(bob));
      expect(await askedOf(bob, kept)).to.equal('satisfied');
      expect(await askedOf(eve, kept)).to.equal('satisfied');
      const [hers] = await setting().browsers.list(eve.id);
      await setting().browsers.revoke(await setting().judged(eve), hers?.id ?? '', ADDRESS);
      expect(await askedOf(bob, kept)).to.equal('satisfied');
      expect(await askedOf(eve, kept)).to.equal('prove');
    });

    it('what a browser keeps does not grow: of many accounts the five newest', async () => {
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

    it('R33 what nobody has given is as good as none', async () => {
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
        kept.slice(0, 11) + box.digest('x', 'trusted-browser'),
        '__proto__',
        'é'.repeat(54),
        '\u0000'.repeat(54),
      ];
      for (const other of others) expect(await askedOf(bob, other), other).to.equal('prove');
      expect(await askedOf(bob, `..${kept}.garbage`)).to.equal('satisfied');
    });
  });

  describe('end', () => {
    it('when they are revoked, and do not come back for who has a copy of the cookie', async () => {
      const bob = await person();
      const stolen = await trusted(bob);
      const [listed] = await setting().browsers.list(bob.id);
      await setting().browsers.revoke(await setting().judged(bob), listed?.id ?? '', ADDRESS);
      expect((await setting().events()).at(-1)).to.equal('browser.revoked');
      expect(await askedOf(bob, stolen)).to.equal('prove');
      // Once more in the same browser, which still keeps what it had.
      const kept = await trusted(bob, stolen);
      expect(await askedOf(bob, kept)).to.equal('satisfied');
      expect(await askedOf(bob, stolen)).to.equal('prove');
      expect(kept.split('.')).to.have.length(1);
    });

    it('by themselves, and do not come back for who has a copy of the cookie', async () => {
      const bob = await person();
      const stolen = await trusted(bob);
      setting().clock.advance(TRUST_DAYS * DAY);
      await trusted(bob, stolen);
      expect(await askedOf(bob, stolen)).to.equal('prove');
    });

    it('of nobody else: revoking is of one’s own, and says nothing of what is gone', async () => {
      const bob = await person();
      const eve = await person({ email: 'eve@acme.test' });
      const kept = await trusted(bob);
      const [listed] = await setting().browsers.list(bob.id);
      await setting().browsers.revoke(await setting().judged(eve), listed?.id ?? '', ADDRESS);
      expect(await askedOf(bob, kept)).to.equal('satisfied');
      const bobs = await setting().judged(bob);
      await together(50, () => setting().browsers.revoke(bobs, listed?.id ?? '', ADDRESS));
      await setting().browsers.revoke(bobs, 'made-up', ADDRESS);
      const revoked = (await setting().events()).filter((event) => event === 'browser.revoked');
      expect(revoked).to.have.length(1);
    });

    it('A58 with a factor that is removed, by its owner or by somebody in charge', async () => {
      const phones = {
        factors: [
          ...(withTotp.factors ?? []),
          { method: 'totp', secret: 'NXUDEDWYJLU4KT2NCK3K42UBFT6AJJ2V' },
        ],
      } as const;
      const bob = await person(phones);
      const kept = await trusted(bob);
      const judgement = await setting().judged(bob);
      const second = judgement.enrolments[1]?.id ?? '';
      expect(codeOf(await setting().selfService.remove(judgement, second, ADDRESS))).to.equal('ok');
      expect(await askedOf(bob, kept)).to.equal('prove');

      const eve = await person({ ...phones, email: 'eve@acme.test' });
      const hers = await trusted(eve);
      const [phone] = await setting().stores.enrolments.listByAccount(eve.id);
      await setting().factors.remove(eve.id, { id: phone?.id ?? '' });
      expect(await askedOf(eve, hers)).to.equal('prove');
    });
  });

  it('A58 end with a factor that is added', async () => {
    const bob = await person();
    const kept = await trusted(bob);
    const { begin, confirm, codeFor } = appSetUp(setting, () => bob);
    const at = await begin();
    expect(await askedOf(bob, kept)).to.equal('satisfied');
    expect(codeOf(await confirm(at, { typed: await codeFor(at) }))).to.equal('ok');
    expect(await askedOf(bob, kept)).to.equal('prove');
  });

  describe('trusted again while they are', () => {
    it('last longer, stay the same for who lives on them, and remember where they were used', async () => {
      const bob = await person();
      const kept = await trusted(bob);
      const [before] = await setting().browsers.list(bob.id);
      const place = { address: ADDRESS, clientId: 'rp' };
      await setting().browsers.noteUse(await setting().judged(bob), before?.id ?? '', 'The shop', place);
      setting().clock.advance(10 * DAY);
      expect(await trusted(bob, kept)).to.equal(kept);
      const [after, ...others] = await setting().browsers.list(bob.id);
      expect(others).to.deep.equal([]);
      expect(after).to.include({ id: before?.id, lastUsedFor: 'The shop' });
      expect(after?.expiresAt).to.equal(setting().clock.now() + TRUST_DAYS * DAY);
    });

    it('are one, when the form was sent 50 times at once', async () => {
      const bob = await person();
      const at = await atEnd(bob);
      const given = await together(50, () => ended(bob, at));
      const [kept = null, ...others] = new Set(given.map((each) => each?.kept));
      expect(others).to.deep.equal([]);
      expect(await count(bob)).to.equal(1);
      expect(await askedOf(bob, kept)).to.equal('satisfied');
    });

    it('are as many as there are browsers', async () => {
      const bob = await person();
      const kept = await together(50, async () => ended(bob, await atEnd(bob)));
      expect(new Set(kept.map((each) => each?.kept)).size).to.equal(50);
      expect(await count(bob)).to.equal(50);
    });
  });
});

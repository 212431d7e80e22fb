/** Passkeys over HTTP: which page comes when, what a form does, and what the relying party is told. */
import { expect } from 'chai';
import type { Stores } from '../../../../src/compose/parts.ts';
import type { SignInTransaction } from '../../../../src/domain/sign-in/transaction.ts';
import { standardConfig, type Yaml } from '../../../support/app.ts';
import { type Authenticator, createAuthenticator, type Twist } from '../../../support/authenticator.ts';
import type { Page } from '../../../support/pages/page.ts';
import type { Visitor } from '../../../support/visitor.ts';
import { MINUTE } from '../../oidc/machine-clock.ts';
import { askAgain, errorOf, interaction, MFA, nextCode, PHR, redeem, tenantsWith } from '../../oidc/story.ts';
import { alertOf, givePassword, hasCode, member, uidOf, withApp, words } from '../members.ts';

const METHODS: Readonly<Record<string, readonly string[]>> = {
  open: ['totp', 'passkey'],
  strict: ['passkey'],
  plain: [],
};
const OPEN = 'ann ben cat dan eve'.split(' ');
const STRICT = 'fay gus hal ike jan kim lou'.split(' ');

function config(): Yaml {
  const { tenants, accounts } = standardConfig();
  const changed = tenants.map((tenant) => ({
    ...tenant,
    second_factor: { ...(tenant.second_factor as Yaml), methods: METHODS[String(tenant.id)] },
  }));
  const people = [
    ...OPEN.map((name) => withApp(name, 'open')),
    ...STRICT.map((name) => member(name, 'strict')),
  ];
  return { tenants: changed, accounts: [...accounts, ...people] };
}

/** Reads the passkey options that the page gives the browser. */
function optionsOf(page: Page) {
  const options = page.$('form[data-passkey]').attr('data-options');
  if (options === undefined) throw new Error(`${page.name} (${page.status} ${page.url}) asks for no passkey`);
  return JSON.parse(options);
}

describe('passkeys', () => {
  /** Every progress that was saved, oldest first. */
  const saved: SignInTransaction[] = [];
  const around = (stores: Stores): Stores => {
    const save = (transaction: SignInTransaction) => {
      saved.push(transaction);
      return stores.transactions.save(transaction);
    };
    return { ...stores, transactions: { ...stores.transactions, save } };
  };
  const s = interaction(config, { hostname: 'localhost', around });
  const authenticator = () => createAuthenticator({ origin: s.app.origin });

  async function make(visitor: Visitor, page: Page, key: Authenticator, label = ''): Promise<Page> {
    const response = key.create(optionsOf(page));
    return visitor.putAway(await visitor.submit(page, { response, label }));
  }

  async function use(visitor: Visitor, page: Page, key: Authenticator, twist?: Twist): Promise<Page> {
    const response = key.get(optionsOf(page), twist);
    return visitor.follow(await visitor.submit(page, { response }));
  }

  /** At the tenant that demands one: from the password to the relying party, with a passkey from now on. */
  async function withPasskey(name: string) {
    const key = authenticator();
    const { visitor, page } = await givePassword(s, `${name}@strict.test`);
    const end = await make(visitor, page, key);
    return { visitor, key, end };
  }

  /** Signed in with an app at the tenant that leaves it open, and a passkey beside it. */
  async function withBoth(name: string) {
    const email = `${name}@open.test`;
    const { visitor } = await givePassword(s, email);
    await visitor.enterCode(nextCode(s.app));
    const security = await visitor.open('/account/security');
    const page = await visitor.follow(await visitor.submit(security, {}, 'set-up=passkey'));
    const key = authenticator();
    return { email, visitor, key, done: await make(visitor, page, key, 'Work laptop') };
  }

  it('lead to the enrolment where nothing else is allowed, and are asked for from then on [0.4 1.1]', async () => {
    const { visitor, page } = await givePassword(s, 'fay@strict.test');
    expect(page.name).to.equal('set-up-passkey');
    expect(words(page)).to.include('Because of the audit.');
    expect(optionsOf(page)).to.deep.include({ rp: { id: 'localhost', name: 'strict' } });
    const key = authenticator();
    const { claims } = await redeem(s.rp, await make(visitor, page, key));
    expect([claims.acr, claims.amr]).to.deep.equal([PHR, ['pwd', 'hwk', 'user', 'mfa']]);

    const again = await givePassword(s, 'fay@strict.test');
    expect(again.page.name).to.equal('use-passkey');
    const end = await use(again.visitor, again.page, key);
    expect((await redeem(s.rp, end)).claims.acr).to.equal(PHR);
  });

  it('show a refused answer on the same page, which accepts another [A43]', async () => {
    const { key } = await withPasskey('gus');
    const { visitor, page } = await givePassword(s, 'gus@strict.test');
    for (const twist of [{ origin: 'http://localhost:1' }, { present: false }, { challenge: 'b3du' }]) {
      const refused = await use(visitor, page, key, twist);
      expect([refused.status, refused.name, refused.error]).to.deep.equal([
        422,
        'use-passkey',
        'code_invalid',
      ]);
      expect(alertOf(refused)).to.include('isn’t accepted here');
      expect(optionsOf(refused).challenge).to.equal(optionsOf(page).challenge);
    }
    expect(hasCode(await use(visitor, visitor.page, key))).to.equal(true);
  });

  it('refuse a recorded answer in another sign-in [A43]', async () => {
    const { key } = await withPasskey('hal');
    const { visitor, page } = await givePassword(s, 'hal@strict.test');
    const response = key.get(optionsOf(page));
    expect(hasCode(await visitor.follow(await visitor.submit(page, { response })))).to.equal(true);
    const other = await givePassword(s, 'hal@strict.test');
    const refused = await other.visitor.submit(other.page, { response });
    expect([refused.status, refused.error]).to.deep.equal([422, 'code_invalid']);
  });

  it('count as two factors without user verification, which suffices unless more is required', async () => {
    const { visitor, key } = await withPasskey('ike');
    const plain = await givePassword(s, 'ike@strict.test');
    const end = await use(plain.visitor, plain.page, key, { verified: false });
    expect((await redeem(s.rp, end)).claims).to.deep.include({
      acr: MFA,
      amr: ['pwd', 'hwk', 'user', 'mfa'],
    });

    const demanding = await givePassword(s, 'ike@strict.test', s.app.visitor(), { acr_values: PHR });
    expect(optionsOf(demanding.page).userVerification).to.equal('required');
    const refused = await use(demanding.visitor, demanding.page, key, { verified: false });
    expect([refused.status, refused.error]).to.deep.equal([422, 'code_invalid']);
    expect(alertOf(refused)).to.include('didn’t check that it’s you');
    const reached = await redeem(s.rp, await use(demanding.visitor, refused, key));
    expect(reached.claims.acr).to.equal(PHR);
    // The session of the set-up has it already.
    expect((await redeem(s.rp, await askAgain(visitor, s.rp, { acr_values: PHR }))).claims.acr).to.equal(PHR);
  });

  it('are not requested by a GET: a person with a live session chooses one first [A105]', async () => {
    const { email, key } = await withBoth('ann');
    const { visitor, page } = await givePassword(s, email);
    expect(page.name).to.equal('choose-method');
    const app = await visitor.chooseMethod('totp');
    expect(app.name).to.equal('enter-code');
    await visitor.enterCode(nextCode(s.app));

    const asked = await askAgain(visitor, s.rp, { acr_values: PHR });
    expect([asked.name, asked.$('[name=method]').length]).to.deep.equal(['choose-method', 1]);
    const before = saved.length;
    const early = await visitor.get(new URL('verify/passkey', asked.url).href);
    expect(early.location).to.equal(asked.url);
    const forCode = await visitor.get(new URL('verify/totp', asked.url).href);
    expect(forCode.status).to.equal(303);
    expect(saved).to.have.lengthOf(before);

    const chosen = await visitor.follow(await visitor.submit(asked, { method: 'passkey' }));
    expect(chosen.name).to.equal('use-passkey');
    const reloaded = await visitor.get(chosen.url);
    expect(optionsOf(reloaded)).to.deep.equal(optionsOf(chosen));
    const { claims } = await redeem(s.rp, await use(visitor, chosen, key));
    expect([claims.acr, claims.amr]).to.deep.equal([PHR, ['pwd', 'otp', 'hwk', 'user', 'mfa']]);
  });

  it('are enrolled in self-service under a name, and raise the level of the session [3.2]', async () => {
    const { visitor, done } = await withBoth('ben');
    expect(done.name).to.equal('security');
    expect(words(done)).to.include('Work laptop');
    const { claims } = await redeem(s.rp, await askAgain(visitor, s.rp));
    expect(claims.acr).to.equal(PHR);
  });

  it('lead to another method and back', async () => {
    const { email, key } = await withBoth('cat');
    const { visitor } = await givePassword(s, email);
    const passkey = await visitor.chooseMethod('passkey');
    const chooser = await visitor.open(String(passkey.link('choose-method')));
    const offered = chooser.$('[name=method]').toArray();
    expect(offered.map((input) => chooser.$(input).val())).to.deep.equal(['passkey', 'totp', 'recovery']);
    const back = await visitor.chooseMethod('passkey');
    expect(hasCode(await use(visitor, back, key))).to.equal(true);
  });

  it('sign in while codes are locked [D9]', async () => {
    const { email, key } = await withBoth('dan');
    for (let attempt = 0; attempt < 10; attempt += 1) {
      const { visitor } = await givePassword(s, email);
      await visitor.chooseMethod('totp');
      await visitor.enterCode('000000');
    }
    const { visitor } = await givePassword(s, email);
    const stopped = await visitor.chooseMethod('totp');
    expect([stopped.name, stopped.error]).to.deep.equal(['error', 'too_many_attempts']);
    const page = await visitor.chooseMethod('passkey');
    expect(hasCode(await use(visitor, page, key))).to.equal(true);
  });

  it('are requested again when the challenge was lost', async () => {
    const { visitor, key } = await withPasskey('jan');
    s.clock.nextStep(6 * MINUTE);
    await visitor.open('/account/security');
    const page = await visitor.chooseMethod('passkey');
    await s.app.parts.stores.transactions.remove(saved.at(-1)?.uid ?? '');
    const late = await use(visitor, page, key);
    expect([late.status, late.name, late.error]).to.deep.equal([422, 'use-passkey', 'code_expired']);
    expect(optionsOf(late).challenge).not.to.equal(optionsOf(page).challenge);
    expect((await use(visitor, late, key)).name).to.equal('security');
  });

  it('show a refused enrolment on the same page, and bind nothing [A43]', async () => {
    const { visitor, page } = await givePassword(s, 'kim@strict.test');
    const key = authenticator();
    const response = key.create(optionsOf(page), { origin: 'https://login.evil.example' });
    const refused = await visitor.submit(page, { response, label: 'Laptop' });
    expect([refused.status, refused.name, refused.error]).to.deep.equal([
      422,
      'set-up-passkey',
      'code_invalid',
    ]);
    expect(refused.$('[name=label]').val()).to.equal('Laptop');
    const empty = await visitor.submit(refused, { label: 'x'.repeat(61) });
    expect(empty.error).to.equal('field_invalid');
    expect(hasCode(await make(visitor, empty, key))).to.equal(true);
  });

  it('are refused before the password and from another browser [A9]', async () => {
    const { key } = await withPasskey('lou');
    const { page } = await givePassword(s, 'lou@strict.test');
    const response = key.get(optionsOf(page));
    const stranger = s.app.visitor();
    expect((await stranger.submit(page, { response })).status).to.equal(400);
    const begun = await stranger.open(await s.rp.authorizationUrl());
    const action = `${s.app.origin}/interaction/${uidOf(begun)}/second-factor/verify/passkey`;
    expect((await stranger.post(action, { response })).status).to.equal(403);
  });

  it('can be enrolled where the policy allows them, by administrators too, and nowhere else', async () => {
    const refused = await givePassword(s, 'new@plain.test', s.app.visitor(), { acr_values: PHR });
    expect(errorOf(refused.page)).to.equal('unmet_authentication_requirements');
    const boss = await givePassword(s, 'boss@plain.test', s.app.visitor(), { acr_values: PHR });
    expect(boss.page.name).to.equal('set-up-passkey');
    const { claims } = await redeem(s.rp, await make(boss.visitor, boss.page, authenticator()));
    expect(claims.acr).to.equal(PHR);
  });

  it('ask for the existing factor before another one is created [A47]', async () => {
    const { visitor, page } = await givePassword(s, 'eve@open.test', s.app.visitor(), { acr_values: PHR });
    expect(page.name).to.equal('enter-code');
    const made = await visitor.enterCode(nextCode(s.app));
    expect(made.name).to.equal('set-up-passkey');
    expect(hasCode(await make(visitor, made, authenticator()))).to.equal(true);
  });
});

describe('passkeys at an IP address', () => {
  const s = interaction(() => tenantsWith('open', { methods: ['totp', 'passkey'] }));

  it('are not offered, because browsers create none there', async () => {
    const { page } = await givePassword(s, 'boss@plain.test', s.app.visitor(), { acr_values: MFA });
    expect(page.name).to.equal('set-up-totp');
    const { visitor } = await givePassword(s, 'new@open.test');
    const security = await visitor.open('/account/security');
    expect(
      security
        .$('[name=set-up]')
        .toArray()
        .map((each) => security.$(each).val()),
    ).to.deep.equal(['totp']);
    const phr = await askAgain(visitor, s.rp, { acr_values: PHR });
    expect(errorOf(phr)).to.equal('unmet_authentication_requirements');
  });
});

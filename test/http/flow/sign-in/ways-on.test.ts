/** The ways on from the page of a method that takes no more codes: which ones it has, and that each of them works. */
import { expect } from 'chai';
import { PASSWORD, SECRET } from '../../../support/app.ts';
import { createAuthenticator } from '../../../support/authenticator.ts';
import type { Page } from '../../../support/pages/page.ts';
import type { Visitor } from '../../../support/visitor.ts';
import { MINUTE } from '../../oidc/machine-clock.ts';
import { interaction, MFA, nextCode, PHR, post, redeem } from '../../oidc/story.ts';
import { alertOf, givePassword, hasCode, withApp, words } from '../members.ts';
import { codeTo, desk, phoneFor, reachable } from '../outbox.ts';
import { optionsOf, tenantsFor } from '../passkey-sign-in/holder.ts';

const WRONG = '000000';
const TEXTS = ['Confirm another way', 'Use a recovery code', 'Ask for a reset', 'Sign in again'];

/** The words of the links of a page that are drawn as buttons, in their order. */
function ways(page: Page): string[] {
  return page
    .$('.choices a')
    .toArray()
    .map((each) => page.$(each).text());
}

function follow(visitor: Visitor, page: Page, way: string): Promise<Page> {
  const href = page
    .$('.choices a')
    .toArray()
    .find((each) => page.$(each).text() === way)?.attribs.href;
  if (href === undefined) throw new Error(`${page.name} has no way "${way}"`);
  return visitor.open(new URL(href, page.url).href);
}

async function attempt(visitor: Visitor, page: Page, times: number): Promise<Page> {
  let last = page;
  for (let each = 0; each < times; each += 1) last = await visitor.submit(page, { code: WRONG });
  return last;
}

describe('the ways on after too many wrong codes', () => {
  const s = interaction(
    () => {
      const { accounts, tenants } = desk(
        ...['ann', 'ben', 'cat', 'dan', 'fay'].map((name) => withApp(name, 'open')),
        reachable('eve', 'desk', { method: 'totp', secret: SECRET }, 'sms'),
      ) as { accounts: object[]; tenants: object[] };
      return { accounts, tenants: [...tenantsFor(), tenants.at(-1)] };
    },
    { hostname: 'localhost' },
  );

  /** Sets up a passkey at the end of a sign-in with the app; recovery codes come with it. */
  async function withPasskey(name: string) {
    const { visitor, page } = await givePassword(s, `${name}@open.test`);
    const offer = await visitor.follow(
      await visitor.submit(page, { code: nextCode(s.app), can_use_passkeys: '1' }),
    );
    const setUp = await visitor.follow(await visitor.submit(offer, {}, 'set-up'));
    const key = createAuthenticator({ origin: s.app.origin });
    const shown = await visitor.follow(
      await visitor.submit(setUp, { response: key.create(optionsOf(setUp)), label: '' }),
    );
    const codes = shown.marks('recovery-code');
    await visitor.follow(await visitor.submit(shown, {}, 'saved'));
    return { key, codes };
  }

  async function atApp(name: string): Promise<{ visitor: Visitor; page: Page }> {
    const { visitor } = await givePassword(s, `${name}@open.test`);
    return { visitor, page: await visitor.chooseMethod('totp') };
  }

  function expectStopped(page: Page, status: number, error: string, texts: readonly string[]): void {
    expect([page.status, page.name, page.error]).to.deep.equal([status, 'error', error]);
    expect(page.$('[name=code], button[name=confirm], button[name=resend]').length).to.equal(0);
    expect(ways(page)).to.deep.equal(texts);
    expect(page.link('help@open.test')).to.equal('mailto:help@open.test');
  }

  it('are on the page of the fifth wrong code, and on every later look at the page of the method [A19]', async () => {
    await withPasskey('ann');
    const { visitor, page } = await atApp('ann');
    expectStopped(await attempt(visitor, page, 5), 422, 'code_invalid', TEXTS);
    for (const again of [await visitor.get(page.url), await visitor.submit(page, { code: WRONG })])
      expectStopped(again, 429, 'too_many_attempts', TEXTS);
    const text = await visitor.submit(page, { code: 'no code' });
    expectStopped(text, 429, 'too_many_attempts', TEXTS);
  });

  it('lead to a method, to a recovery code and to a new sign-in, and each of them signs in [A19]', async () => {
    const { key, codes } = await withPasskey('ben');
    const used: string[] = [];
    for (const way of TEXTS.filter((text) => text !== 'Ask for a reset')) {
      // Ten wrong codes within a quarter of an hour would make the account wait.
      s.clock.nextStep(16 * MINUTE);
      const { visitor, page } = await atApp('ben');
      const next = await follow(visitor, await attempt(visitor, page, 5), way);
      if (way === 'Sign in again') {
        expect(next.name).to.equal('sign-in');
        await visitor.signIn('ben@open.test', PASSWORD);
        await visitor.chooseMethod('totp');
        const end = await visitor.enterCode(nextCode(s.app));
        // The state and the proof of the application's own request are the same: its code is redeemed.
        used.push(String((await redeem(s.rp, end)).claims.acr));
      } else if (next.name === 'choose-method') {
        expect(methodsOn(next)).to.deep.equal(['passkey', 'recovery']);
        const asked = await visitor.follow(await visitor.submit(next, { method: 'passkey' }));
        const end = await visitor.follow(
          await visitor.submit(asked, { response: key.get(optionsOf(asked)) }),
        );
        used.push(String((await redeem(s.rp, end)).claims.acr));
      } else {
        expect(next.$('body').attr('data-method')).to.equal('recovery');
        used.push(String((await redeem(s.rp, await visitor.enterCode(codes[0] ?? ''))).claims.acr));
      }
    }
    expect(used).to.deep.equal([PHR, MFA, MFA]);
  });

  it('have the passkey, and no method with codes, while those wait until a time [A19 A21]', async () => {
    const { key } = await withPasskey('cat');
    const first = await atApp('cat');
    await attempt(first.visitor, first.page, 5);
    const { visitor, page } = await atApp('cat');
    const waiting = await attempt(visitor, page, 5);
    const texts = ['Confirm another way', 'Ask for a reset', 'Sign in again'];
    expectStopped(waiting, 429, 'too_many_attempts', texts);
    expect(alertOf(waiting)).to.include('in 15 minutes');
    expectStopped(await visitor.get(page.url), 429, 'too_many_attempts', texts);
    const chooser = await follow(visitor, waiting, 'Confirm another way');
    expect([chooser.name, ...methodsOn(chooser)]).to.deep.equal(['choose-method', 'passkey']);
    expect(words(chooser)).not.to.include('Use a recovery code');
    // A form from before the lock.
    const refused = await visitor.submit(page, { code: nextCode(s.app) });
    expectStopped(refused, 429, 'too_many_attempts', texts);
    const asked = await visitor.follow(await visitor.submit(chooser, { method: 'passkey' }));
    expect(asked.link('choose-method')).to.equal(null);
    const end = await visitor.follow(await visitor.submit(asked, { response: key.get(optionsOf(asked)) }));
    expect((await redeem(s.rp, end)).claims.acr).to.equal(PHR);
  });

  it('are a reset and a new sign-in for a person with one method, and the chooser has no form either [A19]', async () => {
    const { visitor, page } = await givePassword(s, 'dan@open.test');
    expectStopped(await attempt(visitor, page, 5), 422, 'code_invalid', ['Ask for a reset', 'Sign in again']);
    const chooser = await visitor.get(page.url.replace(/verify\/totp$/, 'choose-method'));
    expectStopped(chooser, 429, 'too_many_attempts', ['Ask for a reset', 'Sign in again']);
    expect(chooser.$('form[action$="choose-method"]').length).to.equal(0);
  });

  it('leave a pushed request to the application, whose parameters come into no address [A78]', async () => {
    const url = new URL(await s.rp.authorizationUrl());
    const { body } = await post(s.app, '/request', Object.fromEntries(url.searchParams));
    const visitor = s.app.visitor();
    await visitor.open(`/auth?client_id=rp&request_uri=${encodeURIComponent(String(body.request_uri))}`);
    const page = await visitor.signIn('fay@open.test', PASSWORD);
    const stopped = await attempt(visitor, page, 5);
    expectStopped(stopped, 422, 'code_invalid', ['Ask for a reset']);
    expect(stopped.text).not.to.include(url.searchParams.get('state') ?? 'no state');
    expect(hasCode(await visitor.follow(await visitor.submit(stopped, {}, 'cancel')))).to.equal(false);
  });

  it('send no code by a method that takes none, whichever form asks for it [A22]', async () => {
    const { visitor, page: chooser } = await givePassword(s, 'eve@desk.test');
    const page = await visitor.chooseMethod('sms');
    const stopped = await attempt(visitor, page, 5);
    expect(ways(stopped)).to.deep.equal(['Confirm another way', 'Ask for a reset', 'Sign in again']);
    const code = await codeTo(s.app, phoneFor('eve'));
    s.clock.nextStep(2 * MINUTE);
    const asked = [
      await visitor.submit(page, {}, 'resend'),
      await visitor.submit(chooser, { method: 'sms' }),
    ];
    for (const each of asked)
      expect([each.status, each.name, each.error]).to.deep.equal([429, 'error', 'too_many_attempts']);
    expect(await codeTo(s.app, phoneFor('eve'))).to.equal(code);
    await follow(visitor, stopped, 'Confirm another way');
    await visitor.chooseMethod('totp');
    expect(hasCode(await visitor.enterCode(nextCode(s.app)))).to.equal(true);
  });
});

function methodsOn(page: Page): string[] {
  return page
    .$('[name=method]')
    .toArray()
    .map((each) => String(page.$(each).val()));
}

/** A passkey that the browser makes by itself after a sign-in with a password and another second factor. */
import { expect } from 'chai';
import { standardConfig, type Yaml } from '../../../support/app.ts';
import { createAuthenticator } from '../../../support/authenticator.ts';
import type { Page } from '../../../support/pages/page.ts';
import type { Visitor } from '../../../support/visitor.ts';
import { interaction, MFA, nextCode, PHR, redeem, TWO_STEP } from '../../oidc/story.ts';
import { givePassword, hasCode, withApp } from '../members.ts';
import { codeTo, reachable } from '../outbox.ts';
import { passkeyPeople, tenantsFor } from './holder.ts';

const ABLE = { can_use_passkeys: '1' };
/** Nobody was there, as the specification has it for a passkey that is made by itself. */
const SILENT = { present: false, verified: false };

function config(): Yaml {
  const { accounts } = standardConfig();
  const people = 'amy bea cal dee eli fin'.split(' ').map((name) => withApp(name, 'open'));
  return {
    tenants: tenantsFor({ open: { methods: ['totp', 'email', 'passkey'] } }),
    accounts: [...accounts, ...people, reachable('mel', 'open', 'email')],
  };
}

describe('a passkey that the browser makes by itself', () => {
  const s = interaction(config, { hostname: 'localhost' });
  const device = () => createAuthenticator({ origin: s.app.origin, isBound: false });

  async function offered(
    name: string,
    parameters: Readonly<Record<string, string>> = {},
  ): Promise<{ visitor: Visitor; page: Page }> {
    const { visitor, page } = await givePassword(s, `${name}@open.test`, s.app.visitor(), parameters);
    return {
      visitor,
      page: await visitor.follow(await visitor.submit(page, { code: nextCode(s.app), ...ABLE })),
    };
  }

  function optionsOf(page: Page) {
    return JSON.parse(page.$('form[data-options]').attr('data-options') ?? 'null');
  }

  async function passkeysOf(name: string) {
    const account = await s.app.parts.stores.accounts.findByEmail(`${name}@open.test`);
    const factors = await s.app.parts.stores.enrolments.listByAccount(account?.id ?? '');
    return factors.filter(({ method }) => method === 'passkey');
  }

  /** Sends what the script of the page sends: the response, and no button. */
  function send(visitor: Visitor, page: Page, response: string): Promise<Page> {
    const token = String(page.$('form[data-options] [name=_token]').val());
    return visitor.post(page.$('form[data-options]').attr('action') ?? '', { _token: token, response });
  }

  it('is kept without a press, does not raise the sign-in, and signs in alone from then on', async () => {
    const { visitor, page } = await offered('amy');
    expect([page.name, optionsOf(page).authenticatorSelection.residentKey]).to.deep.equal([
      'offer-passkey',
      'required',
    ]);
    const key = device();
    const end = await visitor.putAway(await send(visitor, page, key.create(optionsOf(page), SILENT)));
    const { claims } = await redeem(s.rp, end);
    expect(claims).to.deep.include({ acr: MFA, amr: ['pwd', 'otp', 'mfa'] });
    expect(await passkeysOf('amy')).to.have.lengthOf(1);
    const { end: alone } = await passkeyPeople({ app: s.app, rp: s.rp }).signInWith(key);
    expect((await redeem(s.rp, alone)).claims.acr).to.equal(PHR);
  });

  it('leaves a sign-in with a mailed code at its level', async () => {
    const { visitor, page } = await givePassword(s, 'mel@open.test');
    const typed = { code: await codeTo(s.app, 'mel@open.test'), ...ABLE };
    const offer = await visitor.follow(await visitor.submit(page, typed));
    const end = await visitor.putAway(await send(visitor, offer, device().create(optionsOf(offer), SILENT)));
    const { claims } = await redeem(s.rp, end);
    expect(claims).to.deep.include({ acr: TWO_STEP, amr: ['pwd', 'email'] });
    expect(await passkeysOf('mel')).to.have.lengthOf(1);
  });

  it('is refused where a person was asked to make one', async () => {
    const { visitor, page } = await offered('bea');
    const setUp = await visitor.follow(await visitor.submit(page, {}, 'set-up'));
    const options = JSON.parse(setUp.$('form[data-passkey]').attr('data-options') ?? 'null');
    const refused = await visitor.submit(setUp, { response: device().create(options, SILENT), label: '' });
    expect([refused.status, refused.error]).to.deep.equal([422, 'code_invalid']);
    expect(await passkeysOf('bea')).to.have.lengthOf(0);
  });

  it('is refused for another challenge or site, and the page goes on without asking the browser again', async () => {
    const { visitor, page } = await offered('cal');
    for (const twist of [{ challenge: 'AAAAAAAAAAAAAAAAAAAAAA' }, { origin: 'http://localhost:1' }]) {
      const response = device().create(optionsOf(page), { ...SILENT, ...twist });
      const refused = await send(visitor, page, response);
      expect([refused.status, refused.error]).to.deep.equal([422, 'code_invalid']);
      expect(refused.$('[data-options], script')).to.have.lengthOf(0);
    }
    expect(hasCode(await visitor.follow(await visitor.submit(page, {}, 'later')))).to.equal(true);
    expect(await passkeysOf('cal')).to.have.lengthOf(0);
  });

  it('is kept once for a response that is sent twice', async () => {
    const { visitor, page } = await offered('dee');
    const response = device().create(optionsOf(page), SILENT);
    const [first, second] = [await send(visitor, page, response), await send(visitor, page, response)];
    expect([first.status, second.status]).to.deep.equal([303, 303]);
    expect(hasCode(await visitor.putAway(second))).to.equal(true);
    expect(await passkeysOf('dee')).to.have.lengthOf(1);
  });

  it('is never in the way of prompt, and not asked for by a GET alone', async () => {
    expect(hasCode((await offered('eli', { prompt: 'login' })).page)).to.equal(true);
    const { visitor, page } = await offered('eli');
    const again = await visitor.open(page.url);
    expect(optionsOf(again)).to.deep.equal(optionsOf(page));
  });

  it('is not asked for after "never"', async () => {
    const { visitor, page } = await offered('fin');
    await visitor.follow(await visitor.submit(page, {}, 'never'));
    expect(hasCode((await offered('fin')).page)).to.equal(true);
  });
});

/** A switch of the language in the midst of a form, on the pages of a real sign-in. */
import { expect } from 'chai';
import { PASSWORD, SECRET, standardConfig, type Yaml } from '../../../support/app.ts';
import type { Fields, Page } from '../../../support/pages/page.ts';
import type { Visitor } from '../../../support/visitor.ts';
import { interaction, nextCode } from '../../oidc/story.ts';
import { arrive, givePassword, hasCode } from '../members.ts';
import { desk, phoneFor, reachable, sentTo } from '../outbox.ts';

const APP = { method: 'totp', secret: SECRET } as const;

function trustingDesk(...people: readonly Yaml[]): Yaml {
  const config = desk(...people);
  const tenants = (config.tenants as Yaml[]).map((tenant) => ({
    ...tenant,
    second_factor: { ...(tenant.second_factor as Yaml), trusted_devices: true },
  }));
  const { clients } = standardConfig();
  return { ...config, tenants, clients };
}

describe('a switch of the language', () => {
  const s = interaction(() =>
    trustingDesk(
      reachable('ann', 'desk', APP, 'sms'),
      reachable('ben', 'desk', 'email'),
      reachable('cat', 'desk', APP),
      reachable('dan', 'desk', APP),
    ),
  );
  const address = (name: string) => `${name}@desk.test`;

  /** Fills in the form of the page, and presses the other language. */
  async function switchWith(visitor: Visitor, page: Page, fields: Fields): Promise<Page> {
    const other = page.$('html').attr('lang') === 'nl' ? 'en' : 'nl';
    const switched = await visitor.submit(page, { ...fields, locale: other }, 'locale');
    expect([switched.status, switched.location]).to.deep.equal([303, page.url]);
    const shown = await visitor.follow(switched);
    expect([shown.status, shown.$('html').attr('lang')]).to.deep.equal([200, other]);
    return shown;
  }

  const fieldIn = ({ $ }: Page, name: string) => $(`[name=${name}]`).val();

  it('keeps the e-mail address, drops the password, and is no attempt [1.7 A28]', async () => {
    const { visitor, page } = await arrive(s);
    let shown = page;
    for (let time = 0; time < 12; time += 1) {
      shown = await switchWith(visitor, shown, { email: address('cat'), password: 'wrong' });
      expect([fieldIn(shown, 'email'), fieldIn(shown, 'password')]).to.deep.equal([
        address('cat'),
        undefined,
      ]);
      expect(shown.error).to.equal(null);
      expect(shown.$('[autofocus]').attr('name')).to.equal('password');
    }
    const next = await visitor.follow(await visitor.submit(shown, { password: PASSWORD }));
    expect(next.name).to.equal('enter-code');
    expect(hasCode(await visitor.enterCode(nextCode(s.app)))).to.equal(true);
  });

  it('keeps what was typed after a refusal as well [1.7]', async () => {
    const { visitor, page } = await arrive(s);
    const refused = await visitor.submit(page, { email: address('cat'), password: 'wrong' });
    expect(refused.status).to.equal(422);
    const back = page.url.replace(s.app.origin, '');
    expect(refused.$('[name=return_to]').val()).to.equal(`${back}/sign-in`);
    const shown = await visitor.follow(
      await visitor.submit(refused, { email: 'dan@desk', locale: 'nl' }, 'locale'),
    );
    expect([shown.name, fieldIn(shown, 'email')]).to.deep.equal(['sign-in', 'dan@desk']);
  });

  it('keeps the ticked box beside a code, neither checks the code nor sends another [1.7]', async () => {
    const { visitor, page } = await givePassword(s, address('ben'));
    const code = /\b\d{6}\b/.exec((await sentTo(s.app, address('ben')))[0]?.text ?? '')?.[0] ?? '';
    const sent = (await sentTo(s.app)).length;
    const ticked = await switchWith(visitor, page, { code, trust_device: '1' });
    expect([ticked.name, ticked.$('[name=trust_device]').is(':checked')]).to.deep.equal(['enter-code', true]);
    expect([fieldIn(ticked, 'code'), ticked.text.includes(code)]).to.deep.equal([undefined, false]);
    const unticked = await switchWith(visitor, ticked, { code: '000000', trust_device: [] });
    expect([unticked.error, unticked.$('[name=trust_device]').is(':checked')]).to.deep.equal([null, false]);
    expect((await sentTo(s.app)).length).to.equal(sent);
    expect(hasCode(await visitor.enterCode(code))).to.equal(true);
  });

  it('keeps the chosen method [1.7]', async () => {
    const { visitor, page } = await givePassword(s, address('ann'));
    const chooser =
      page.name === 'choose-method' ? page : await visitor.open(page.link('choose-method') ?? '');
    const sent = (await sentTo(s.app)).length;
    const shown = await switchWith(visitor, chooser, { method: 'sms' });
    expect(fieldIn(shown, 'method') && shown.$('[name=method]:checked').val()).to.equal('sms');
    expect((await sentTo(s.app)).length).to.equal(sent);
  });

  it('keeps number, label and app while a factor is set up under /account [1.7]', async () => {
    const visitor = s.app.visitor();
    await visitor.open('/account/security');
    await visitor.signIn(address('dan'), PASSWORD);
    const security = await visitor.enterCode(nextCode(s.app));
    expect(security.name).to.equal('security');
    const setUp = async (method: string) =>
      visitor.follow(await visitor.submit(visitor.page, {}, `set-up=${method}`));
    const sms = await setUp('sms');
    const typed = '06 1234 56';
    const shown = await switchWith(visitor, sms, { phone: typed });
    expect([shown.name, fieldIn(shown, 'phone')]).to.deep.equal(['set-up-sms', typed]);
    expect(await sentTo(s.app, '+316123456')).to.deep.equal([]);

    await visitor.follow(await visitor.submit(shown, { phone: phoneFor('new') }, 'send'));
    const again = await switchWith(visitor, visitor.page, { phone: typed });
    expect([fieldIn(again, 'phone'), again.$('details').is('[open]')]).to.deep.equal([typed, true]);
    expect((await sentTo(s.app, phoneFor('new'))).length).to.equal(1);

    await visitor.open('/account/security');
    const totp = await setUp('totp');
    const secret = totp.mark('secret');
    const labelled = await switchWith(visitor, totp, { label: 'Work phone', app: 'Aegis', code: '123456' });
    expect(fieldIn(labelled, 'label')).to.equal('Work phone');
    expect(labelled.$('[name=app] [selected]').val()).to.equal('Aegis');
    expect(labelled.mark('secret')).to.equal(secret);
  });

  it('keeps the code that a device shows [1.7]', async () => {
    const visitor = s.app.visitor();
    const page = await visitor.open('/device');
    const shown = await switchWith(visitor, page, { user_code: 'wdjb mjht' });
    expect([shown.name, fieldIn(shown, 'user_code')]).to.deep.equal(['device-code', 'wdjb mjht']);
    const answer = await visitor.submit(shown, {});
    expect([answer.status, answer.error]).to.deep.equal([422, 'code_invalid']);
  });
});

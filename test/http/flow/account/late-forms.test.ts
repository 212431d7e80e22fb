/** Forms of self-service that arrive after the five minutes of a second factor. */
import { expect } from 'chai';
import { PASSWORD, SECRET } from '../../../support/app.ts';
import type { Page } from '../../../support/pages/page.ts';
import { MINUTE } from '../../oidc/machine-clock.ts';
import { interaction, nextCode } from '../../oidc/story.ts';
import { words } from '../members.ts';
import { desk, reachable, sentTo } from '../outbox.ts';
import { openAccount } from './own-account.ts';

const SECURITY = '/account/security';
const APP = { method: 'totp', secret: SECRET } as const;

describe('a form of the account after the five minutes', () => {
  const s = interaction(() =>
    desk(
      reachable('ann', 'desk', APP, 'email'),
      ...['ben', 'cat', 'dan'].map((name) => reachable(name, 'desk', APP)),
    ),
  );
  const at = (name: string) => `${name}@desk.test`;

  async function factorsOf(name: string) {
    const account = await s.app.parts.stores.accounts.findByEmail(at(name));
    return s.app.parts.stores.enrolments.listByAccount(account?.id ?? '');
  }

  /** Lets the second factor become too old, sends a form of the page, and gives the factor. */
  async function late(
    { visitor, page }: Awaited<ReturnType<typeof openAccount>>,
    fields: Readonly<Record<string, string>>,
    button: string,
  ): Promise<Page> {
    s.clock.nextStep(6 * MINUTE);
    let asked = await visitor.follow(await visitor.submit(page, fields, button));
    if (asked.name === 'choose-method') asked = await visitor.chooseMethod('totp');
    expect(asked.name).to.equal('enter-code');
    return visitor.enterCode(nextCode(s.app));
  }

  it('comes back with the new name of one factor, in its own form, and renames it when it is sent again [A51]', async () => {
    const opened = await openAccount(s, at('ann'), { path: SECURITY });
    const back = await late(opened, { label: 'Work phone' }, 'rename');
    const typed = back.$('[name=label]').toArray();
    expect(typed.map((each) => back.$(each).val())).to.deep.equal(['Work phone', '']);
    expect(back.$('details[open] [name=label]').length).to.equal(1);
    expect((await factorsOf('ann')).map(({ label }) => label)).to.deep.equal(['', '']);
    await opened.visitor.follow(await opened.visitor.submit(back, {}, 'rename'));
    expect((await factorsOf('ann')).map(({ label }) => label)).to.deep.equal(['Work phone', '']);
  });

  it('comes back with the number of a set-up, and sends nothing to it before [A48]', async () => {
    const { visitor, page } = await openAccount(s, at('ben'), { path: SECURITY });
    const form = await visitor.follow(await visitor.submit(page, {}, 'set-up=sms'));
    const back = await late({ visitor, page: form }, { phone: '+31 6 87654321' }, 'send');
    expect([back.name, back.$('[name=phone]').val()]).to.deep.equal(['set-up-sms', '+31 6 87654321']);
    expect(await sentTo(s.app, '+31687654321')).to.deep.equal([]);
  });

  it('says that nothing is removed yet, and asks again', async () => {
    const opened = await openAccount(s, at('cat'), { path: SECURITY });
    const question = await opened.visitor.follow(await opened.visitor.submit(opened.page, {}, 'remove'));
    const back = await late({ ...opened, page: question }, {}, 'confirm');
    expect(back.name).to.equal('security');
    expect(words(back)).to.include('Nothing has changed yet.');
    expect((await factorsOf('cat')).map(({ method }) => method)).to.deep.equal(['totp']);
  });

  it('keeps no password, and says that none was changed [A102]', async () => {
    const opened = await openAccount(s, at('dan'), { path: '/account/password' });
    const password = 'another horse, another battery';
    const back = await late(opened, { current_password: PASSWORD, password, keep_sessions: '1' }, 'save');
    expect([back.name, back.$('[name=keep_sessions][checked]').length]).to.deep.equal(['password', 1]);
    expect(words(back)).to.include('Nothing is saved yet.');
    for (const text of [back.text, back.url, String(back.$('[name=password]').val() ?? '')])
      expect(text).not.to.include(password).and.not.to.include(PASSWORD);
    await openAccount(s, at('dan'));
  });
});

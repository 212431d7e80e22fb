/** Names and the default of factors: changed, and taken back within a minute. */
import { expect } from 'chai';
import { PASSWORD, SECRET } from '../../../support/app.ts';
import type { Page } from '../../../support/pages/page.ts';
import type { Visitor } from '../../../support/visitor.ts';
import { interaction, nextCode } from '../../oidc/story.ts';
import { givePassword, hasCode, lastRemoval, removeAt, words } from '../members.ts';
import { desk, reachable } from '../outbox.ts';

const SECURITY = '/account/security';
const SECOND = 1000;
const APP = { method: 'totp', secret: SECRET } as const;

describe('a change of a factor', () => {
  const s = interaction(() =>
    desk(
      ...['ann', 'ben', 'cat', 'dan', 'eve', 'fay', 'gus', 'hal'].map((name) =>
        reachable(name, 'desk', APP, 'email'),
      ),
    ),
  );
  const at = (name: string) => `${name}@desk.test`;

  async function signedIn(name: string): Promise<{ visitor: Visitor; page: Page }> {
    const visitor = s.app.visitor();
    await visitor.open(SECURITY);
    await visitor.signIn(at(name), PASSWORD);
    if (visitor.page.name === 'choose-method') await visitor.chooseMethod('totp');
    const page = await visitor.enterCode(nextCode(s.app));
    expect([page.name, page.status]).to.deep.equal(['security', 200]);
    return { visitor, page };
  }

  async function factorsOf(name: string) {
    const account = await s.app.parts.stores.accounts.findByEmail(at(name));
    return s.app.parts.stores.enrolments.listByAccount(account?.id ?? '');
  }

  const labels = async (name: string) => (await factorsOf(name)).map(({ label }) => label);
  const defaults = async (name: string) =>
    (await factorsOf(name)).filter(({ isDefault }) => isDefault).map(({ method }) => method);

  async function rename(visitor: Visitor, page: Page, label: string): Promise<Page> {
    return visitor.follow(await visitor.submit(page, { label }, 'rename'));
  }

  it('names it, and takes the name back within a minute [4.1]', async () => {
    const { visitor, page } = await signedIn('ann');
    const renamed = await rename(visitor, page, '  Work phone ');
    expect(words(renamed)).to.include('Saved.').and.to.include('Work phone');
    expect(await labels('ann')).to.deep.equal(['Work phone', '']);
    expect(renamed.url).not.to.include('phone');
    s.clock.nextStep(59 * SECOND);
    const undone = await visitor.follow(await visitor.submit(renamed, {}, 'undo'));
    expect(words(undone)).to.include('Undone.').and.not.to.include('Work phone');
    expect(await labels('ann')).to.deep.equal(['', '']);
    const { audit, accounts } = s.app.parts.stores;
    const accountId = (await accounts.findByEmail(at('ann')))?.id ?? '';
    const lines = (await audit.list({ accountId, limit: 20 })).filter(({ event }) => /renamed/.test(event));
    expect(lines.map(({ method, actor }) => [method, actor])).to.deep.equal(
      Array(2).fill(['totp', accountId]),
    );
  });

  it('cannot be taken back after a minute, and the page offers that no more [4.1]', async () => {
    const { visitor, page } = await signedIn('ben');
    const renamed = await rename(visitor, page, 'Kept');
    s.clock.nextStep(61 * SECOND);
    const late = await visitor.submit(renamed, {}, 'undo');
    expect([late.status, late.name, late.error]).to.deep.equal([400, 'security', 'session_expired']);
    expect((await visitor.open(renamed.url)).$('button[name=undo]').length).to.equal(0);
    expect(await labels('ben')).to.deep.equal(['Kept', '']);
  });

  it('is taken back once, and not over a later change [4.1]', async () => {
    const { visitor, page } = await signedIn('cat');
    const first = await rename(visitor, page, 'First');
    const second = await rename(visitor, first, 'Second');
    const old = await visitor.submit(first, {}, 'undo');
    expect([old.status, old.error]).to.deep.equal([400, 'session_expired']);
    const clicks = await Promise.all([1, 2, 3].map(() => visitor.submit(second, {}, 'undo')));
    expect(clicks.map(({ status }) => status)).to.deep.equal([303, 303, 303]);
    expect(await labels('cat')).to.deep.equal(['First', '']);

    const third = await rename(visitor, page, 'Third');
    const elsewhere = await signedIn('cat');
    await rename(elsewhere.visitor, elsewhere.page, 'Elsewhere');
    await visitor.submit(third, {}, 'undo');
    expect(await labels('cat')).to.deep.equal(['Elsewhere', '']);
  });

  it('belongs to the session that made it [A56]', async () => {
    const { visitor, page } = await signedIn('dan');
    const renamed = await rename(visitor, page, 'Mine');
    const other = await signedIn('dan');
    const { action, body } = renamed.form({}, 'undo');
    expect((await other.visitor.post(action, Object.fromEntries(body))).status).to.equal(403);
    expect((await other.visitor.open(`${SECURITY}?done=renamed`)).$('button[name=undo]').length).to.equal(0);
    expect((await visitor.get(action)).status).to.be.oneOf([404, 405]);
    expect(await labels('dan')).to.deep.equal(['Mine', '']);
  });

  it('refuses a name that is too long, and shows markup as text [A91]', async () => {
    const { visitor, page } = await signedIn('eve');
    const long = await visitor.submit(page, { label: 'x'.repeat(61) }, 'rename');
    expect([long.status, long.name, long.error]).to.deep.equal([422, 'security', 'field_invalid']);
    const marked = await rename(visitor, page, '<b>"Mine"</b>');
    expect(words(marked)).to.include('<b>"Mine"</b>');
    expect(marked.$('main b').length).to.equal(0);
  });

  it('makes another method the default, asks for it first, and takes that back [4.1]', async () => {
    const { visitor, page } = await signedIn('fay');
    const made = await visitor.follow(await visitor.submit(page, {}, 'make-default'));
    expect(words(made)).to.include('Saved.').and.to.include('Default');
    expect(await defaults('fay')).to.deep.equal(['totp']);
    expect((await givePassword(s, at('fay'))).page.name).to.equal('enter-code');
    const cleared = await visitor.follow(await visitor.submit(made, {}, 'no-default'));
    expect(await defaults('fay')).to.deep.equal([]);
    await visitor.submit(cleared, {}, 'undo');
    expect(await defaults('fay')).to.deep.equal(['totp']);
  });

  it('does not bring a removed factor back [A13]', async () => {
    const { visitor, page } = await signedIn('gus');
    const action = page.$('form[action$="/rename"]').last().attr('action') ?? '';
    const token = page.$(`form[action="${action}"] [name=_token]`).attr('value') ?? '';
    const renameMail = async (label: string) => visitor.post(action, { _token: token, label });
    const renamed = await visitor.follow(await renameMail('Inbox'));
    await removeAt(visitor, renamed, lastRemoval(renamed));
    const undo = await visitor.submit(renamed, {}, 'undo');
    expect(undo.status).to.equal(303);
    expect((await factorsOf('gus')).map(({ method }) => method)).to.deep.equal(['totp']);
    const gone = await renameMail('Gone');
    expect([gone.status, gone.error]).to.deep.equal([422, 'method_not_allowed']);
  });

  it('is shown beside when and where each factor was last used [4.1]', async () => {
    const { visitor, page } = await signedIn('hal');
    const [app, mail] = page.$('[data-mark=factor]').toArray();
    expect(page.$(app).attr('data-method')).to.equal('totp');
    expect(page.$(app).text()).to.match(/Last used .* with Firefox/);
    expect(page.$(mail).text()).not.to.include('Last used');
    const { visitor: other } = await givePassword(s, at('hal'), s.app.visitor());
    await other.chooseMethod('totp');
    expect(hasCode(await other.enterCode(nextCode(s.app)))).to.equal(true);
    expect((await visitor.open(SECURITY)).marks('last-use')).to.have.length(1);
  });
});

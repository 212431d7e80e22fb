/** Requests for a reset that administrators file, and removals that need two of them. */
import { expect } from 'chai';
import type { App } from '../../../support/app.ts';
import { interaction } from '../../oidc/story.ts';
import { alertOf, withApp } from '../members.ts';
import { linkIn, sentTo } from '../outbox.ts';
import { resetsIn } from '../resets/resets.ts';
import { addressOf, consoleConfig, idOf } from './console.ts';
import { linesOf, openPerson, press } from './person.ts';

const people = ['cas', 'dan', 'eva', 'fay'].map((name) =>
  withApp(name, 'acme', { groups: ['sales'], email_confirmed: true }),
);

async function requestOf({ app }: { readonly app: App }, name: string) {
  const request = await app.parts.stores.resetRequests.findNewest(await idOf({ app }, addressOf(name)));
  if (!request) throw new Error(`there is no request of ${name}`);
  return request;
}

describe('a reset that an administrator files', () => {
  const s = interaction(() => consoleConfig({}, ...people));

  it('is told to the person, who can cancel it, and changes nothing by itself', async () => {
    const person = await openPerson(s, 'helpdesk', 'cas');
    const filed = await press(person, 'file-reset', { reason: 'Called from the number in the staff list' });
    expect(filed.$('[role=status]').text()).to.include('has to approve it');
    expect(filed.marks('factor')).to.have.length(1);
    const request = await requestOf(s, 'cas');
    expect(request).to.include({ filedBy: await idOf(s, addressOf('helpdesk')), browser: null });
    const line = (await linesOf(s, addressOf('cas'))).find(({ event }) => event === 'reset.requested');
    expect(line?.actor).to.equal(request.filedBy);
    const [mail] = await sentTo(s.app, addressOf('cas'));
    expect(mail?.subject).to.match(/^An administrator of .+ asks for a reset of your account$/);
    expect(mail?.text).to.include('asked, for you,').and.not.include('your password');
    const link = linkIn(mail, 'cancel-reset');
    const visitor = s.app.visitor();
    await visitor.submit(await visitor.open(link), {});
    expect((await requestOf(s, 'cas')).steps.map(({ outcome }) => outcome)).to.deep.equal(['cancelled']);
  });

  it('needs a reason, and is one request however often it is filed', async () => {
    const person = await openPerson(s, 'admin', 'dan');
    const refused = await person.visitor.submit(person.page, { reason: '' }, 'file-reset');
    expect([refused.status, refused.error]).to.deep.equal([422, 'field_invalid']);
    const filed = await press(person, 'file-reset', { reason: 'Lost phone' });
    await press({ ...person, page: filed }, 'file-reset', { reason: 'Lost phone again' });
    expect((await requestOf(s, 'dan')).id).to.match(/\.1$/);
  });

  it('is never approved by the one who has filed it, and by another administrator it is [A125]', async () => {
    const { decide } = resetsIn(s);
    const by = await idOf(s, addressOf('admin'));
    expect(await decide('approve', addressOf('dan'), { by })).to.deep.equal({ kind: 'filer' });
    const done = await decide('approve', addressOf('dan'), { by: await idOf(s, addressOf('second')) });
    expect(done).to.include({ kind: 'decided', state: 'done' });
  });

  it('is refused for a person who has reported somebody else, until that is answered', async () => {
    const id = await idOf(s, addressOf('eva'));
    await s.app.parts.stores.accounts.setFrozen(id, s.clock.now());
    const person = await openPerson(s, 'admin', 'eva');
    const refused = await person.visitor.submit(person.page, { reason: 'Lost phone' }, 'file-reset');
    expect([refused.status, refused.error]).to.deep.equal([403, 'forbidden']);
    expect(alertOf(refused)).to.include('Talk to the person');
  });
});

describe('a removal of factors where two administrators approve', () => {
  const s = interaction(() => consoleConfig({ reset_approvers: 2 }, ...people));

  it('files the request and gives the first approval, and removes nothing [A125]', async () => {
    const person = await openPerson(s, 'admin', 'fay');
    const filed = await press(person, 'remove-factors', { reason: 'Lost phone' });
    expect(filed.marks('factor')).to.have.length(1);
    const { steps, filedBy } = await requestOf(s, 'fay');
    const by = await idOf(s, addressOf('admin'));
    expect([filedBy, steps.map(({ stage, by: who }) => [stage, who])]).to.deep.equal([
      by,
      [['first-approval', by]],
    ]);
    // The same administrator once more is no second one.
    await press({ ...person, page: filed }, 'remove-factors', { reason: 'Lost phone' });
    expect((await requestOf(s, 'fay')).steps).to.have.length(1);
    const other = await openPerson(s, 'second', 'fay');
    const removed = await press(other, 'remove-factors', { reason: 'Called back' });
    expect(removed.$('[role=status]').text()).to.include('second steps were removed');
    const id = await idOf(s, addressOf('fay'));
    expect(await s.app.parts.stores.enrolments.listByAccount(id)).to.deep.equal([]);
    expect(linkIn((await sentTo(s.app, addressOf('fay')))[0], 'set-up-again')).to.be.a('string');
  });
});

describe('a removal of factors where an approval takes effect later', () => {
  const s = interaction(() => consoleConfig({ reset_approvers: 2, reset_cooling_off_hours: 24 }, ...people));

  it('tells the second administrator, and each one after, that the request is approved [A125]', async () => {
    await press(await openPerson(s, 'admin', 'fay'), 'remove-factors', { reason: 'Lost phone' });
    for (const name of ['second', 'admin']) {
      const page = await press(await openPerson(s, name, 'fay'), 'remove-factors', { reason: 'Called back' });
      expect(page.$('[role=status]').text(), name).to.include('takes effect after the waiting time');
      expect(page.marks('factor')).to.have.length(1);
    }
    expect((await requestOf(s, 'fay')).steps.map(({ stage }) => stage)).to.deep.equal([
      'first-approval',
      'decision',
    ]);
  });
});

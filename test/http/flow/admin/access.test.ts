/** The guard of the console, on every route that the console has: by role, by tenant, by factor, by form. */
import { expect } from 'chai';
import { ROLES, type Role } from '../../../../src/domain/account.ts';
import { CONSOLE_PAGES, mayOpen } from '../../../../src/domain/administration/may-act.ts';
import { ADMIN_PATH, type ConsoleRoute } from '../../../../src/http/admin/console.ts';
import { type ConsoleDeps, consoleRoutes } from '../../../../src/http/admin/routes.ts';
import { PASSWORD } from '../../../support/app.ts';
import type { Visitor } from '../../../support/visitor.ts';
import { MINUTE } from '../../oidc/machine-clock.ts';
import { interaction, nextCode } from '../../oidc/story.ts';
import { member } from '../members.ts';
import { addressOf, consoleConfig, idOf, openConsole } from './console.ts';

/** The table of routes itself: a route without a row here does not exist. Nothing is called on it. */
const ROUTES = consoleRoutes({} as ConsoleDeps);
/** One account of each role. The roles below admin open few pages, and members none. */
const PERSON: Readonly<Record<Role, string>> = {
  member: 'ann',
  helpdesk: 'helpdesk',
  manager: 'manager',
  admin: 'admin',
};

describe('the console', () => {
  const s = interaction(() =>
    consoleConfig({}, member('fay', 'acme', { role: 'admin' }), member('gus', 'acme', { role: 'helpdesk' })),
  );

  /** The address of a route, with the person of another tenant where it names one. */
  async function addressAt({ path }: ConsoleRoute, of = addressOf('zoe', 'open')): Promise<string> {
    return `${ADMIN_PATH}${path === '/' ? '' : path}`.replace(':id', await idOf(s, of));
  }

  async function request(visitor: Visitor, route: ConsoleRoute, of?: string) {
    const address = await addressAt(route, of);
    return route.method === 'GET' ? visitor.get(address) : visitor.post(address, {});
  }

  it('has no route without a page of the role table [A61]', () => {
    expect(ROUTES.length).to.be.greaterThan(0);
    for (const { page } of ROUTES) expect(mayOpen('admin', page), page).to.equal(true);
  });

  for (const role of ROLES) {
    it(`answers 403 on each page that the role ${role} may not open, and never shows one [A61]`, async () => {
      const { visitor } = await openConsole(s, addressOf(PERSON[role]), '/account');
      if (role !== 'member') await openConsoleAgain(visitor);
      for (const route of ROUTES) {
        if (mayOpen(role, route.page)) continue;
        const answer = await request(visitor, route);
        expect(answer.status, `${route.method} ${route.path}`).to.equal(403);
        expect(answer.name, route.path).to.equal('error');
      }
    });
  }

  async function openConsoleAgain(visitor: Visitor): Promise<void> {
    const page = await visitor.open('/admin');
    if (page.name === 'enter-code') await visitor.enterCode(nextCode(s.app));
  }

  it('answers 404 for a person of another tenant, on each route that names one [A61]', async () => {
    const { visitor } = await openConsole(s, addressOf('admin'));
    for (const route of ROUTES.filter(({ method, path }) => method === 'GET' && path.includes('/users/:id')))
      expect((await request(visitor, route)).status, route.path).to.equal(404);
  });

  it('refuses each form without its token [A63]', async () => {
    const { visitor } = await openConsole(s, addressOf('admin'));
    for (const route of ROUTES.filter(({ method }) => method === 'POST'))
      expect((await request(visitor, route, addressOf('ann'))).status, route.path).to.equal(403);
  });

  it('redirects each request without a session to a sign-in, and back to the page [A63]', async () => {
    for (const route of ROUTES) {
      const answer = await request(s.app.visitor(), route);
      expect([answer.status, new URL(answer.location ?? '').pathname], route.path).to.deep.equal([
        303,
        '/auth',
      ]);
    }
  });

  it('asks for the second factor again after ten minutes, on each route [A63]', async () => {
    const { visitor, page } = await openConsole(s, addressOf('admin'));
    expect(page.name).to.equal('admin-overview');
    s.clock.nextStep(9 * MINUTE);
    expect((await visitor.open('/admin')).name).to.equal('admin-overview');
    s.clock.nextStep(2 * MINUTE);
    for (const route of ROUTES) {
      const answer = await request(visitor, route);
      expect([answer.status, new URL(answer.location ?? '').pathname], route.path).to.deep.equal([
        303,
        '/auth',
      ]);
    }
    expect((await visitor.open('/admin')).name).to.equal('enter-code');
    expect((await visitor.enterCode(nextCode(s.app))).name).to.equal('admin-overview');
  });

  it('leads an administrator without a factor to a set-up before anything else [A63 2.1]', async () => {
    for (const name of ['fay', 'gus']) {
      const visitor = s.app.visitor();
      await visitor.open('/admin');
      const page = await visitor.signIn(addressOf(name), PASSWORD);
      expect(page.name).to.match(/^set-up-/);
    }
  });

  it('tells a member nothing, and asks for no second factor first', async () => {
    const visitor = s.app.visitor();
    await visitor.open('/admin');
    const page = await visitor.signIn(addressOf('ben'), PASSWORD);
    expect([page.status, page.name]).to.deep.equal([403, 'error']);
  });

  it('is linked from the account of each role but member', async () => {
    for (const role of ROLES) {
      const { page } = await openConsole(s, addressOf(PERSON[role]), '/account');
      expect(page.name).to.equal('account');
      expect(page.$('header nav a[href="/admin"]').length, role).to.equal(role === 'member' ? 0 : 1);
    }
  });

  it('links to the pages that the role opens, and to no other', async () => {
    for (const role of ROLES.filter((each) => each !== 'member')) {
      const { visitor, page } = await openConsole(s, addressOf(PERSON[role]));
      const links = page
        .$('header nav a[href^="/admin"]')
        .toArray()
        .map((each) => each.attribs.href);
      const opened = CONSOLE_PAGES.filter((each) => mayOpen(role, each));
      expect(links, role).to.deep.equal(
        opened.map((each) => (each === 'overview' ? ADMIN_PATH : `${ADMIN_PATH}/${each}`)),
      );
      for (const link of links) {
        const { status, name } = await visitor.open(link ?? '');
        expect([status, name], link).to.deep.equal([200, `admin-${link?.split('/')[2] ?? 'overview'}`]);
      }
    }
  });
});

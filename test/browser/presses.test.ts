/** The pages and presses of each ordinary sign-in, counted in Chromium and compared with the table of the documentation. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import type { MethodName } from '../../src/domain/methods/method.ts';
import { codeTo, desk, phoneFor, reachable } from '../http/flow/outbox.ts';
import { type App, PASSWORD, SECRET, standardConfig, startApp, type Yaml } from '../support/app.ts';
import { needs } from '../support/needs.ts';
import { eventually } from '../support/time/eventually.ts';
import { totpCode } from '../support/totp.ts';
import { socketsOf } from './authenticators.ts';
import { type Elsewhere, startElsewhere } from './other-origins.ts';
import { createPerson, type Person } from './person.ts';
import { windows } from './windows.ts';

const GUIDE = join(import.meta.dirname, '../../docs/guides/methods.md');
const HEADING = '## Pages and presses';
const MINUTE = 60_000;
const APP = { method: 'totp', secret: SECRET };

interface Count {
  pages: number;
  presses: number;
}

/** Tells the test of each page of the person, and of each press of a button or a link. */
const TELL = `addEventListener('DOMContentLoaded', () => tell(location.origin, 'pages'));
addEventListener('click', (event) => {
  if (event.isTrusted && event.target.closest('button, a')) tell(location.origin, 'presses');
}, true);`;

/** The rows of the table, by the words of their first column. */
function documented(): Record<string, Count> {
  const [, section = ''] = readFileSync(GUIDE, 'utf8').split(`${HEADING}\n`);
  const [table = ''] = section.split('\n## ');
  const rows = [...table.matchAll(/^\| (.+?) \| (\d+) \| (\d+) \|$/gm)];
  return Object.fromEntries(
    rows.map(([, name, pages, presses]) => [name, { pages: Number(pages), presses: Number(presses) }]),
  );
}

function config(redirectUri: string): Yaml {
  const people = [
    reachable('sam', 'desk', 'sms'),
    reachable('two', 'desk', APP, 'sms'),
    reachable('def', 'desk', APP, 'sms'),
  ];
  const { tenants, accounts } = desk(...people);
  const passkeys = (tenants as Yaml[]).map((tenant) =>
    tenant.id === 'open'
      ? { ...tenant, second_factor: { ...(tenant.second_factor as Yaml), methods: ['totp', 'passkey'] } }
      : tenant,
  );
  const clients = standardConfig()
    .clients.filter(({ client_id: id }) => id === 'rp' || id === 'third')
    .map((client) => ({ ...client, redirect_uris: [redirectUri] }));
  return { tenants: passkeys, accounts, clients };
}

describe('the pages and presses of a sign-in', function () {
  // Each is a few pages, on a machine that has other things to do.
  this.timeout(120_000);
  const { chromium } = needs('chromium');
  const open = windows(chromium);
  const counted: Record<string, Count> = {};
  let elsewhere: Elsewhere;
  let app: App;

  before(async () => {
    elsewhere = await startElsewhere();
    app = await startApp({ config: config(elsewhere.redirectUri), hostname: 'localhost' });
  });
  beforeEach(() => elsewhere.trust(app, 'rp'));
  after(async () => {
    await app?.stop();
    await elsewhere?.close();
  });

  async function someone() {
    const { page } = await open({ locale: 'en-GB' });
    let count: Count = { pages: 0, presses: 0 };
    await page.context().exposeFunction('tell', (origin: string, what: keyof Count) => {
      if (origin === app.origin) count[what] += 1;
    });
    await page.addInitScript(TELL);
    const person = createPerson(page);

    /** Counts one way from the relying party back to it. */
    async function counting(row: string, steps: () => Promise<void>): Promise<void> {
      count = { pages: 0, presses: 0 };
      await person.open(elsewhere.start());
      await steps();
      await person.isOn('third');
      const wanted = documented()[row];
      counted[row] = count;
      await eventually(async () => expect(count, row).to.deep.equal(wanted));
    }
    return { page, person, counting };
  }

  async function givePassword(person: Person, email: string): Promise<void> {
    await person.isOn('sign-in');
    await person.send({ email, password: PASSWORD }, 'sign_in');
  }

  async function enterAppCode(person: Person): Promise<void> {
    await person.isOn('enter-code');
    app.clock.nextStep(MINUTE);
    await person.send({ code: totpCode(SECRET, app.clock.now()) }, 'confirm');
  }

  async function enterSentCode(person: Person, name: string): Promise<void> {
    await person.isOn('enter-code');
    await person.send({ code: await codeTo(app, phoneFor(name)) }, 'confirm');
  }

  async function makeDefault(email: string, method: MethodName): Promise<void> {
    const { accounts, enrolments } = app.parts.stores;
    const account = await accounts.findByEmail(email);
    const factors = await enrolments.listByAccount(account?.id ?? '');
    const chosen = factors.find((factor) => factor.method === method);
    await enrolments.setDefault(account?.id ?? '', chosen?.id ?? '');
  }

  async function setUpPasskey(page: Page, person: Person): Promise<void> {
    await person.open(`${app.origin}/account/security`);
    await person.isOn('security');
    await page.locator('button[name=set-up][value=passkey]').click();
    await person.isOn('set-up-passkey');
    await person.send({}, 'confirm');
    await person.isOn('recovery-codes');
    await person.send({}, 'saved');
    await person.isOn('security');
    await page.context().clearCookies();
  }

  it('are as documented with an authenticator app, and none in a live session [U.4]', async () => {
    const { person, counting } = await someone();
    await counting('authenticator app', async () => {
      await givePassword(person, 'app@strict.test');
      await enterAppCode(person);
    });
    await counting('a live session', async () => {});
  });

  it('are as documented with a text message [U.4]', async () => {
    const { person, counting } = await someone();
    await counting('SMS', async () => {
      await givePassword(person, 'sam@desk.test');
      await enterSentCode(person, 'sam');
    });
  });

  it('are as documented with a passkey, by its button and by autofill [U.4]', async () => {
    const { page, person, counting } = await someone();
    const laptop = await (await socketsOf(page)).withAccounts();
    await person.open(elsewhere.start());
    await givePassword(person, 'new@open.test');
    await person.isOn('third');
    await setUpPasskey(page, person);
    await counting('passkey, by autofill', async () => {});
    await page.context().clearCookies();
    await laptop.answers(false);
    await counting('passkey, by its button', async () => {
      await person.isOn('sign-in');
      await page.locator('button[name=passkey]').waitFor();
      await laptop.answers(true);
      await page.locator('button[name=passkey]').click();
    });
  });

  it('are one more of each where a passkey is offered [U.4]', async () => {
    const { page, person, counting } = await someone();
    await (await socketsOf(page)).withAccounts();
    await counting('authenticator app, and the offer of a passkey', async () => {
      await givePassword(person, 'app@open.test');
      await person.isOn('enter-code');
      await page.locator('input[name=can_use_passkeys][value="1"]').waitFor({ state: 'attached' });
      await enterAppCode(person);
      await person.isOn('offer-passkey');
      await person.send({}, 'later');
    });
  });

  it('are as documented with several methods, with the one used last selected [2.7]', async () => {
    const { page, person, counting } = await someone();
    await person.open(elsewhere.start());
    await givePassword(person, 'two@desk.test');
    await person.isOn('choose-method');
    await person.send({ method: 'sms' }, 'choose');
    await enterSentCode(person, 'two');
    await person.isOn('third');
    await page.context().clearCookies();
    await counting('several methods, none the default', async () => {
      await givePassword(person, 'two@desk.test');
      await person.isOn('choose-method');
      expect(await page.locator('[name=method]').first().inputValue()).to.equal('sms');
      expect(await page.locator('[name=method]:checked').inputValue()).to.equal('sms');
      await person.send({}, 'choose');
      await enterSentCode(person, 'two');
    });
  });

  it('are as documented with several methods, one of them the default [2.7]', async () => {
    const { person, counting } = await someone();
    await makeDefault('def@desk.test', 'totp');
    await counting('several methods, one the default', async () => {
      await givePassword(person, 'def@desk.test');
      await enterAppCode(person);
    });
  });

  it('are as documented in a first set-up, where mail proof is off [1.1]', async () => {
    const { person, counting } = await someone();
    await counting('first set-up of an authenticator app, `set_up_proof: none`', async () => {
      await givePassword(person, 'new@strict.test');
      await person.isOn('set-up-totp');
      const secret = (await person.mark('secret')).replaceAll(' ', '');
      await person.send({ code: totpCode(secret, app.clock.now()) }, 'confirm');
      await person.isOn('recovery-codes');
      await person.send({}, 'saved');
    });
  });

  it('are one more of each where a third-party application needs consent [U.3]', async () => {
    const { person, counting } = await someone();
    await elsewhere.trust(app, 'third');
    await counting('authenticator app, and the consent for a third-party application', async () => {
      await givePassword(person, 'app@strict.test');
      await enterAppCode(person);
      await person.isOn('consent');
      await person.send({}, 'allow');
    });
  });

  it('are all in the table of the documentation, and nothing else is', () => {
    expect(counted).to.deep.equal(documented());
  });
});

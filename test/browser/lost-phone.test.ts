/** A lost phone, in two browsers: a person asks for a reset, an administrator approves it, and the person goes on. */
import { expect } from 'chai';
import { addressOf, consoleConfig } from '../http/flow/admin/console.ts';
import { withApp } from '../http/flow/members.ts';
import { linkIn, sentTo } from '../http/flow/outbox.ts';
import { type App, PASSWORD, SECRET, startApp } from '../support/app.ts';
import { needs } from '../support/needs.ts';
import { totpCode } from '../support/totp.ts';
import { createCarefulPerson } from './careful-person.ts';
import type { Person } from './person.ts';
import { windows } from './windows.ts';

/** Milliseconds until an app shows another code. */
const STEP_MS = 30_000;
const PHONE = { width: 390, height: 844 };
const REASON = 'Mijn telefoon ligt nog in de trein.';

describe('a person who lost the phone, and an administrator, in two browsers', function () {
  this.timeout(120_000);
  const { chromium } = needs('chromium');
  const open = windows(chromium);
  let app: App;
  before(async () => {
    const cat = withApp('cat', 'acme', { email_confirmed: true });
    app = await startApp({ config: consoleConfig({ enforcement: 'required' }, cat), hostname: 'localhost' });
  });
  after(() => app?.stop());

  async function signIn(person: Person, path: string, email: string): Promise<void> {
    await person.open(`${app.origin}${path}`);
    await person.isOn('sign-in');
    await person.send({ email, password: PASSWORD }, 'sign_in');
  }

  it('get from the request in Dutch over the approval in English to a new phone, by the keyboard [4.4 1.5 U.4]', async () => {
    const email = addressOf('cat');
    const [owners, desk] = [
      await open({ locale: 'nl-NL', viewport: PHONE }),
      await open({ locale: 'en-GB' }),
    ];
    const owner = createCarefulPerson(owners.page);
    await signIn(owner, '/account', email);
    await owner.isOn('enter-code');
    await owner.follow('request-reset');
    await owner.isOn('request-reset');
    await owners.page.locator('[name=reason]').fill(REASON);
    await owner.press('button[name=send]');
    await owner.page.locator('[role=status]').waitFor();

    const admin = createCarefulPerson(desk.page);
    await signIn(admin, '/admin', addressOf('admin'));
    await admin.isOn('enter-code');
    app.clock.nextStep(STEP_MS);
    await admin.send({ code: totpCode(SECRET, app.clock.now()) }, 'confirm');
    await admin.isOn('admin-overview');
    expect(await admin.mark('requests')).to.equal('1');
    await admin.press('[data-mark=requests]');
    await admin.isOn('admin-requests');
    await admin.press('[data-mark=request] a');
    await admin.isOn('admin-request');
    expect(await admin.mark('reason')).to.equal(REASON);
    await desk.page.locator('[name=reason]').fill('Called her on the office number.');
    await admin.press('button[name=approve]', 'Space');
    await admin.page.locator('[data-mark=state][data-state=done]').waitFor();
    expect(await desk.page.locator('[role=status]').count()).to.equal(1);

    // The person uses the link some time after the approval, which has ended everything of before.
    app.clock.nextStep(STEP_MS);
    const [mail] = await sentTo(app, email);
    await owner.open(linkIn(mail, 'set-up-again'));
    await owner.isOn('set-up-again');
    await owner.send({}, 'continue');
    await owner.isOn('sign-in');
    await owner.send({ email, password: PASSWORD }, 'sign_in');
    await owner.isOn('set-up-choose');
    await owner.send({ method: 'totp' }, 'choose');
    await owner.isOn('set-up-totp');
    const secret = await owner.mark('secret');
    await owner.send({ code: totpCode(secret, app.clock.now()) }, 'confirm');
    await owner.isOn('recovery-codes');
    await owner.send({}, 'saved');
    await owner.isOn('security');
    expect(await owner.page.locator('[data-mark=factor]').count()).to.equal(1);
    expect([...owner.faults, ...admin.faults]).to.deep.equal([]);
    expect([owners.complaints, desk.complaints]).to.deep.equal([[], []]);
  });
});

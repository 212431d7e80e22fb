/** A roll-out in two browsers: an administrator asks a group for a second step, and a member of it sets one up. */
import { expect } from 'chai';
import { addressOf, consoleConfig } from '../http/flow/admin/console.ts';
import { member } from '../http/flow/members.ts';
import { type App, PASSWORD, SECRET, startApp } from '../support/app.ts';
import { needs } from '../support/needs.ts';
import { totpCode } from '../support/totp.ts';
import { createCarefulPerson } from './careful-person.ts';
import { windows } from './windows.ts';

/** Milliseconds until an app shows another code. */
const STEP_MS = 30_000;
const PHONE = { width: 390, height: 844 };

describe('a roll-out to a pilot group, in two browsers', function () {
  this.timeout(120_000);
  const { chromium } = needs('chromium');
  const open = windows(chromium);
  let app: App;
  before(async () => {
    const pia = member('pia', 'acme', { groups: ['pilot'], email_confirmed: true });
    app = await startApp({ config: consoleConfig({ set_up_proof: 'none' }, pia), hostname: 'localhost' });
  });
  after(() => app?.stop());

  it('leads from the preview in Dutch to a member who is protected in English, by the keyboard [B.2 B.4 U.4]', async () => {
    const [desk, phone] = [await open({ locale: 'nl-NL' }), await open({ locale: 'en-GB', viewport: PHONE })];
    const admin = createCarefulPerson(desk.page);
    const pia = createCarefulPerson(phone.page);

    await admin.open(`${app.origin}/admin`);
    await admin.isOn('sign-in');
    await admin.send({ email: addressOf('admin'), password: PASSWORD }, 'sign_in');
    await admin.isOn('enter-code');
    await admin.send({ code: totpCode(SECRET, app.clock.now()) }, 'confirm');
    await admin.isOn('admin-overview');
    const before = Number(await admin.mark('protected'));

    await admin.press('nav a[href="/admin/security"]');
    await admin.isOn('admin-security');
    await desk.page.locator('#groups').fill('pilot: required');
    await desk.page.locator('#grace_days').fill('0');
    await admin.press('button[name=preview]');
    await admin.isOn('admin-preview');
    expect([await admin.mark('affected'), await admin.mark('must-set-up')]).to.deep.equal(['1', '1']);
    await admin.press('button[name=apply]', 'Space');
    await admin.isOn('admin-security');
    expect(await desk.page.locator('[role=status]').count()).to.equal(1);

    await pia.open(`${app.origin}/account`);
    await pia.isOn('sign-in');
    await pia.send({ email: addressOf('pia'), password: PASSWORD }, 'sign_in');
    await pia.isOn('set-up-choose');
    await phone.page.check('[name=method][value=totp]');
    await pia.press('button[name=choose]');
    await pia.isOn('set-up-totp');
    const secret = await pia.mark('secret');
    await phone.page.locator('#code').fill(totpCode(secret, app.clock.now()));
    await pia.press('button[name=confirm]');
    await pia.isOn('recovery-codes');
    await pia.press('button[name=saved]', 'Space');
    await pia.isOn('account');

    app.clock.nextStep(STEP_MS);
    await admin.open(`${app.origin}/admin`);
    await admin.isOn('admin-overview');
    expect(Number(await admin.mark('protected'))).to.equal(before + 1);
    expect(await desk.page.locator('html').getAttribute('lang')).to.equal('nl');
    expect(await phone.page.locator('html').getAttribute('lang')).to.equal('en');
    expect([...admin.faults, ...pia.faults]).to.deep.equal([]);
    expect([desk.complaints, phone.complaints]).to.deep.equal([[], []]);
  });
});

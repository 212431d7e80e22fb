/** A stranger's first day, in Chromium, in Dutch and on a phone: from the mail of an invitation to another phone. */
import { expect } from 'chai';
import { invitationsIn, inviting, SECRET_WORDS } from '../http/flow/invitations/invitations.ts';
import { type App, startApp } from '../support/app.ts';
import { needs } from '../support/needs.ts';
import { totpCode } from '../support/totp.ts';
import { createPerson, type Person } from './person.ts';
import { windows } from './windows.ts';

/** Milliseconds until an app shows another code. */
const STEP_MS = 30_000;
const EMAIL = 'nel@strict.test';
const PHONE = { locale: 'nl-NL', viewport: { width: 390, height: 844 } } as const;

describe('a person who was invited, in a browser', function () {
  this.timeout(120_000);
  const { chromium } = needs('chromium');
  const open = windows(chromium);
  let app: App;
  before(async () => {
    app = await startApp({ config: inviting(), hostname: 'localhost' });
  });
  after(() => app?.stop());

  /** Sets the app up, and gives its secret. */
  async function pair(person: Person): Promise<string> {
    await person.isOn('set-up-totp');
    const secret = await person.mark('secret');
    await person.send({ code: totpCode(secret, app.clock.now()) }, 'confirm');
    return secret;
  }

  it('joins, sets an app up without a mailed code, and moves it to another phone [0.1 0.5 1.7 4.3]', async () => {
    const { page, complaints } = await open(PHONE);
    const person = createPerson(page);
    const { invite, linkTo } = invitationsIn({ app });
    expect(await invite(EMAIL)).to.equal('invited');

    await person.open(await linkTo(EMAIL));
    await person.isOn('invitation');
    expect(await person.words())
      .to.include('The strict firm')
      .and.include('wachtwoord');
    await person.send({ password: 'welkom01' }, 'save');
    await page.locator('[role=alert][data-error=field_invalid]').waitFor();
    await person.send({ password: SECRET_WORDS }, 'save');
    await person.isOn('set-up-choose');
    await person.send({ method: 'totp' }, 'choose');
    const old = await pair(person);
    await person.isOn('recovery-codes');
    expect(await page.locator('[data-mark="recovery-code"]').count()).to.equal(10);
    await person.send({}, 'saved');
    await person.isOn('account');

    await person.open(`${app.origin}/account/security`);
    await person.isOn('security');
    app.clock.nextStep(STEP_MS);
    await person.send({}, 'replace');
    const next = await pair(person);
    expect(next).not.to.equal(old);
    await person.isOn('security');
    expect(await person.words()).to.include('Je nieuwe tweede stap werkt en de oude is verwijderd.');
    expect(await page.locator('[data-mark=factor]').count()).to.equal(1);
    expect(complaints).to.deep.equal([]);

    const later = await open(PHONE);
    const again = createPerson(later.page);
    app.clock.nextStep(STEP_MS);
    await again.open(`${app.origin}/account`);
    await again.isOn('sign-in');
    await again.send({ email: EMAIL, password: SECRET_WORDS }, 'sign_in');
    await again.isOn('enter-code');
    await again.send({ code: totpCode(old, app.clock.now()) }, 'confirm');
    await later.page.locator('[role=alert][data-error=code_invalid]').waitFor();
    await again.send({ code: totpCode(next, app.clock.now()) }, 'confirm');
    await again.isOn('account');
    expect(later.complaints).to.deep.equal([]);
  });
});

/** Several windows of one browser that wait for the same sign-in. */
import { expect } from 'chai';
import { type App, CLIENT_SECRET, PASSWORD, SECRET, standardConfig, startApp } from '../support/app.ts';
import { needs } from '../support/needs.ts';
import { totpCode } from '../support/totp.ts';
import { type Elsewhere, startElsewhere } from './other-origins.ts';
import { createPerson, type Person } from './person.ts';
import { windows } from './windows.ts';

describe('windows that wait for a sign-in, in a browser', () => {
  const { chromium } = needs('chromium');
  const open = windows(chromium);
  let parties: readonly Elsewhere[] = [];
  let app: App;

  before(async () => {
    parties = await Promise.all(['one', 'two', 'three'].map(() => startElsewhere()));
    const clients = parties.map(({ redirectUri }, index) => ({
      client_id: `party-${index}`,
      client_secret: CLIENT_SECRET,
      redirect_uris: [redirectUri],
      first_party: true,
    }));
    app = await startApp({ config: { ...standardConfig(), clients } });
    await Promise.all(parties.map((party, index) => party.trust(app, `party-${index}`)));
  });
  after(async () => {
    await app?.stop();
    await Promise.all(parties.map((party) => party.close()));
  });

  for (const javaScriptEnabled of [true, false]) {
    const how = javaScriptEnabled ? 'with JavaScript' : 'without JavaScript';

    it(`finish without another code once one of them is signed in, ${how} [A121]`, async () => {
      const { page, complaints } = await open({ javaScriptEnabled, locale: 'en' });
      const persons: Person[] = [createPerson(page)];
      while (persons.length < parties.length) persons.push(createPerson(await page.context().newPage()));
      for (const [index, person] of persons.entries()) {
        await person.open(parties[index]?.start() ?? '');
        await person.isOn('sign-in');
      }
      const [first, second, third] = persons as [Person, Person, Person];
      await third.send({ email: 'app@strict.test', password: PASSWORD }, 'sign_in');
      await third.isOn('enter-code');
      await first.send({ email: 'app@strict.test', password: PASSWORD }, 'sign_in');
      await first.isOn('enter-code');
      app.clock.nextStep(31_000);
      const code = totpCode(SECRET, app.clock.now());
      await first.send({ code }, 'confirm');
      await first.isOn('third');

      await second.page.reload();
      await second.isOn('third');
      await third.send({ code }, 'confirm');
      await third.isOn('third');
      const told = await Promise.all(
        persons.map(async ({ mark }) => new URL(await mark('arrived'), app.origin)),
      );
      const subjects = told.map(
        ({ searchParams }) => `${searchParams.get('sub')} ${searchParams.get('acr')}`,
      );
      expect(new Set(subjects).size).to.equal(1);
      expect(subjects[0]).to.include('https://refeds.org/profile/mfa');

      await first.page.goBack();
      await first.isOn('error');
      expect(await first.page.locator('main .choices a').first().getAttribute('href')).to.equal('/account');
      expect(complaints).to.deep.equal([]);
    });
  }
});

/** Relying parties at other origins, whose answers lead on to others still: no policy of ours may stop them. */
import { expect } from 'chai';
import { type App, CLIENT_SECRET, PASSWORD, SECRET, standardConfig, startApp } from '../support/app.ts';
import { needs } from '../support/needs.ts';
import { totpCode } from '../support/totp.ts';
import { type Elsewhere, startElsewhere } from './other-origins.ts';
import { createPerson, type Person } from './person.ts';
import { windows } from './windows.ts';

/** More than a step of the authenticator app. */
const NEXT_STEP_MS = 31_000;

describe('relying parties at other origins, in a browser', () => {
  const { chromium } = needs('chromium');
  const open = windows(chromium);
  let elsewhere: Elsewhere;
  let app: App;

  before(async () => {
    elsewhere = await startElsewhere();
    const client = (id: string, isFirstParty: boolean) => ({
      client_id: id,
      client_secret: CLIENT_SECRET,
      redirect_uris: [elsewhere.redirectUri],
      post_logout_redirect_uris: [elsewhere.afterSignOut],
      first_party: isFirstParty,
    });
    app = await startApp({
      config: { ...standardConfig(), clients: [client('trusted', true), client('asking', false)] },
    });
  });
  after(async () => {
    await app?.stop();
    await elsewhere?.close();
  });

  async function visit(javaScriptEnabled: boolean) {
    const { page, complaints } = await open({ javaScriptEnabled, locale: 'en' });
    return { person: createPerson(page), complaints };
  }

  async function signIn(person: Person, email: string, parameters?: Readonly<Record<string, string>>) {
    await person.open(elsewhere.start(parameters));
    await person.isOn('sign-in');
    await person.send({ email, password: PASSWORD }, 'sign_in');
    if (!email.startsWith('app@')) return;
    await person.isOn('enter-code');
    app.clock.nextStep(NEXT_STEP_MS);
    await person.send({ code: totpCode(SECRET, app.clock.now()) }, 'confirm');
  }

  /** The relying party's redirect has led on; gives what it passed on there. */
  async function arrivesAt(person: Person, path: string): Promise<URLSearchParams> {
    await person.isOn('third');
    const arrived = new URL(await person.mark('arrived'), app.origin);
    expect(arrived.pathname).to.equal(path);
    return arrived.searchParams;
  }

  for (const javaScriptEnabled of [true, false]) {
    const how = javaScriptEnabled ? 'with JavaScript' : 'without JavaScript';

    for (const clientId of ['trusted', 'asking']) {
      const consents = clientId === 'asking';

      it(`sign in and out ${consents ? 'by way of' : 'without'} the consent page, ${how} [U.3]`, async () => {
        await elsewhere.trust(app, clientId);
        const { person, complaints } = await visit(javaScriptEnabled);
        await signIn(person, 'app@strict.test');
        if (consents) {
          await person.isOn('consent');
          await person.send({}, 'allow');
        }
        const told = await arrivesAt(person, '/signed-in');
        expect(told.get('acr')).to.equal('https://refeds.org/profile/mfa');

        await person.open(elsewhere.signOut);
        if (consents) {
          await person.isOn('sign-out');
          await person.send({}, 'logout');
        }
        await arrivesAt(person, '/signed-out');
        expect(complaints).to.deep.equal([]);
      });
    }

    it(`receive the answer by form_post, ${how} [U.3]`, async () => {
      await elsewhere.trust(app, 'trusted');
      const { person, complaints } = await visit(javaScriptEnabled);
      await signIn(person, 'app@strict.test', { response_mode: 'form_post' });
      if (!javaScriptEnabled) await person.page.locator('form[action$="/callback"] button').click();
      await arrivesAt(person, '/signed-in');
      expect(complaints).to.deep.equal([]);
    });

    it(`receive an error when the person cancels, ${how} [U.3]`, async () => {
      await elsewhere.trust(app, 'trusted');
      const { person, complaints } = await visit(javaScriptEnabled);
      await person.open(elsewhere.start());
      await person.isOn('sign-in');
      await person.send({}, 'cancel');
      expect((await arrivesAt(person, '/refused')).get('error')).to.equal('access_denied');
      expect(complaints).to.deep.equal([]);
    });

    it(`accept a person who switches accounts, ${how} [B.5]`, async () => {
      await elsewhere.trust(app, 'trusted');
      const { person, complaints } = await visit(javaScriptEnabled);
      await signIn(person, 'new@open.test');
      const before = await arrivesAt(person, '/signed-in');
      await signIn(person, 'new@plain.test', { prompt: 'login' });
      if (!javaScriptEnabled) {
        await person.isOn('switch-account');
        await person.page.locator('[data-self-submit] button').click();
      }
      const after = await arrivesAt(person, '/signed-in');
      expect(after.get('sub')).not.to.equal(before.get('sub'));
      expect(complaints).to.deep.equal([]);
    });
  }
});

/** Everything that a person can be shown in this release, with every address and answer on the way. */
import { type App, PASSWORD, SECRET } from '../../support/app.ts';
import type { Page } from '../../support/pages/page.ts';
import { totpCode } from '../../support/totp.ts';
import { removeWith } from '../flow/members.ts';

export interface Run {
  /** In the order in which they came, redirects too. */
  readonly answers: readonly Page[];
  /** Values that no URL may hold: typed secrets, displayed secrets and tokens. */
  readonly secrets: readonly string[];
}

/** Milliseconds: the next code of the authenticator app is a new one. */
const STEP = 31_000;

export async function wholeRun(app: App): Promise<Run> {
  const answers: Page[] = [];
  const secrets = [PASSWORD, SECRET, 'a wrong password', '135790'];
  const rp = await app.relyingParty();
  const third = await app.relyingParty('third');

  const visit = () => app.visitor({ seen: (page) => answers.push(page) });

  function nextCode(secret: string): string {
    app.clock.nextStep(STEP);
    const code = totpCode(secret, app.clock.now());
    secrets.push(code);
    return code;
  }

  async function firstSignIn(): Promise<void> {
    const visitor = visit();
    await visitor.open(await rp.authorizationUrl());
    await visitor.signIn('new@strict.test', 'a wrong password');
    const first = await visitor.signIn('new@strict.test', PASSWORD);
    const setUp =
      first.name === 'set-up-choose'
        ? await visitor.follow(await visitor.submit(first, { method: 'totp' }))
        : first;
    const secret = setUp.mark('secret').replaceAll(/\s/g, '');
    secrets.push(secret);
    await visitor.enterCode('135790');
    await visitor.enterCode(nextCode(secret));
  }

  async function laterSignIns(): Promise<void> {
    const visitor = visit();
    await visitor.open(await rp.authorizationUrl({ response_mode: 'form_post' }));
    await visitor.signIn('app@open.test', PASSWORD);
    await visitor.enterCode('135790');
    await visitor.enterCode(nextCode(SECRET));
    const consent = await visitor.open(await third.authorizationUrl({ scope: 'openid email' }));
    await visitor.submit(consent, {}, 'deny');
    await visitor.open(await rp.authorizationUrl({ prompt: 'none' }));
    await visitor.open(await rp.authorizationUrl({ prompt: 'login' }));
    // Somebody else in the same browser.
    await visitor.signIn('new@plain.test', PASSWORD);
    await visitor.follow(await visitor.submit(visitor.page, {}));
  }

  async function account(): Promise<void> {
    const visitor = visit();
    await visitor.open('/account');
    await visitor.signIn('new@open.test', PASSWORD);
    const security = await visitor.open('/account/security');
    const setUp = await visitor.follow(await visitor.submit(security, {}, 'set-up'));
    const secret = setUp.mark('secret').replaceAll(/\s/g, '');
    secrets.push(secret);
    await visitor.submit(setUp, { code: '135790' });
    const done = await visitor.enterCode(nextCode(secret));
    await visitor.follow(await removeWith(visitor, done, 'turn-off'));
    await visitor.follow(await visitor.submit(visitor.page, {}, 'locale'));
    const signOut = await visitor.open('/session/end');
    await visitor.follow(await visitor.submit(signOut, {}, 'logout'));
  }

  async function elsewhere(): Promise<void> {
    const visitor = visit();
    for (const path of [
      '/',
      '/demo',
      '/dev/outbox',
      '/dev/outbox.json',
      '/health/live',
      '/health/ready',
      '/nowhere',
      '/auth',
      '/auth/abc',
      '/interaction/abc',
      '/me',
      '/token',
      '/jwks',
      '/.well-known/openid-configuration',
      '/session/end',
      '/session/end/success',
      '/favicon.ico',
      '/account/return?error=access_denied',
    ])
      await visitor.get(path);
    await visitor.post('/locale', { locale: 'xx' });
    await visitor.post('/locale', { locale: 'nl' }, { origin: 'http://evil.test' });
    await visitor.post('/interaction/abc/sign-in', { email: 'a', password: 'b' });
    await visitor.post('/session/end/confirm', { xsrf: 'x', logout: 'yes' });
    await visitor.post('/token', { grant_type: 'authorization_code', code: 'x' });
    await visitor.post(
      '/token',
      { grant_type: 'authorization_code', code: 'x' },
      { accept: 'application/json' },
    );
    await visitor.post('/nowhere', {});
  }

  await firstSignIn();
  await account();
  await laterSignIns();
  await elsewhere();
  return { answers, secrets };
}

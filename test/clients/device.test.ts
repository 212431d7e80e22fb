/** A program without a browser, as the page about devices prints it. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { expect } from 'chai';
import { documentedClient } from './support/documented-client.ts';
import { signInAs } from './support/people.ts';

const MFA = 'https://refeds.org/profile/mfa';

/** Longer than the interval of the device, and below the limit of mocha. */
const PATIENCE_MS = 40_000;

describe('a device', () => {
  const at = documentedClient('device');

  /** Starts the program, and gives the lines that it prints, one at each call. */
  function television() {
    const child = spawn(process.execPath, ['television.mjs'], {
      cwd: at.folder,
      env: { PATH: process.env.PATH },
      stdio: ['ignore', 'pipe', 'inherit'],
      timeout: PATIENCE_MS,
    });
    const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
    return async () => String((await lines.next()).value);
  }

  it('signs in by its code and its person, with an authenticator app [A15]', async () => {
    const line = television();
    const [, address = '', code = ''] = /Open (\S+) and enter (\S+)$/.exec(await line()) ?? [];
    expect(await line()).to.equal(`Or scan ${address}?user_code=${code}`);
    const person = at.person();
    const browser = at.browser();
    const page = await browser.open(address);
    const confirm = await browser.follow(await browser.submit(page, { user_code: code.toLowerCase() }));
    expect(confirm.mark('application')).to.equal('Television');
    await browser.follow(await browser.submit(confirm, {}, 'confirm'));
    expect((await signInAs(browser, person)).name).to.equal('device-done');
    expect(await line()).to.equal(`Signed in: ${JSON.stringify({ name: person.name, acr: MFA })}`);
  });
});

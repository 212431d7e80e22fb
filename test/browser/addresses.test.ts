/** E-mail addresses beyond ASCII, typed in Chromium, which converts their domain. */
import { expect } from 'chai';
import { type App, PASSWORD, standardConfig, startApp } from '../support/app.ts';
import { needs } from '../support/needs.ts';
import { createPerson } from './person.ts';
import { windows } from './windows.ts';

const TYPED = [
  'ren\u00e9e@b\u00fccher.test',
  'Ren\u00e9e@B\u00dcCHER.test',
  'ren\u00e9e@b\u00fccher\u3002test',
  'ren\u00e9e@xn--bcher-kva.test',
  'bob@stra\u00dfe.test',
];

describe('an e-mail address beyond ASCII, in a browser', function () {
  this.timeout(120_000);
  const { chromium } = needs('chromium');
  const open = windows(chromium);
  let app: App;
  before(async () => {
    const people = ['ren\u00e9e@b\u00fccher.test', 'bob@stra\u00dfe.test'].map((email) => ({
      email,
      tenant: 'plain',
      password: PASSWORD,
    }));
    app = await startApp({ config: { accounts: [...standardConfig().accounts, ...people] } });
  });
  after(() => app?.stop());

  for (const [n, email] of TYPED.entries()) {
    it(`signs in as ${email}, in spelling ${n} [A140]`, async () => {
      const { page, complaints } = await open({ locale: 'en-GB' });
      const person = createPerson(page);
      await person.open(`${app.origin}/account`);
      await person.isOn('sign-in');
      await person.send({ email, password: PASSWORD }, 'sign_in');
      await person.isOn('account');
      expect(await page.inputValue('#email')).to.equal(
        email.startsWith('bob') ? 'bob@stra\u00dfe.test' : 'ren\u00e9e@b\u00fccher.test',
      );
      expect(complaints).to.deep.equal([]);
    });
  }

  it('gets the words of the page for what is no address, and stays in the field [A140]', async () => {
    const { page } = await open({ locale: 'en-GB' });
    const person = createPerson(page);
    await person.open(`${app.origin}/account`);
    await person.isOn('sign-in');
    await person.send({ email: 'ren\u00e9e', password: PASSWORD }, 'sign_in');
    await page.locator('[role=alert][data-error=field_invalid]').waitFor();
    expect(await person.words()).to.include('Enter your full e-mail address');
    expect(await page.inputValue('#email')).to.equal('ren\u00e9e');
    expect(await page.evaluate('document.activeElement.id')).to.equal('email');
  });
});

/** The e-mail address as people and browsers type it: each spelling signs in to its account, and other texts say why not. */
import { expect } from 'chai';
import { PASSWORD } from '../../../support/app.ts';
import { interaction } from '../../oidc/story.ts';
import { accounts, alertOf, arrive, hasCode, words } from '../members.ts';

/** Each has the place where it was typed, and the text. */
const BOOKS: readonly (readonly [string, string])[] = [
  ['Chromium, which converts the domain', 'ren\u00e9e@xn--bcher-kva.test'],
  ['Firefox, which does not', 'ren\u00e9e@b\u00fccher.test'],
  ['a file of macOS, decomposed', 'rene\u0301e@bu\u0308cher.test'],
  ['a phone, with a capital and a space', 'Ren\u00e9e@B\u00fccher.test '],
  ['a Japanese keyboard', 'ren\u00e9e@b\u00fccher\u3002test'],
];

const INCOMPLETE: readonly (readonly [string, string])[] = [
  ['a name alone', 'ren\u00e9e'],
  ['nothing', ''],
  ['no domain', 'ren\u00e9e@'],
  ['a domain that cannot exist', 'ren\u00e9e@b\u00fc..test'],
];

describe('the e-mail address of a sign-in', () => {
  const s = interaction(() =>
    accounts({ email: 'ren\u00e9e@b\u00fccher.test', tenant: 'plain', password: PASSWORD }),
  );

  for (const [where, email] of BOOKS) {
    it(`signs in as it comes from ${where} [A140]`, async () => {
      const { visitor } = await arrive(s);
      const page = await visitor.signIn(email, PASSWORD);
      expect(hasCode(page), words(page)).to.equal(true);
    });
  }

  for (const [what, email] of INCOMPLETE) {
    it(`is asked for again for ${what}, and stays in the field [A140]`, async () => {
      const { visitor } = await arrive(s);
      const page = await visitor.signIn(email, PASSWORD);
      expect([page.status, page.name, page.error]).to.deep.equal([422, 'sign-in', 'field_invalid']);
      expect(alertOf(page)).to.equal('Enter your full e-mail address, for example name@example.com.');
      expect(page.$('#email').val()).to.equal(email);
      expect(page.$('#email').attr('aria-invalid')).to.equal('true');
      expect(page.$('#password').attr('aria-invalid')).to.equal(undefined);
    });
  }

  it('is kept when the password is missing, which the page says [A140]', async () => {
    const { visitor } = await arrive(s);
    const page = await visitor.signIn('ren\u00e9e@b\u00fccher.test', '');
    expect([page.status, page.name, page.error]).to.deep.equal([422, 'sign-in', 'field_invalid']);
    expect(alertOf(page)).to.equal('Enter your password.');
    expect(page.$('#email').val()).to.equal('ren\u00e9e@b\u00fccher.test');
    expect(page.$('#password').attr('aria-invalid')).to.equal('true');
  });

  it('is shown with the letters of its domain, and stored in ASCII [A140]', async () => {
    const { visitor } = await arrive(s);
    await visitor.signIn('ren\u00e9e@xn--bcher-kva.test', PASSWORD);
    const page = await visitor.open(`${s.app.origin}/account`);
    expect(page.$('#email').val()).to.equal('ren\u00e9e@b\u00fccher.test');
    expect(words(page)).not.to.include('xn--');
    const account = await s.app.parts.stores.accounts.findByEmail('ren\u00e9e@xn--bcher-kva.test');
    expect(account?.name).to.equal('ren\u00e9e@b\u00fccher.test');
  });
});

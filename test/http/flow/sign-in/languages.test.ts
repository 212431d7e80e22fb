/** The language of the pages, as the browser, the relying party and the person want it. */
import { expect } from 'chai';
import { PASSWORD } from '../../../support/app.ts';
import { interaction, tenantsWith } from '../../oidc/story.ts';
import { alertOf, arrive, givePassword, words } from '../members.ts';

const DUTCH = { 'accept-language': 'nl-NL,nl;q=0.9,en;q=0.5' };

describe('the language of a sign-in', () => {
  const s = interaction(() => tenantsWith('strict', { grace_days: 14 }));

  it('is Dutch for a Dutch browser, from the first page to the last, refusals and dates included [1.7]', async () => {
    const visitor = s.app.visitor({ headers: DUTCH });
    const { page } = await arrive(s, visitor);
    expect(page.headers['content-language']).to.equal('nl');
    expect(page.$('html').attr('lang')).to.equal('nl');
    expect(words(page)).to.include('Inloggen').and.to.include('Wachtwoord');

    const wrong = await visitor.signIn('new@strict.test', 'not this one');
    expect(alertOf(wrong)).to.equal(
      'Onjuist e-mailadres of wachtwoord. Controleer ze allebei en probeer het opnieuw.',
    );
    const chooser = await visitor.signIn('new@strict.test', PASSWORD);
    expect(words(chooser)).to.include('strict verplicht tweestapsverificatie.');
    expect(words(chooser)).to.include('Wegens de audit.').and.not.include('Because');
    const end = new Intl.DateTimeFormat('nl-NL', { dateStyle: 'long', timeZone: 'UTC' });
    expect(words(chooser)).to.include(`tot ${end.format(s.clock.now() + 14 * 86_400_000)}`);

    await visitor.chooseMethod('totp');
    expect(alertOf(await visitor.enterCode('000000'))).to.include('Onjuiste code.');
  });

  it('follows ui_locales of the relying party rather than the browser [1.7]', async () => {
    const { visitor, page } = await givePassword(s, 'app@open.test', undefined, { ui_locales: 'fr nl en' });
    expect(page.$('html').attr('lang')).to.equal('nl');
    expect(alertOf(await visitor.enterCode('000000'))).to.equal(
      'Onjuiste code. Vul de code in die je app nu laat zien. Je hebt nog 4 pogingen.',
    );
  });

  it('is what the person chooses on the page: it stays there, without losing the sign-in [1.7]', async () => {
    const { visitor, page } = await givePassword(s, 'app@open.test', undefined, { ui_locales: 'nl' });
    expect(
      page
        .$('button[name=locale]')
        .toArray()
        .map((one) => page.$(one).text()),
    ).to.deep.equal(['English', 'Nederlands']);
    const chosen = await visitor.submit(page, {}, 'locale');
    expect([chosen.status, chosen.location]).to.deep.equal([303, page.url]);
    const english = await visitor.follow(chosen);
    expect(english.$('html').attr('lang')).to.equal('en');
    expect(english.name).to.equal('enter-code');
    expect((await arrive(s, visitor, { ui_locales: 'nl' })).page.$('html').attr('lang')).to.equal('en');
  });
});

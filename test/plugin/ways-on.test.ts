import { expect } from 'chai';
import { KINDS } from '../support/hosts/guest-kinds.ts';
import { begin, interaction, MFA, nextCode, redeem, signedIn } from './story.ts';

for (const kind of KINDS) {
  describe(`after too many wrong codes at ${kind.title} [U.6]`, () => {
    const at = interaction(kind);

    it('the page leads to a recovery code and to a new sign-in at the host, and both sign in [A19]', async () => {
      const { secret } = await signedIn(at, 'ann');
      const visitor = at.host.visitor();
      const page = await begin(at, visitor, 'ann');
      let stopped = page;
      for (let each = 0; each < 5; each += 1) stopped = await visitor.submit(page, { code: '000000' });
      expect([stopped.status, stopped.name, stopped.$('[name=code]').length]).to.deep.equal([
        422,
        'error',
        0,
      ]);
      const again = await visitor.get(page.url);
      expect([again.status, again.error]).to.deep.equal([429, 'too_many_attempts']);
      const links = again
        .$('.choices a')
        .toArray()
        .map(({ attribs }) => new URL(attribs.href ?? '', again.url));
      expect(links.map(({ pathname }) => pathname)).to.deep.equal([
        page.url.replace(/^https?:\/\/[^/]+/, '').replace(/totp$/, 'recovery'),
        `${kind.prefix}/auth`,
      ]);
      const recovery = await visitor.open(links[0]?.href ?? '');
      expect(recovery.$('body').attr('data-method')).to.equal('recovery');
      // The host keeps the session of its login page: the second step alone is asked again.
      expect((await visitor.open(links[1]?.href ?? '')).name).to.equal('enter-code');
      const { claims } = await redeem(at.rp, await visitor.enterCode(nextCode(at.host, secret)));
      expect(claims).to.include({ sub: 'ann', acr: MFA });
    });
  });
}

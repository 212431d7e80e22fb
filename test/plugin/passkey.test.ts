/** Passkeys at somebody else's oidc-provider: of the domain of its issuer, which is known once there is a provider. */
import { expect } from 'chai';
import { createAuthenticator } from '../support/authenticator.ts';
import { KINDS } from '../support/hosts/guest-kinds.ts';
import type { Page } from '../support/pages/page.ts';
import { begin, interaction, redeem } from './story.ts';

function optionsOf(page: Page) {
  const options = page.$('form[data-passkey]').attr('data-options');
  if (options === undefined) throw new Error(`${page.name} (${page.status} ${page.url}) asks for no passkey`);
  return JSON.parse(options);
}

for (const kind of KINDS) {
  describe(`passkeys at ${kind.title} [U.6]`, () => {
    const at = interaction(kind, { hostname: 'localhost' });

    it('can be enrolled and used on the origin of the host only', async () => {
      const key = createAuthenticator({ origin: at.host.origin });
      const visitor = at.host.visitor();
      await begin(at, visitor, 'ann');
      const setUp = await visitor.chooseMethod('passkey');
      expect(setUp.name).to.equal('set-up-passkey');
      const { rp, user } = optionsOf(setUp);
      expect(rp).to.deep.equal({ id: 'localhost', name: 'Acme' });
      expect(user).to.include({ name: 'ann@host.test' });
      const script = setUp.$('script').attr('src') ?? '';
      expect(script).to.match(new RegExp(`^${kind.prefix}/second-factor/assets/passkey\\.\\w+\\.js$`));
      const served = await visitor.get(new URL(script, setUp.url).href);
      expect([served.status, served.headers['content-type']]).to.deep.equal([
        200,
        'text/javascript; charset=utf-8',
      ]);
      const made = await visitor.submit(setUp, { response: key.create(optionsOf(setUp)) });
      expect((await redeem(at.rp, await visitor.putAway(made))).claims.acr).to.equal('phr');

      const other = at.host.visitor();
      // The host's own login page leads here by a GET, which asks for nothing.
      expect((await begin(at, other, 'ann')).name).to.equal('choose-method');
      const page = await other.chooseMethod('passkey');
      expect(page.name).to.equal('use-passkey');
      const elsewhere = key.get(optionsOf(page), { origin: 'http://localhost:1' });
      expect((await other.submit(page, { response: elsewhere })).error).to.equal('code_invalid');
      const end = await other.follow(await other.submit(page, { response: key.get(optionsOf(page)) }));
      const { claims } = await redeem(at.rp, end);
      expect([claims.acr, claims.amr]).to.deep.equal(['phr', ['pwd', 'hwk', 'user', 'mfa']]);
    });
  });
}

describe('passkeys of a host at an IP address', () => {
  const [kind] = KINDS;
  if (!kind) throw new Error('there is no kind of host');
  const at = interaction(kind);

  it('are not offered, because no browser creates one there', async () => {
    expect(at.host.useCases.available()).to.not.include('passkey');
    const visitor = at.host.visitor();
    const page = await begin(at, visitor, 'ann');
    expect(
      page
        .$('[name=method]')
        .toArray()
        .map((each) => page.$(each).val()),
    ).to.not.include('passkey');
  });
});

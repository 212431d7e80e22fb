/** Cookies that somebody else has planted in a browser: a second factor that is given with them wins nobody a sign-in. */
import { expect } from 'chai';
import type { Adapter, AdapterPayload } from 'oidc-provider';
import { BARE, KINDS } from '../support/hosts/guest-kinds.ts';
import { createHostAdapter } from '../support/hosts/host-adapter.ts';
import { begin, errorOf, interaction, MFA, nextCode, redeem, signedIn } from './story.ts';

for (const kind of KINDS) {
  describe(`planted cookies at ${kind.title} [A7]`, () => {
    const at = interaction(kind);

    it('give an attacker with the password no second factor of the person who uses them', async () => {
      const { secret } = await signedIn(at, 'ann');
      const attacker = at.host.visitor();
      const lure = await begin(at, attacker, 'ann');
      const victim = at.host.visitor();
      for (const cookie of attacker.jar.getCookiesSync(lure.url)) victim.jar.setCookieSync(cookie, lure.url);
      const finished = await victim.submit(await victim.get(lure.url), { code: nextCode(at.host, secret) });
      const resume = finished.location ?? '';
      expect(new URL(resume).pathname).to.match(new RegExp(`^${kind.prefix}/auth/[^/]+$`));

      expect(await attacker.get(resume)).to.include({ status: 400, location: null });
      expect(errorOf(await attacker.open(await at.rp.authorizationUrl({ prompt: 'none' })))).to.equal(
        'interaction_required',
      );
    });

    it('are replaced at the end of a sign-in by an HttpOnly cookie for the resume path only [A94]', async () => {
      const { visitor } = await signedIn(at, 'ann');
      const cookies = visitor.jar.getCookiesSync(`${at.host.issuer}/auth/uid`);
      const resumeBinding = cookies.filter(({ key }) => key.startsWith('second-factor-finished-'));
      expect(
        resumeBinding.map(({ path, httpOnly, sameSite, secure }) => [path, httpOnly, sameSite, secure]),
      ).to.deep.equal([[`${kind.prefix}/auth/`, true, 'lax', false]]);
    });
  });
}

/** As hosts have them that keep their connection to themselves. */
class HostAdapter implements Adapter {
  static of = createHostAdapter();
  #kept: Adapter;

  constructor(model: string) {
    this.#kept = HostAdapter.of(model);
  }
  upsert(id: string, payload: AdapterPayload, expiresIn: number) {
    return this.#kept.upsert(id, payload, expiresIn);
  }
  find(id: string) {
    return this.#kept.find(id);
  }
  findByUid(uid: string) {
    return this.#kept.findByUid(uid);
  }
  findByUserCode(userCode: string) {
    return this.#kept.findByUserCode(userCode);
  }
  consume(id: string) {
    return this.#kept.consume(id);
  }
  destroy(id: string) {
    return this.#kept.destroy(id);
  }
  revokeByGrantId(grantId: string) {
    return this.#kept.revokeByGrantId(grantId);
  }
}

describe('the adapter of a host [U.6]', () => {
  const at = interaction(BARE, { configuration: { adapter: HostAdapter } });

  it('may be a class with private fields', async () => {
    const { secret } = await signedIn(at, 'ann');
    const visitor = at.host.visitor();
    await begin(at, visitor, 'ann');
    expect((await redeem(at.rp, await visitor.enterCode(nextCode(at.host, secret)))).claims.acr).to.equal(
      MFA,
    );
  });
});

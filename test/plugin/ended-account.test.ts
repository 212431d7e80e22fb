/** A host ends the sign-ins of a person by a property of the account: after "it was not me", or a new password. */
import { expect } from 'chai';
import { tokenIntrospection } from 'openid-client';
import { BARE } from '../support/hosts/guest-kinds.ts';
import { begin, errorOf, interaction, login, nextCode, redeem, signedIn } from './story.ts';

const OFFLINE = { scope: 'openid offline_access', prompt: 'consent' };

describe('the account of a host that has reported a sign-in', () => {
  const at = interaction(BARE);
  const email = 'ann@host.test';

  /** The provider's own clock counts whole seconds, and is that of the machine. */
  const soon = () => Date.now() + 2000;

  it('resumes no sign-in of before, while it is frozen and after it was unfrozen [A117]', async () => {
    const { visitor, secret, tokens } = await signedIn(at, 'ann', OFFLINE);
    const other = at.host.visitor();
    const half = await begin(at, other, 'ann');
    const code = nextCode(at.host, secret);
    for (const account of [
      { email, frozenAt: soon() },
      { email, endsBefore: soon() },
    ]) {
      at.host.people.set('ann', account);
      expect(errorOf(await visitor.open(await at.rp.authorizationUrl({ prompt: 'none' })))).to.equal(
        'login_required',
      );
      const seen = await tokenIntrospection(at.rp.configuration, tokens.access_token);
      expect(seen.active).to.equal(false);
    }
    await other.follow(await other.submit(half, { code }));
    expect(errorOf(await other.open(await at.rp.authorizationUrl({ prompt: 'none' })))).to.equal(
      'login_required',
    );
  });

  it('resumes no sign-in while it is disabled, and signs in again once it is not', async () => {
    const { visitor, secret, tokens } = await signedIn(at, 'ann', OFFLINE);
    at.host.people.set('ann', { email, disabledAt: Date.now() });
    expect(errorOf(await visitor.open(await at.rp.authorizationUrl({ prompt: 'none' })))).to.equal(
      'login_required',
    );
    const seen = await tokenIntrospection(at.rp.configuration, tokens.access_token);
    expect(seen.active).to.equal(false);
    at.host.people.set('ann', { email });
    const other = at.host.visitor();
    const page = await begin(at, other, 'ann');
    const end = await other.follow(await other.submit(page, { code: nextCode(at.host, secret) }));
    expect((await redeem(at.rp, end)).claims.sub).to.equal('ann');
  });

  it('signs in again after that time', async () => {
    const { visitor, secret } = await signedIn(at, 'ann');
    at.host.people.set('ann', { email, endsBefore: Date.now() - 60_000 });
    expect(errorOf(await visitor.open(await at.rp.authorizationUrl({ prompt: 'none' })))).to.equal(null);
    at.host.people.set('ann', { email, endsBefore: Date.now() - 1000 });
    await visitor.open(await at.rp.authorizationUrl({ prompt: 'login' }));
    const page = await login(visitor, 'ann');
    const end = await visitor.follow(await visitor.submit(page, { code: nextCode(at.host, secret) }));
    expect((await redeem(at.rp, end)).claims.sub).to.equal('ann');
  });
});

/** The statements to password managers: the passkeys of an account, its names, and the pages for passkeys. */
import { expect } from 'chai';
import { createAuthenticator } from '../../../support/authenticator.ts';
import { interaction } from '../../oidc/story.ts';
import { givePassword } from '../members.ts';
import { optionsOf, passkeyPeople, withMembers } from './holder.ts';

describe('the statements to password managers', () => {
  const s = interaction(
    () => {
      const { accounts, ...more } = withMembers('amy', 'bea') as { accounts: Record<string, unknown>[] };
      const named = accounts.map((each) => (each.name === 'amy' ? { ...each, name: 'é'.repeat(40) } : each));
      return { ...more, accounts: named };
    },
    { hostname: 'localhost' },
  );

  it('list the passkeys of the account and its names, cut to 64 bytes', async () => {
    const key = createAuthenticator({ origin: s.app.origin });
    const { visitor, page } = await givePassword(s, 'amy@strict.test');
    const { user } = optionsOf(page);
    expect(user).to.include({ name: 'amy@strict.test', displayName: 'é'.repeat(32) });
    const response = key.create(optionsOf(page));
    await visitor.putAway(await visitor.submit(page, { response, label: '' }));
    const security = await visitor.open(`${s.app.origin}/account/security`);
    expect(JSON.parse(security.$('[data-signals]').attr('data-signals') ?? '')).to.deep.equal({
      rpId: 'localhost',
      userId: user.id,
      credentialIds: [JSON.parse(response).id],
      name: 'amy@strict.test',
      displayName: 'é'.repeat(32),
    });
  });

  it('are left out while the record of a passkey cannot be read, so that none is forgotten', async () => {
    const { visitor } = await passkeyPeople({ app: s.app, rp: s.rp }).holder('bea');
    const { accounts, enrolments } = s.app.parts.stores;
    const account = await accounts.findByEmail('bea@strict.test');
    const passkey = {
      id: 'unreadable',
      accountId: account?.id ?? '',
      tenantId: 'strict',
      method: 'passkey',
      label: '',
      app: null,
      secret: 'v1.gone.AAAA',
      lastStep: 0,
      isDefault: false,
      createdAt: s.app.clock.now(),
    } as const;
    await enrolments.insert(passkey);
    const security = await visitor.open(`${s.app.origin}/account/security`);
    expect([security.name, security.$('[data-signals], script').length]).to.deep.equal(['security', 0]);
  });

  it('name the page for passkeys at the well-known address', async () => {
    const answer = await s.app.visitor().get(`${s.app.origin}/.well-known/passkey-endpoints`);
    expect([answer.status, answer.headers['content-type']]).to.deep.equal([
      200,
      'application/json; charset=utf-8',
    ]);
    const page = `${s.app.origin}/account/security`;
    expect(JSON.parse(answer.text)).to.deep.equal({ enroll: page, manage: page });
  });
});

describe('the statements to password managers at an IP address', () => {
  const s = interaction();

  it('are not made, because browsers make no passkeys there', async () => {
    const answer = await s.app.visitor().get(`${s.app.origin}/.well-known/passkey-endpoints`);
    expect(answer.status).to.equal(404);
    const { visitor } = await givePassword(s, 'new@open.test');
    const security = await visitor.open(`${s.app.origin}/account/security`);
    expect([security.name, security.$('script').length]).to.deep.equal(['security', 0]);
  });
});

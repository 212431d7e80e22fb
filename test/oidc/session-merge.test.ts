/** The merge of a session that two requests have changed. */
import { expect } from 'chai';
import type { AdapterPayload } from 'oidc-provider';
import { mergeSession } from '../../src/oidc/adapter/session-merge.ts';

const shop = { sid: 'sid-1', grantId: 'grant-1' };
const blog = { sid: 'sid-2', grantId: 'grant-2' };
const wiki = { sid: 'sid-3', grantId: 'grant-3' };

const BASE: AdapterPayload = {
  iat: 1000,
  exp: 9000,
  jti: 'one',
  uid: 'uid-1',
  kind: 'Session',
  accountId: 'account-1',
  loginTs: 1000,
  acr: 'mfa',
  amr: ['pwd', 'otp'],
  authorizations: { shop },
};

/** The session, changed; without what is undefined, as it is stored. */
function changed(changes: AdapterPayload): AdapterPayload {
  return JSON.parse(JSON.stringify({ ...BASE, ...changes }));
}

function merged(mine: AdapterPayload, theirs: AdapterPayload): AdapterPayload {
  return JSON.parse(JSON.stringify(mergeSession(BASE, changed(mine), changed(theirs))));
}

describe('a session that two requests have changed', () => {
  it('holds the relying parties of both [U.3]', () => {
    expect(merged({ authorizations: { shop, blog } }, { authorizations: { shop, wiki } })).to.deep.equal(
      changed({ authorizations: { shop, blog, wiki } }),
    );
  });

  it('holds the additions of both for one relying party [U.3]', () => {
    const longer = { ...shop, persistsLogout: true as const };
    const regranted = { sid: 'sid-1', grantId: 'grant-9' };
    for (const [mine, theirs] of [
      [longer, regranted],
      [regranted, longer],
    ] as const) {
      const { authorizations } = merged(
        { authorizations: { shop: mine } },
        { authorizations: { shop: theirs } },
      );
      expect(authorizations).to.deep.equal({ shop: { ...regranted, persistsLogout: true } });
    }
  });

  it('omits a relying party that one request signed out of and the other did not change [A86]', () => {
    expect(merged({ authorizations: {} }, { authorizations: { shop, blog } }).authorizations).to.deep.equal({
      blog,
    });
    expect(merged({ authorizations: { shop, blog } }, { authorizations: {} }).authorizations).to.deep.equal({
      blog,
    });
    expect(merged({ authorizations: undefined }, {}).authorizations).to.deep.equal({});
    expect(merged({}, { authorizations: undefined }).authorizations).to.deep.equal({});
  });

  const STEPPED_UP = { acr: 'phr', amr: ['pwd', 'hwk'], transient: true, loginTs: 2000, exp: 10_000 };

  it('takes the sign-in from the request that changed it', () => {
    expect(merged(STEPPED_UP, {})).to.deep.equal(changed(STEPPED_UP));
    expect(merged({}, STEPPED_UP)).to.deep.equal(changed(STEPPED_UP));
    expect(merged({ authorizations: { shop, blog } }, STEPPED_UP)).to.deep.equal(
      changed({ ...STEPPED_UP, authorizations: { shop, blog } }),
    );
  });

  it('takes one whole sign-in when both changed it', () => {
    const weaker = { acr: 'sfa', amr: ['pwd'] };
    expect(merged(weaker, STEPPED_UP)).to.deep.equal(changed(weaker));
    expect(merged(STEPPED_UP, weaker)).to.deep.equal(changed(STEPPED_UP));
  });

  it('keeps one whole confirmation of a sign-out [A86]', () => {
    const mine = { state: { secret: 'a' } };
    const theirs = { state: { secret: 'b', clientId: 'shop', postLogoutRedirectUri: 'https://shop.test' } };
    expect(merged(mine, theirs).state).to.deep.equal(mine.state);
    expect(merged({}, theirs).state).to.deep.equal(theirs.state);
  });
});

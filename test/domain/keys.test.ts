/** The state of a key, without a look into any store. */
import { expect } from 'chai';
import {
  cookieKeyId,
  hindranceOf,
  nextOf,
  signingFamily,
  signingKeyId,
  withStates,
} from '../../src/domain/keys.ts';

const NOW = 1_750_000_000_000;
const HOUR = 3_600_000;

describe('keys', () => {
  const states = (ids: readonly string[], history: Parameters<typeof withStates>[2]) =>
    withStates(
      'encryption',
      ids.map((id) => ({ id, family: 'encryption' })),
      history,
    ).map(({ state }) => state);

  it('are current, next or older by their position and their history [R34]', () => {
    expect(states(['a'], {})).to.deep.equal(['current']);
    const added = { b: { made: NOW, used: null } };
    expect(states(['a', 'b'], added)).to.deep.equal(['current', 'next']);
    expect(states(['b', 'a'], { b: { made: NOW, used: NOW + 1 } })).to.deep.equal(['current', 'older']);
    // Put in front by hand, or never told of: what stands behind may have been in use.
    expect(states(['c', 'a'], {})).to.deep.equal(['current', 'older']);
  });

  it('of signatures are current family by family [R34]', () => {
    const list = [
      { id: 'ec', family: 'ES256' },
      { id: 'rsa', family: 'RS256' },
      { id: 'new', family: 'ES256' },
    ];
    const keys = withStates('signing', list, { new: { made: NOW, used: null } });
    expect(keys.map(({ state }) => state)).to.deep.equal(['current', 'current', 'next']);
    expect(nextOf(keys)?.id).to.equal('new');
    expect(nextOf(keys.slice(0, 2))).to.equal(undefined);
  });

  it('cannot be removed while they are in use, have encrypted a record, or signed for a live session [R35]', () => {
    const older = { state: 'older', records: 0, replacedAt: NOW } as const;
    const day = 24 * HOUR;
    expect(hindranceOf({ ...older, state: 'current' }, day, NOW)).to.deep.equal({ kind: 'current' });
    expect(hindranceOf({ ...older, records: 3 }, day, NOW + 2 * day)).to.deep.equal({
      kind: 'records',
      count: 3,
    });
    const until = NOW + day + HOUR;
    expect(hindranceOf(older, day, until - 1)).to.deep.equal({ kind: 'issued', until });
    expect(hindranceOf(older, day, until)).to.equal(null);
    expect(hindranceOf({ ...older, state: 'next' }, day, NOW), 'never used').to.equal(null);
  });

  it('have ids that reveal nothing of them', () => {
    const key = 'a cookie key that has 32 characters';
    expect(cookieKeyId(key))
      .to.match(/^[0-9a-f]{12}$/)
      .and.equal(cookieKeyId(key));
    expect(cookieKeyId(`${key}.`)).not.to.equal(cookieKeyId(key));
    const jwk = { kty: 'EC', crv: 'P-256', x: 'x', y: 'y', d: 'private' };
    expect(signingKeyId({ ...jwk, kid: 'mine' })).to.equal('mine');
    // RFC 7638, 3.1: the digest of the public members alone.
    expect(signingKeyId(jwk))
      .to.equal(signingKeyId({ ...jwk, d: 'another' }))
      .and.have.length(43);
    expect([signingFamily(jwk), signingFamily({ kty: 'RSA' })]).to.deep.equal(['ES256', 'RS256']);
  });
});

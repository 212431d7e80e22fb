/** The reasons for which a client assertion is refused. The answer does not tell them; the log does. */
import { expect } from 'chai';
import type { Client, KoaContextWithOIDC } from 'oidc-provider';
import type { ClientSettings } from '../../src/domain/client.ts';
import { createAssertionRule } from '../../src/oidc/clients/client-assertions.ts';

const ISSUER = 'https://id.example';
const NOW = 1_800_000_000;

describe('the reason for a refused client assertion', () => {
  const rule = createAssertionRule({
    issuer: ISSUER,
    rules: {
      of: (clientId) => (clientId === 'fapi' ? ({ profile: 'fapi2' } as ClientSettings) : undefined),
    },
    clock: { now: () => NOW * 1000 },
  });

  type Claims = Parameters<typeof rule>[1];

  function reason(claims: Claims, header: Claims = {}, clientId = 'rp'): unknown {
    const right = { aud: ISSUER, exp: NOW + 60 };
    try {
      const done = rule({} as KoaContextWithOIDC, { ...right, ...claims }, { alg: 'ES256', ...header }, {
        clientId,
      } as Client);
      return done ?? null;
    } catch (error) {
      return (error as { error_detail?: string }).error_detail;
    }
  }

  it('is none for a right one', () => {
    expect(reason({})).to.equal(null);
    expect(reason({}, {}, 'fapi')).to.equal(null);
  });

  it('names the claim or the header, and what it must be', () => {
    for (const [claims, header, clientId, part] of [
      [{ aud: [ISSUER] }, {}, 'rp', /\(aud\) must be the issuer, as one string/],
      [{ aud: `${ISSUER}/token` }, {}, 'rp', /\(aud\) must be the issuer/],
      [{ exp: NOW + 4000 }, {}, 'rp', /\(exp\) must be within an hour/],
      [{ iat: NOW + 61 }, {}, 'rp', /in the future/],
      [{ nbf: NOW + 61 }, {}, 'rp', /in the future/],
      [{}, { typ: 'dpop+jwt' }, 'rp', /\(typ\)/],
      [{}, { alg: 'RS256' }, 'fapi', /\(alg\) must be PS256, ES256 or EdDSA/],
    ] as const)
      expect(reason(claims as unknown as Claims, header, clientId)).to.match(part);
  });

  it('repeats nothing of the assertion, which a sender of any kind writes', () => {
    for (const claims of [{ aud: 'hostile' }, { exp: 'hostile' }, { iat: 'hostile' }])
      expect(reason(claims)).to.be.a('string').that.does.not.include('hostile');
    expect(reason({}, { typ: 'hostile' }))
      .to.be.a('string')
      .that.does.not.include('hostile');
  });
});

/** Reads the requested assurance from authorization requests, malformed ones included. */
import { expect } from 'chai';
import fc from 'fast-check';
import { ACRS, isAcr } from '../../src/domain/policy/acr.ts';
import { NO_ASSURANCE_REQUESTED } from '../../src/domain/policy/policy.ts';
import { requestedAssuranceOf } from '../../src/oidc/requests/requested-assurance.ts';

const [SFA, TWO_STEP, MFA, PHR] = ACRS;
const PARTY = { always: false, own: false };
const OWN = { always: false, own: true };

type Params = Readonly<Record<string, unknown>>;
const acrsOf = (params: Params) => requestedAssuranceOf(params, PARTY).acrs;
/** A request for the claim `acr` of the ID token, as it travels. */
const claims = (acr: unknown, more: Params = {}): Params => ({
  claims: JSON.stringify({ id_token: { acr } }),
  ...more,
});

describe('the requested assurance of acr_values', () => {
  const CASES: readonly (readonly [string, Params, readonly string[] | null])[] = [
    ['asks for nothing where there are none', {}, null],
    ['asks for nothing by an empty list', { acr_values: '' }, null],
    ['asks for nothing by spaces', { acr_values: '   ' }, null],
    ['asks for one level', { acr_values: MFA }, [MFA]],
    ['asks for any of several', { acr_values: `${PHR}  ${TWO_STEP}` }, [PHR, TWO_STEP]],
    ['passes over what nobody knows [A78]', { acr_values: `urn:other:gold ${MFA}` }, [MFA]],
    [
      'asks for nothing that exists, where nobody knows any of it [A78]',
      { acr_values: 'urn:other:gold' },
      [],
    ],
    ['knows no level by another case', { acr_values: 'PHR' }, []],
    ['knows no level by the parts of an object [A89]', { acr_values: '__proto__ constructor toString' }, []],
    ['asks for nothing by what is no text', { acr_values: [MFA] }, null],
  ];
  for (const [title, params, acrs] of CASES) it(title, () => expect(acrsOf(params)).to.deep.equal(acrs));
});

describe('the requested assurance of claims', () => {
  const CASES: readonly (readonly [string, Params, readonly string[] | null])[] = [
    ['asks for the value of an essential acr [A77]', claims({ essential: true, value: MFA }), [MFA]],
    ['asks for any of its values [A77]', claims({ essential: true, values: [PHR, MFA] }), [PHR, MFA]],
    ['wins over acr_values [A78]', claims({ essential: true, value: MFA }, { acr_values: SFA }), [MFA]],
    [
      'wins when it asks for less [A78]',
      claims({ essential: true, values: [SFA] }, { acr_values: MFA }),
      [SFA],
    ],
    ['leaves acr_values alone where it is not essential', claims({ value: SFA }, { acr_values: MFA }), [MFA]],
    [
      'leaves acr_values alone where it names no value',
      claims({ essential: true }, { acr_values: MFA }),
      [MFA],
    ],
    ['leaves acr_values alone where it is null', claims(null, { acr_values: MFA }), [MFA]],
    ['asks for nothing where it is not essential', claims({ value: MFA }), null],
    ['asks for nothing where it names no value', claims({ essential: true }), null],
    ['takes no word for true', claims({ essential: 'true', value: MFA }), null],
    [
      'passes over values nobody knows [A78]',
      claims({ essential: true, values: ['urn:other:gold', MFA] }),
      [MFA],
    ],
    ['cannot be met by values nobody knows [A77]', claims({ essential: true, value: 'urn:other:gold' }), []],
    ['cannot be met by an empty list [A77]', claims({ essential: true, values: [] }), []],
    ['cannot be met by a list that is none [A77]', claims({ essential: true, values: MFA }), []],
    ['cannot be met by a value that is no text [A77]', claims({ essential: true, value: 3 }), []],
    ['cannot be met by null [A77]', claims({ essential: true, value: null }), []],
    ['passes over what is no text in a list', claims({ essential: true, values: [null, {}, MFA] }), [MFA]],
    [
      'reads claims that are an object already',
      { claims: { id_token: { acr: { essential: true, value: MFA } } } },
      [MFA],
    ],
  ];
  for (const [title, params, acrs] of CASES) it(title, () => expect(acrsOf(params)).to.deep.equal(acrs));

  const wanted = { acr: { essential: true, value: MFA } };
  const ELSEWHERE: Readonly<Record<string, unknown>> = {
    'the userinfo': { userinfo: wanted },
    'another claim': { id_token: { auth_time: wanted.acr } },
    'the top': wanted,
  };
  for (const [where, request] of Object.entries(ELSEWHERE)) {
    it(`requests nothing in ${where}`, () =>
      expect(acrsOf({ claims: JSON.stringify(request) })).to.equal(null));
  }

  for (const text of [
    '',
    '{',
    '[]',
    'null',
    '17',
    '"id_token"',
    '{"id_token":[]}',
    '{"id_token":{"acr":[]}}',
    '{"id_token":"acr"}',
  ]) {
    it(`treats ${text || 'nothing'} as no claims [A88]`, () => {
      expect(acrsOf({ claims: text, acr_values: MFA })).to.deep.equal([MFA]);
    });
  }

  it('reads own properties only [A89]', () => {
    const inner = '"acr":{"essential":true,"value":"phr"}';
    expect(acrsOf({ claims: `{"__proto__":{"id_token":{${inner}}}}` })).to.equal(null);
    expect(acrsOf({ claims: `{"id_token":{"__proto__":{${inner}}}}` })).to.equal(null);
    expect(
      acrsOf({ claims: `{"id_token":{"acr":{"__proto__":{"essential":true,"value":"phr"}}}}` }),
    ).to.equal(null);
    const inherited = Object.create({ id_token: { acr: { essential: true, value: PHR } } });
    expect(acrsOf({ claims: inherited })).to.equal(null);
    expect(Object.hasOwn(Object.prototype, 'id_token')).to.equal(false);
  });

  it('never throws, and requests known levels only', () => {
    const json = fc.oneof(
      fc.json(),
      fc.string(),
      fc.json().map((acr) => `{"id_token":{"acr":${acr}}}`),
    );
    fc.assert(
      fc.property(json, fc.oneof(fc.anything(), fc.string()), (text, acrValues) => {
        const { acrs } = requestedAssuranceOf({ claims: text, acr_values: acrValues }, PARTY);
        if (acrs) expect(acrs.every(isAcr)).to.equal(true);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('the requested assurance of the client and max_age', () => {
  it('requests nothing by default', () =>
    expect(requestedAssuranceOf({}, PARTY)).to.deep.equal(NO_ASSURANCE_REQUESTED));

  it('always requests a second factor where the client requires one', () => {
    expect(requestedAssuranceOf({}, { always: true, own: false })).to.deep.equal({
      ...NO_ASSURANCE_REQUESTED,
      always: true,
    });
  });

  const AGES: readonly (readonly [unknown, number | null])[] = [
    ['300', 300_000],
    [300, 300_000],
    ['0', 0],
    [undefined, null],
    ['soon', null],
  ];
  for (const [age, freshMs] of AGES) {
    it(`requests a factor of at most ${freshMs} ms by max_age ${age} of our own client`, () => {
      expect(requestedAssuranceOf({ max_age: age }, OWN).freshMs).to.equal(freshMs);
    });
  }

  it('leaves a relying party\u2019s max_age to the sign-in, which asks for the password too', () => {
    expect(requestedAssuranceOf({ max_age: '300' }, PARTY).freshMs).to.equal(null);
  });
});

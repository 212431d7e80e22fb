import { expect } from 'chai';
import { type Configuration, interactionPolicy, type KoaContextWithOIDC, Provider } from 'oidc-provider';
import { embedded } from '../../../src/embedded.ts';
import { type SecondFactor, type SecondFactorOptions, secondFactor } from '../../../src/index.ts';
import { readOptions } from '../../../src/plugin/options/schema.ts';
import { composeGuest } from '../../../src/plugin/second-factor.ts';
import { createHostAdapter } from '../../support/hosts/host-adapter.ts';
import { freshDataDir } from '../../support/stores/embedded.ts';

/** The options of a host that sends codes. */
const SENDING = { sender: { send: async () => {} } };
/** The library's own pages are on unless a host says otherwise. */
const OFF = { features: { devInteractions: { enabled: false } } };
const KEY = 'a key of the tests, which nobody should use for more than that';

describe('the configuration of a host [U.6]', () => {
  const dataDir = freshDataDir();
  let stores: ReturnType<typeof embedded>;
  let lock: SecondFactor;

  beforeEach(() => {
    stores = embedded({ dataDir: dataDir() });
    lock = secondFactor({ stores, encryption: [{ id: '1', key: KEY }], account: () => null });
  });
  afterEach(() => stores.close());

  it('is not modified', () => {
    const policy = interactionPolicy.base();
    const mine = new interactionPolicy.Prompt({ name: 'terms', requestable: true });
    policy.add(mine, 0);
    const host: Configuration = {
      acrValues: ['mine'],
      claims: { openid: ['sub', 'shoe_size'], profile: ['name'] },
      interactions: { policy },
      features: { ...OFF.features, introspection: { enabled: true } },
    };
    const before = shapeOf(host);
    lock.configure(host);
    lock.configure(deepFrozen(host));
    expect(shapeOf(host)).to.deep.equal(before);
  });

  it('gets the prompt after its login prompt, and keeps its own prompts in place', () => {
    const policy = interactionPolicy.base();
    policy.add(new interactionPolicy.Prompt({ name: 'terms', requestable: true }), 0);
    const { interactions } = lock.configure({ ...OFF, interactions: { policy } });
    expect(interactions?.policy?.map(({ name }) => name)).to.deep.equal([
      'terms',
      'login',
      'second_factor',
      'consent',
    ]);
    const login = interactions?.policy?.find(({ name }) => name === 'login');
    expect(login?.requestable).to.equal(true);
    expect(login?.checks.filter(({ reason }) => reason === 'login_prompt')).to.have.lengthOf(1);
    expect(login?.checks.map(({ reason }) => reason)).not.to.include.members(['essential_acr']);
  });

  it('keeps its claims, and gets acr, amr and auth_time into every ID token', () => {
    for (const openid of [['sub', 'shoe_size'], { sub: null, shoe_size: null }]) {
      const { claims } = lock.configure({ ...OFF, claims: { openid, email: ['email'] } });
      expect(claims).to.deep.equal({
        openid: ['sub', 'acr', 'amr', 'auth_time', 'shoe_size'],
        email: ['email'],
      });
    }
    expect(lock.configure(OFF).claims).to.deep.equal({ openid: ['sub', 'acr', 'amr', 'auth_time'] });
  });

  it('gets the prompt after the choice of an account, whose factor it asks for', () => {
    const policy = interactionPolicy.base();
    policy.add(new interactionPolicy.Prompt({ name: 'select_account', requestable: true }), 1);
    const { interactions } = lock.configure({ ...OFF, interactions: { policy } });
    const names = interactions?.policy?.map(({ name }) => name);
    expect(names).to.deep.equal(['login', 'select_account', 'second_factor', 'consent']);
  });

  it('keeps the claims of its access tokens and adds the assurance reached', async () => {
    const { extraTokenClaims } = lock.configure({
      ...OFF,
      extraTokenClaims: async () => ({ shoe_size: 42 }),
    });
    const authorizationCode = { acr: 'phr', amr: ['user'], authTime: 7 };
    const ctx = { oidc: { authorizationCode } } as unknown as KoaContextWithOIDC;
    const token = {} as Parameters<NonNullable<typeof extraTokenClaims>>[1];
    expect(await extraTokenClaims?.(ctx, token)).to.deep.equal({
      shoe_size: 42,
      acr: 'phr',
      amr: ['user'],
      auth_time: 7,
    });
    const ofMachine = { oidc: {} } as KoaContextWithOIDC;
    expect(await extraTokenClaims?.(ofMachine, token)).to.deep.equal({ shoe_size: 42 });
  });

  it('is refused when it already contains a second factor', () => {
    expect(() => lock.configure(lock.configure(OFF))).to.throw(TypeError, 'second_factor already');
  });

  it('may leave the adapter to the library', () => {
    expect(lock.configure(OFF)).to.not.have.property('adapter');
  });

  it('is refused while the library’s own development pages are on', () => {
    for (const features of [undefined, {}, { devInteractions: { enabled: true } }])
      expect(() => lock.configure({ ...(features && { features }) })).to.throw(
        TypeError,
        'features.devInteractions must be { enabled: false }',
      );
  });

  it('must be made before the routes, which are unreachable without it', () => {
    const bare = new Provider('http://localhost', { ...OFF, adapter: createHostAdapter() });
    expect(() => lock.routes(bare)).to.throw(TypeError, 'routes() is for a provider');
    lock.configure(OFF);
    expect(() => lock.routes(bare), 'what it gave was given to nobody').to.throw(TypeError);
    expect(lock.routes(new Provider('http://localhost', lock.configure(OFF)))).to.be.a('function');
  });

  it('belongs to one issuer, because passkeys and links name it', () => {
    const providerOf = (issuer: string) =>
      new Provider(issuer, lock.configure({ ...OFF, adapter: createHostAdapter() }));
    lock.routes(providerOf('http://localhost/a'));
    lock.routes(providerOf('http://localhost/a'));
    expect(() => lock.routes(providerOf('http://localhost/b'))).to.throw(TypeError, 'one issuer');
  });

  it('is refused without a login prompt', () => {
    const policy = interactionPolicy.base();
    policy.remove('login');
    expect(() => lock.configure({ ...OFF, interactions: { policy } })).to.throw(
      TypeError,
      'no prompt called login',
    );
  });
});

describe('the options of the plugin [U.6]', () => {
  const dataDir = freshDataDir();
  let stores: ReturnType<typeof embedded>;
  beforeEach(() => {
    stores = embedded({ dataDir: dataDir() });
  });
  afterEach(() => stores.close());

  const optionsWith = (more: object): SecondFactorOptions => {
    const least: SecondFactorOptions = { stores, encryption: [{ id: '1', key: KEY }], account: () => null };
    return { ...least, ...more };
  };
  const withOptions = (more: object): SecondFactor => secondFactor(optionsWith(more));
  const useCasesWith = (more: object) => composeGuest(readOptions(optionsWith(more))).useCases;

  it('make a value that has only what a host uses', () => {
    expect(withOptions({})).to.have.keys('configure', 'passkeySignIn', 'routes', 'factors');
  });

  const refused: readonly (readonly [string, object])[] = [
    ['policy.enforcement', { policy: { enforcement: 'reqired' } }],
    ['Unrecognized key: "enforcment"', { policy: { enforcment: 'required' } }],
    ['Unrecognized key: "polcy"', { polcy: { enforcement: 'required' } }],
    ['tenants.0.secondFactor.groups.finance', { tenants: [{ secondFactor: { groups: { finance: 'on' } } }] }],
    ['tenants: two of them have the same id', { tenants: [{ id: 'a' }, { id: 'a' }] }],
    ['encryption.0.key: is shorter than 32 characters', { encryption: [{ id: '1', key: 'changeme' }] }],
    ['encryption', { encryption: [] }],
    ['stores.shortLived.attempts: is missing', { stores: { durable: {}, shortLived: { transaction: {} } } }],
    ['account: must be a function', { account: {} }],
    ['basePath: must be empty or like /oidc', { basePath: '/oidc/' }],
    ['name: must have no colon', { name: 'Acme: the shop' }],
    ['policy.methods: email needs a sender', { policy: { methods: ['totp', 'email'] } }],
    ['policy.setUpProof: email needs a sender', { policy: { setUpProof: 'email' } }],
    [
      'tenants.0.secondFactor.methods: sms needs a sender',
      { tenants: [{ secondFactor: { methods: ['sms'] } }] },
    ],
    ['email: needs a sender', { email: { lifetimeSeconds: 60 } }],
    ['notMeUrl: needs a sender', { notMeUrl: () => null }],
    ['policy.methods: email is null', { ...SENDING, email: null, policy: { methods: ['email'] } }],
    ['policy.setUpProof: email is null', { ...SENDING, email: null, policy: { setUpProof: 'email' } }],
    ['policy.methods: sms needs allowedPrefixes', { ...SENDING, policy: { methods: ['sms'] } }],
    ['sms: needs allowedPrefixes', { ...SENDING, sms: { lifetimeSeconds: 60 } }],
    ['sms.lifetimeSeconds', { ...SENDING, sms: { allowedPrefixes: ['+31'], lifetimeSeconds: 3600 } }],
    ['sms.allowedPrefixes.0', { ...SENDING, sms: { allowedPrefixes: ['0031'] } }],
    ['sender: has no send()', { sender: {} }],
    ['sender: is a promise still: await it', { sender: Promise.resolve(SENDING.sender) }],
    ['messenger: has no send()', { messenger: {} }],
    ['clock: must be an object with now()', { clock: Date.now }],
    ['tenants.0.brand.colour', { tenants: [{ brand: { colour: 'green' } }] }],
    ['policy.methods: has nothing', { policy: { enforcement: 'required', methods: [] } }],
    ['policy.methods: has nothing', { policy: { groups: { staff: 'required' }, methods: ['app'] } }],
    [
      'tenants.0.secondFactor.methods: has nothing',
      { policy: { enforcement: 'required' }, tenants: [{ secondFactor: { methods: [] } }] },
    ],
  ];
  for (const [fault, more] of refused) {
    it(`are refused when they cannot be meant: ${fault}`, () => {
      expect(() => withOptions(more))
        .to.throw(TypeError, fault)
        .with.property('message')
        .that.does.not.contain('changeme');
    });
  }

  const sent: readonly (readonly [string, object, readonly string[]])[] = [
    ['no sender', {}, []],
    ['a sender', SENDING, ['email']],
    ['a sender, and countries', { ...SENDING, sms: { allowedPrefixes: ['+31'] } }, ['sms', 'email']],
    ['a sender, and no country by name', { ...SENDING, sms: { allowedPrefixes: [] } }, ['email']],
    ['a sender, and mail by name for nobody', { ...SENDING, email: null }, []],
  ];
  for (const [what, more, methods] of sent) {
    it(`offer the methods that can be sent with ${what}`, () => {
      const available = useCasesWith(more).available();
      expect(available.filter((method) => method === 'email' || method === 'sms')).to.deep.equal(methods);
    });
  }

  it('keep their default when a value is undefined', async () => {
    const account = () => ({ email: 'ann@host.test', role: undefined, groups: undefined });
    const useCases = useCasesWith({ account, policy: { enforcement: 'required', methods: undefined } });
    const authentications = [{ method: 'pwd', enrolmentId: null, atMs: 0 }] as const;
    const requested = { acrs: null, always: false, freshMs: null };
    const evaluated = await useCases.evaluatePolicy({
      accountId: 'ann',
      authentications,
      requested,
      occasion: 'sign-in',
    });
    expect(evaluated?.decision).to.deep.equal({ kind: 'set-up', methods: ['totp'], laterUntil: null });
  });

  it('log an account without a tenant, which cannot sign in', async () => {
    const told: unknown[] = [];
    const tenants = [{ id: 'a' }, { id: 'b' }];
    const useCases = useCasesWith({ account: () => ({}), tenants, log: (line: unknown) => told.push(line) });
    const requested = { acrs: null, always: false, freshMs: null };
    expect(
      await useCases.evaluatePolicy({
        accountId: 'ann',
        authentications: [],
        requested,
        occasion: 'sign-in',
      }),
    ).to.equal(null);
    expect(told).to.deep.equal([{ event: 'account.without_tenant', account_id: 'ann', tenant: '' }]);
  });
});

/** Reduces a configuration to comparable parts: its values, and the length of each list of functions. */
function shapeOf(host: Configuration): unknown {
  const prompts = host.interactions?.policy?.map(({ name, checks }) => [
    name,
    checks.map(({ reason }) => reason),
  ]);
  return { ...host, interactions: prompts };
}

function deepFrozen<T extends object>(value: T): T {
  for (const each of Object.values(value)) {
    if (typeof each === 'object' && each !== null && !Object.isFrozen(each)) deepFrozen(each);
  }
  return Object.freeze(value);
}

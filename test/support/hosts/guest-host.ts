/** Somebody else's oidc-provider with the plugin in it, in each way that a host may have built it. */
import { generateKeyPairSync } from 'node:crypto';
import type { RequestListener } from 'node:http';
import { type Configuration, type JWK, Provider } from 'oidc-provider';
import { type EmbeddedStores, embedded } from '../../../src/embedded.ts';
import { startServer } from '../../../src/http/server/lifecycle.ts';
import type { HostAccount, SecondFactor, SecondFactorOptions } from '../../../src/index.ts';
import { readOptions } from '../../../src/plugin/options/schema.ts';
import { composeGuest } from '../../../src/plugin/second-factor.ts';
import type { SecondFactorUseCases } from '../../../src/plugin/use-cases.ts';
import { makeDataDir, removeDataDir } from '../stores/embedded.ts';
import { createSettableClock, type SettableClock } from '../time/clock.ts';
import { createVisitor, type Visitor, type VisitorOptions } from '../visitor.ts';
import { type AdapterFactory, createHostAdapter } from './host-adapter.ts';
import { createRelyingParty, type RelyingParty } from './relying-party.ts';

/** Nobody listens there: the visitor stops at it. */
const CALLBACK = 'http://rp.test/callback';
const CLIENT_SECRET = 'a-secret-of-more-than-thirty-two-characters';
const KEY = 'a key of the tests, which nobody should use for more than that';

/** A host's own way to serve the provider, the plugin's pages and its login page. */
export interface Kind {
  readonly title: string;
  /** The path under which the host has its provider. */
  readonly prefix: string;
  readonly listener: (parts: HostParts) => RequestListener;
}

export interface HostParts {
  readonly provider: Provider;
  readonly lock: SecondFactor;
  readonly prefix: string;
}

export type People = Map<string, HostAccount>;

export interface GuestHost {
  readonly origin: string;
  readonly issuer: string;
  readonly clock: SettableClock;
  readonly stores: Pick<EmbeddedStores, 'durable' | 'shortLived'>;
  /** By the id that the host's login page takes as a name. */
  readonly people: People;
  readonly provider: Provider;
  readonly lock: SecondFactor;
  /** The use cases behind `lock`, which a host does not see. */
  readonly useCases: SecondFactorUseCases;
  visitor(options?: VisitorOptions): Visitor;
  relyingParty(clientId?: string): Promise<RelyingParty>;
  /** With other options of the plugin: sessions and tokens live on. */
  restart(change: Partial<SecondFactorOptions>): Promise<void>;
  stop(): Promise<void>;
}

export interface GuestOptions {
  readonly options?: Partial<SecondFactorOptions>;
  readonly configuration?: Configuration;
  readonly listener?: Kind['listener'];
  /** In place of the composition by options alone. */
  readonly compose?: (options: SecondFactorOptions) => ReturnType<typeof composeGuest>;
  /** In place of embedded ones; whoever opened them closes them. */
  readonly stores?: GuestHost['stores'];
  /** The grant types of the clients beside the code flow and refreshing. */
  readonly clientGrants?: readonly string[];
  /** The host of the issuer. The default is an IP address, at which browsers make no passkeys. */
  readonly hostname?: 'localhost';
}

export async function startGuest(kind: Kind, given: GuestOptions = {}): Promise<GuestHost> {
  const server = await startServer({ handler: () => {}, host: '127.0.0.1', port: 0, log: () => {} });
  const origin = `http://${given.hostname ?? '127.0.0.1'}:${server.port}`;
  const issuer = `${origin}${kind.prefix}`;
  const clock = createSettableClock(Date.now());
  const dataDir = makeDataDir();
  const own = embedded({ dataDir });
  const stores = given.stores ?? own;
  const people: People = new Map(
    ['ann', 'bob', 'cas', 'dan'].map((id) => [id, { email: `${id}@host.test` }]),
  );
  const configuration = {
    ...hostConfiguration(createHostAdapter(), people, kind.prefix, given.clientGrants),
    ...given.configuration,
  };
  let options: SecondFactorOptions = {
    name: 'Acme',
    stores,
    encryption: [{ id: '1', key: KEY }],
    account: (id) => people.get(id),
    policy: { enforcement: 'required' },
    clientRule: (id) => ({ always: id === 'always' }),
    clock,
    ...given.options,
  };
  let parts: HostParts;
  let useCases: SecondFactorUseCases;

  async function serve(): Promise<void> {
    const guest = (given.compose ?? ((said) => composeGuest(readOptions(said))))(options);
    const { lock } = guest;
    ({ useCases } = guest);
    parts = { lock, provider: new Provider(issuer, lock.configure(configuration)), prefix: kind.prefix };
    await server.swap((given.listener ?? kind.listener)(parts));
  }

  await serve();
  return {
    origin,
    issuer,
    clock,
    stores,
    people,
    get provider() {
      return parts.provider;
    },
    get lock() {
      return parts.lock;
    },
    get useCases() {
      return useCases;
    },
    visitor: (more) => createVisitor(origin, { stopAt: 'http://rp.test', ...more }),
    relyingParty: (clientId = 'rp') =>
      createRelyingParty({ issuer, clientId, clientSecret: CLIENT_SECRET, redirectUri: CALLBACK }),
    async restart(change) {
      options = { ...options, ...change };
      await serve();
    },
    async stop() {
      await server.stop({ deadlineMs: 0 });
      await own.close();
      removeDataDir(dataDir);
    },
  };
}

const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const SIGNING_KEY = { ...privateKey.export({ format: 'jwk' }), alg: 'ES256', use: 'sig' } as JWK;

/** As a host has it before it has heard of a second factor. */
function hostConfiguration(
  adapter: AdapterFactory,
  people: People,
  prefix: string,
  grants: readonly string[] = [],
): Configuration {
  const client = (id: string) => ({
    client_id: id,
    client_name: `The ${id} shop`,
    client_secret: CLIENT_SECRET,
    redirect_uris: [CALLBACK],
    grant_types: ['authorization_code', 'refresh_token', ...grants],
    id_token_signed_response_alg: 'ES256' as const,
  });
  return {
    adapter,
    clients: [client('rp'), client('always')],
    jwks: { keys: [SIGNING_KEY] },
    cookies: { keys: ['a key of the host'] },
    claims: { openid: ['sub', 'shoe_size'], email: ['email'] },
    findAccount: (_ctx, sub) => {
      const email = people.get(sub)?.email;
      return people.has(sub) ? { accountId: sub, claims: () => ({ sub, email, shoe_size: 42 }) } : undefined;
    },
    interactions: { url: (_ctx, { uid }) => `${prefix}/interaction/${uid}` },
    features: {
      devInteractions: { enabled: false },
      introspection: { enabled: true },
      claimsParameter: { enabled: true },
    },
    rotateRefreshToken: true,
    ttl: {
      Session: 7200,
      Interaction: 600,
      Grant: 7200,
      AccessToken: 600,
      DeviceCode: 600,
      IdToken: 600,
      RefreshToken: 7200,
    },
  };
}

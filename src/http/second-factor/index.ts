/** The plugin: everything that an oidc-provider needs to ask for a second factor, as one value. */
import type Router from '@koa/router';
import type { Configuration, KoaContextWithOIDC, Provider } from 'oidc-provider';
import { interactionPolicy } from 'oidc-provider';
import type { Account } from '../../domain/account.ts';
import { ACRS } from '../../domain/acr.ts';
import { CATALOGUE, createMethods, type MethodSettings } from '../../domain/methods/index.ts';
import type { Tenant } from '../../domain/tenant.ts';
import type {
  AccountStore,
  AttemptStore,
  ClaimStore,
  EnrolmentStore,
  LockoutStore,
  ProgressStore,
  SignInRecordStore,
} from '../../ports/stores.ts';
import type { Clock, Random, SecretBox, Trail } from '../../ports/system.ts';
import { createEnrolment } from '../../use-cases/enrolment.ts';
import { createJudge } from '../../use-cases/judgement.ts';
import { createSecondFactor } from '../../use-cases/second-factor.ts';
import { createFormTokens } from '../forms.ts';
import type { Render } from '../pages.ts';
import { createProviderSession } from '../provider-session.ts';
import { createAdvance } from './advance.ts';
import type { ClientRule } from './demand.ts';
import { createLoginChecks, createSecondFactorPrompt, createStandpoint, PROMPT } from './prompt.ts';
import { keepSignInRecords } from './records.ts';
import { createSecondFactorRoutes } from './routes.ts';

export interface SecondFactorOptions {
  readonly stores: {
    readonly accounts: Pick<AccountStore, 'findById'>;
    readonly enrolments: EnrolmentStore;
    readonly claims: ClaimStore;
    readonly lockouts: LockoutStore;
    readonly records: SignInRecordStore;
    readonly progress: ProgressStore;
    readonly attempts: AttemptStore;
  };
  readonly tenants: readonly Tenant[];
  readonly methods: MethodSettings;
  readonly box: SecretBox;
  readonly clock: Clock;
  readonly random: Random;
  readonly trail: Trail;
  readonly render: Render;
  /** What a client's registration adds to its requests. */
  readonly clientRule: (clientId: string) => ClientRule;
  readonly clientName: (clientId: string) => string;
  /** The account that the host's `findAccount` has read in this request. */
  readonly accountOf: (ctx: KoaContextWithOIDC) => Account | undefined;
  /** How long after a sign-in anything issued from it may live: its session, and then a refresh token. */
  readonly issuedLifetimeMs: number;
  /** Where an interaction begins; default: the plugin's own pages. */
  readonly interactionUrl?: (uid: string) => string;
  /** Where the password is asked again, for a host that lets the plugin ask for it. */
  readonly passwordUrl?: (uid: string) => string;
  /** Called when a sign-in is complete, before the answer leaves. */
  readonly onSignedIn?: (ctx: KoaContextWithOIDC['request']['ctx'], account: Account) => void;
}

export function secondFactor(options: SecondFactorOptions) {
  const { stores, clock, box, trail, random } = options;
  const methods = createMethods(options.methods);
  const judge = createJudge({ ...stores, tenants: options.tenants, available: CATALOGUE, clock });
  const enrolment = createEnrolment({ ...stores, methods, box, trail, clock, random });
  const useCase = createSecondFactor({ ...stores, judge, methods, box, trail, clock, random });
  const standpoint = createStandpoint({ ...options, judge, records: stores.records });

  /** The host's configuration with the second factor in it. The host's own object is left as it is. */
  function configure(host: Configuration): Configuration {
    const policy =
      (host.interactions?.policy as interactionPolicy.DefaultPolicy | undefined) ?? interactionPolicy.base();
    const login = policy.get('login');
    // Left on login, an essential acr that the second factor would meet brings the login prompt back for ever.
    login?.checks.remove('essential_acrs');
    login?.checks.remove('essential_acr');
    for (const check of createLoginChecks(standpoint)) login?.checks.add(check);
    policy.add(createSecondFactorPrompt(standpoint), 1);

    const { introspection } = host.features ?? {};
    return {
      ...host,
      acrValues: [...ACRS],
      claims: { ...host.claims, openid: ['sub', 'acr', 'amr', 'auth_time'] },
      interactions: { policy, url: interactionUrlOf(host) },
      findAccount: findAccountOf(host),
      extraTokenClaims: async (ctx, token) => {
        const source = ctx.oidc?.authorizationCode ?? ctx.oidc?.refreshToken;
        const own = source ? { acr: source.acr, auth_time: source.authTime } : {};
        return { ...(await host.extraTokenClaims?.(ctx, token)), ...own };
      },
      features: {
        ...host.features,
        ...(introspection && { introspection: introspectionOf(introspection) }),
      } as NonNullable<Configuration['features']>,
    };
  }

  function interactionUrlOf(host: Configuration): NonNullable<Configuration['interactions']>['url'] {
    const own = options.interactionUrl ?? ((uid: string) => `/interaction/${uid}/second-factor`);
    return async (ctx, interaction) => {
      const ofHost = interaction.prompt.name === PROMPT ? undefined : host.interactions?.url;
      return ofHost ? ofHost(ctx, interaction) : own(interaction.uid);
    };
  }

  /** A token whose sign-in no longer satisfies the policy of today finds no account, and is refused (row B.2). */
  function findAccountOf(host: Configuration): Configuration['findAccount'] {
    return async (ctx, sub, token) => {
      const account = await host.findAccount?.(ctx, sub, token);
      if (!account || !token) return account;
      return (await standpoint.ofToken(ctx, token)) ? account : undefined;
    };
  }

  type Introspection = NonNullable<NonNullable<Configuration['features']>['introspection']>;
  /** Introspection never asks for the account: it is asked here, after the host's own rule. */
  function introspectionOf(host: Introspection): Introspection {
    return {
      ...host,
      allowedPolicy: async (ctx, client, token) => {
        if (host.allowedPolicy && !(await host.allowedPolicy(ctx, client, token))) return false;
        return !('accountId' in token) || (await standpoint.ofToken(ctx, token));
      },
    };
  }

  /** The pages, to be mounted beside the provider; and the keeping of sign-in records, inside it. */
  function routes(provider: Provider): {
    readonly router: Router;
    readonly advance: ReturnType<typeof createAdvance>;
  } {
    const session = createProviderSession(provider);
    provider.use(keepSignInRecords({ records: stores.records, clock, keptMs: options.issuedLifetimeMs }));
    const advance = createAdvance({ ...options, ...stores, session, secondFactor: useCase, enrolment });
    const forms = createFormTokens(box);
    return {
      router: createSecondFactorRoutes({
        ...options,
        ...stores,
        advance,
        session,
        forms,
        secondFactor: useCase,
        enrolment,
      }),
      advance,
    };
  }

  return { configure, routes, judge, enrolment };
}

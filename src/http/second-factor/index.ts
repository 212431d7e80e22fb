/** The second factor of an oidc-provider, as one value: what its configuration gets, and the pages beside it. */
import type Router from '@koa/router';
import type { Context } from 'koa';
import type { Configuration, KoaContextWithOIDC, Provider } from 'oidc-provider';
import type { Account } from '../../domain/account.ts';
import { CATALOGUE, createMethods, type MethodSettings } from '../../domain/methods/index.ts';
import type { Facts, Judge } from '../../domain/policy.ts';
import type { Progress } from '../../domain/progress.ts';
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
import { createEnrolment, type EnrolmentUseCase } from '../../use-cases/enrolment.ts';
import { createGather, createJudge } from '../../use-cases/judgement.ts';
import { createSecondFactor } from '../../use-cases/second-factor.ts';
import { createFormTokens } from '../forms.ts';
import type { RenderSome, SecondFactorPage } from '../pages.ts';
import { createProviderSession, type InteractionView } from '../provider-session.ts';
import { type ClientName, createAdvance, type PageAddress } from './advance.ts';
import { createConfigure } from './configure.ts';
import type { ClientRule } from './demand.ts';
import { createStandpoint } from './prompt.ts';
import { createSecondFactorRoutes } from './routes.ts';

export interface SecondFactorNeeds {
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
  readonly clientRule: (clientId: string) => ClientRule;
  readonly accountOf: (ctx: KoaContextWithOIDC) => Account | undefined;
  readonly issuedLifetimeMs: number;
  /** Where the provider and these pages are mounted: a path without a slash at its end. */
  readonly basePath: (issuer: string) => string;
  readonly interactionUrl?: PageAddress | undefined;
  readonly passwordUrl?: PageAddress | undefined;
  readonly onSignedIn?: ((ctx: Context, account: Account) => void) | undefined;
}

/** What its pages need beside that. */
export interface PageNeeds {
  readonly render: RenderSome<SecondFactorPage>;
  readonly clientName: ClientName;
  readonly home: string | null;
}

/**
 * Takes a sign-in further whose password was accepted a moment ago, in the interaction that it was given in. `facts`:
 * what was read of the account in this request, so that it is not read twice.
 */
export type Onward = (
  ctx: Context,
  view: InteractionView,
  progress: Progress,
  facts?: Facts | null,
) => Promise<void>;

export interface SecondFactorArea {
  configure(host: Configuration): Configuration;
  /** The pages, under the interactions of this provider. */
  routes(provider: Provider, pages: PageNeeds): Router;
  onward(provider: Provider, pages: Pick<PageNeeds, 'clientName'>): Onward;
  readonly judge: Judge;
  readonly enrolment: EnrolmentUseCase;
}

/** Everything at and below such an address belongs to these pages. */
function pagesUnder(base: string): PageAddress {
  return (uid) => `${base}/interaction/${uid}/second-factor`;
}

export function createSecondFactorArea(needs: SecondFactorNeeds): SecondFactorArea {
  const { stores, clock, box, trail, random } = needs;
  const methods = createMethods(needs.methods);
  const gather = createGather({ ...stores, tenants: needs.tenants });
  const judge = createJudge({ ...stores, tenants: needs.tenants, available: CATALOGUE, clock });
  const enrolment = createEnrolment({ ...stores, methods, box, trail, clock, random });
  const secondFactor = createSecondFactor({ ...stores, judge, methods, box, trail, clock, random });
  const standpoint = createStandpoint({ ...needs, judge, gather, records: stores.records });
  const pagesOf = (issuer: string) => pagesUnder(needs.basePath(issuer));

  const configure = createConfigure({
    standpoint,
    isSomebody: async (id) => (await stores.accounts.findById(id)) !== null,
    interactionUrl: (issuer, uid) => (needs.interactionUrl ?? pagesOf(issuer))(uid),
  });

  function shared(provider: Provider, { clientName }: Pick<PageNeeds, 'clientName'>) {
    const session = createProviderSession(provider);
    const pages = pagesOf(provider.issuer);
    const parts = { ...needs, ...stores, session, pages, clientName, secondFactor, enrolment };
    return { ...parts, advance: createAdvance(parts) };
  }

  function routes(provider: Provider, { render, clientName, home }: PageNeeds): Router {
    const forms = createFormTokens(box);
    return createSecondFactorRoutes({ ...shared(provider, { clientName }), forms, render, home });
  }

  function onward(provider: Provider, pages: Pick<PageNeeds, 'clientName'>): Onward {
    return shared(provider, pages).advance.begun;
  }

  return { configure, routes, onward, judge, enrolment };
}

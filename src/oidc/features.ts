/** The features of the library that the server uses. All others are off. */
import type { Configuration } from 'oidc-provider';
import type { FindAccount } from '../use-cases/account/find-account.ts';
import type { ClientRules } from './clients/client-rules.ts';
import type { createPageHooks } from './page-hooks.ts';
import type { createClaimRule } from './requests/scopes.ts';
import { createDpop } from './tokens/dpop.ts';
import { createIntrospection, revocation } from './tokens/introspection.ts';
import type { createResourceIndicators } from './tokens/resources.ts';

type Features = NonNullable<Configuration['features']>;

interface FeatureDeps {
  readonly findAccount: FindAccount;
  readonly rules: ClientRules;
  readonly hooks: ReturnType<typeof createPageHooks>;
  /** 32 bytes, the same on all instances. */
  readonly nonceSecret: Buffer;
  readonly resourceIndicators: ReturnType<typeof createResourceIndicators>;
  readonly refuseClaims: ReturnType<typeof createClaimRule>;
  readonly deviceFlow: Features['deviceFlow'];
}

export function createFeatures({
  findAccount,
  rules,
  hooks,
  nonceSecret,
  resourceIndicators,
  refuseClaims,
  deviceFlow,
}: FeatureDeps) {
  return {
    devInteractions: { enabled: false },
    deviceFlow,
    dPoP: createDpop(nonceSecret),
    resourceIndicators,
    clientCredentials: { enabled: true },
    claimsParameter: { enabled: true, assertClaimsParameter: refuseClaims },
    userinfo: { enabled: true },
    introspection: createIntrospection({ findAccount, rules }),
    revocation,
    pushedAuthorizationRequests: { enabled: true },
    backchannelLogout: { enabled: true },
    rpInitiatedLogout: {
      enabled: true,
      logoutSource: hooks.signOut,
      postLogoutSuccessSource: hooks.signedOut,
    },
  } satisfies Features;
}

/** Adds the second factor to a copy of a host's configuration of oidc-provider. */
import type { Configuration, KoaContextWithOIDC } from 'oidc-provider';
import { interactionPolicy } from 'oidc-provider';
import { ACRS } from '../domain/policy/acr.ts';
import { createLoginChecks, createSecondFactorPrompt, PROMPT, type SessionPolicy } from '../oidc/prompt.ts';
import type { ResumeBinding } from '../oidc/session/resume-cookie.ts';

interface ConfigureDeps {
  readonly sessionPolicy: SessionPolicy;
  readonly resumeBinding: Pick<ResumeBinding, 'guard'>;
  /** Whether an account has this id. */
  readonly isSomebody: (id: string) => Promise<boolean>;
  /** The URL at which an interaction of the second factor begins. */
  readonly interactionUrl: (issuer: string, uid: string) => string;
}

type Policy = interactionPolicy.DefaultPolicy;
type Interactions = NonNullable<Configuration['interactions']>;
type Introspection = NonNullable<NonNullable<Configuration['features']>['introspection']>;

const CLAIMS = ['sub', 'acr', 'amr', 'auth_time'];

export function createConfigure({
  sessionPolicy,
  resumeBinding: { guard },
  isSomebody,
  interactionUrl,
}: ConfigureDeps) {
  let isConfigured = false;

  /** The provider's constructor reads `interactions`, which a provider of the host's own configuration does not have. */
  function noteUse(configuration: Configuration, interactions: Interactions): Configuration {
    return Object.defineProperty(configuration, 'interactions', {
      enumerable: true,
      get() {
        isConfigured = true;
        return interactions;
      },
    });
  }

  return { configure, isConfigured: () => isConfigured };

  function configure(host: Configuration): Configuration {
    const { introspection, devInteractions } = host.features ?? {};
    // The library's default is on, and its pages do not know our prompt.
    if (devInteractions?.enabled !== false)
      throw new TypeError(
        'features.devInteractions must be { enabled: false }: its pages would take the place of ours',
      );
    const configuration: Configuration = {
      ...host,
      // The library's own adapter in memory is not for production and stays as it is.
      ...(host.adapter && { adapter: guard(host.adapter) }),
      // Levels are computed from the authentication events, so that levels of the host could never be reached.
      acrValues: [...ACRS],
      claims: { ...host.claims, openid: [...new Set([...CLAIMS, ...namesOf(host.claims?.openid)])] },
      findAccount: findAccountOf(host),
      extraTokenClaims: async (ctx, token) => ({
        ...(await host.extraTokenClaims?.(ctx, token)),
        ...assuranceOf(ctx),
      }),
      features: {
        ...host.features,
        ...(introspection && { introspection: introspectionOf(introspection) }),
      } as NonNullable<Configuration['features']>,
    };
    const policy = withSecondFactor(host.interactions?.policy);
    return noteUse(configuration, { policy, url: urlOf(host.interactions) });
  }

  /** A copy of the policy with our prompt after `login`, and after the choice of the account that gives the factor. */
  function withSecondFactor(host: readonly interactionPolicy.Prompt[] = interactionPolicy.base()): Policy {
    const policy = interactionPolicy.base();
    policy.clear();
    if (host.some(({ name }) => name === PROMPT))
      throw new TypeError(`there is a prompt called ${PROMPT} already`);
    for (const prompt of host) policy.add(prompt.name === 'login' ? loginOf(prompt) : prompt);
    const login = policy.findIndex(({ name }) => name === 'login');
    if (login < 0) throw new TypeError('the interaction policy has no prompt called login');
    const choosesNext = policy[login + 1]?.name === 'select_account';
    policy.add(createSecondFactorPrompt(sessionPolicy), login + (choosesNext ? 2 : 1));
    return policy;
  }

  function loginOf({ name, requestable, details, checks }: interactionPolicy.Prompt) {
    const login = new interactionPolicy.Prompt(
      { name },
      details,
      ...checks,
      ...createLoginChecks(sessionPolicy),
    );
    // Set after the construction, because the constructor would add the check for prompt=login a second time.
    login.requestable = requestable;
    // These checks would raise the login prompt again and again for an essential acr that needs the second factor.
    login.checks.remove('essential_acrs');
    login.checks.remove('essential_acr');
    return login;
  }

  function urlOf(host: Interactions | undefined): NonNullable<Interactions['url']> {
    // The library's own default.
    const elsewhere = host?.url ?? ((_ctx, { uid }) => `/interaction/${uid}`);
    return (ctx, interaction) => {
      if (interaction.prompt.name !== PROMPT) return elsewhere(ctx, interaction);
      return interactionUrl(ctx.oidc.issuer, interaction.uid);
    };
  }

  /** Finds no account for a token whose sign-in does not satisfy the policy any more, so that it is refused (B.2). */
  function findAccountOf(host: Configuration): NonNullable<Configuration['findAccount']> {
    const find = host.findAccount ?? withoutClaims;
    return async (ctx, sub, token) => {
      const finding = (async () => find(ctx, sub, token))();
      sessionPolicy.readAhead(ctx, sub, token, finding);
      const account = await finding;
      if (!account || !token) return account;
      return (await sessionPolicy.ofToken(ctx, token)) ? account : undefined;
    };
  }

  /** For a host without `findAccount`. */
  async function withoutClaims(_ctx: KoaContextWithOIDC, sub: string) {
    return (await isSomebody(sub)) ? { accountId: sub, claims: () => ({ sub }) } : undefined;
  }

  /** Introspection never calls `findAccount`, so the policy is checked here, after the host's own rule. */
  function introspectionOf(host: Introspection): Introspection {
    const allowed = host.allowedPolicy ?? isNobodyElses;
    return {
      ...host,
      allowedPolicy: async (ctx, client, token) => {
        if (!(await allowed(ctx, client, token))) return false;
        return !('accountId' in token) || (await sessionPolicy.ofToken(ctx, token));
      },
    };
  }
}

/** The library's default rule: a client without authentication introspects only its own tokens. */
const isNobodyElses: NonNullable<Introspection['allowedPolicy']> = (_ctx, client, token) =>
  client.clientAuthMethod !== 'none' || token.clientId === client.clientId;

/** The level of a token is that of its source: a code, a refresh token, or the session (implicit flows). */
function assuranceOf({ oidc }: KoaContextWithOIDC): {
  acr?: string | undefined;
  amr?: readonly string[] | undefined;
  auth_time?: number | undefined;
} {
  const issued = oidc?.authorizationCode ?? oidc?.refreshToken ?? oidc?.deviceCode;
  if (issued) return { acr: issued.acr, amr: issued.amr, auth_time: issued.authTime };
  const { session } = oidc ?? {};
  return session?.accountId ? { acr: session.acr, amr: session.amr, auth_time: session.loginTs } : {};
}

function namesOf(claims: readonly string[] | Readonly<Record<string, unknown>> | null | undefined): string[] {
  return Array.isArray(claims) ? claims : Object.keys(claims ?? {});
}

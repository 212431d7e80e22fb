/** Adds the second factor to a host's configuration of oidc-provider, and leaves the host's own object as it is. */
import type { Configuration, KoaContextWithOIDC } from 'oidc-provider';
import { interactionPolicy } from 'oidc-provider';
import { ACRS } from '../domain/policy/acr.ts';
import { createLoginChecks, createSecondFactorPrompt, PROMPT, type SessionPolicy } from '../oidc/prompt.ts';
import type { ResumeBinding } from '../oidc/resume-cookie.ts';

interface ConfigureDeps {
  readonly sessionPolicy: SessionPolicy;
  readonly resumeBinding: Pick<ResumeBinding, 'guard'>;
  /** Whether there is somebody of this id. */
  readonly isSomebody: (id: string) => Promise<boolean>;
  /** Where an interaction of ours begins. */
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
  return (host: Configuration): Configuration => {
    const { introspection, devInteractions } = host.features ?? {};
    // On unless said otherwise: the library would lead everybody to pages that know no prompt of ours.
    if (devInteractions?.enabled !== false)
      throw new TypeError(
        'features.devInteractions must be { enabled: false }: its pages would take the place of ours',
      );
    return {
      ...host,
      // The library's own adapter, which is not for production, is left to it.
      ...(host.adapter && { adapter: guard(host.adapter) }),
      // Levels are computed from what was proven: those of the host's own would be announced and never reached.
      acrValues: [...ACRS],
      claims: { ...host.claims, openid: [...new Set([...CLAIMS, ...namesOf(host.claims?.openid)])] },
      interactions: { policy: withSecondFactor(host.interactions?.policy), url: urlOf(host.interactions) },
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
  };

  /** A copy of the policy, with our prompt after `login`: whoever signed in there is asked for what is missing. */
  function withSecondFactor(host: readonly interactionPolicy.Prompt[] = interactionPolicy.base()): Policy {
    const policy = interactionPolicy.base();
    policy.clear();
    if (host.some(({ name }) => name === PROMPT))
      throw new TypeError(`there is a prompt called ${PROMPT} already`);
    for (const prompt of host) policy.add(prompt.name === 'login' ? loginOf(prompt) : prompt);
    const login = policy.findIndex(({ name }) => name === 'login');
    if (login < 0) throw new TypeError('the interaction policy has no prompt called login');
    policy.add(createSecondFactorPrompt(sessionPolicy), login + 1);
    return policy;
  }

  function loginOf({ name, requestable, details, checks }: interactionPolicy.Prompt) {
    const login = new interactionPolicy.Prompt(
      { name },
      details,
      ...checks,
      ...createLoginChecks(sessionPolicy),
    );
    // Set afterwards: the constructor would add the check for prompt=login a second time.
    login.requestable = requestable;
    // Left on login, an essential acr that the second factor would meet brings the login prompt back for ever.
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

  /** A token whose sign-in no longer satisfies the policy of today finds no account, and is refused (row B.2). */
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

  /** For a host that tells nothing of anybody. */
  async function withoutClaims(_ctx: KoaContextWithOIDC, sub: string) {
    return (await isSomebody(sub)) ? { accountId: sub, claims: () => ({ sub }) } : undefined;
  }

  /** Introspection never asks for the account: it is asked here, after the host's own rule. */
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

/** The library's own rule where the host has none: who can't prove itself asks about its own tokens alone. */
const isNobodyElses: NonNullable<Introspection['allowedPolicy']> = (_ctx, client, token) =>
  client.clientAuthMethod !== 'none' || token.clientId === client.clientId;

/** What the token comes from says what was proven: a code, a refresh token, or the session at hand (implicit flows). */
function assuranceOf({ oidc }: KoaContextWithOIDC): {
  acr?: string | undefined;
  auth_time?: number | undefined;
} {
  const issued = oidc?.authorizationCode ?? oidc?.refreshToken ?? oidc?.deviceCode;
  if (issued) return { acr: issued.acr, auth_time: issued.authTime };
  const { session } = oidc ?? {};
  return session?.accountId ? { acr: session.acr, auth_time: session.loginTs } : {};
}

function namesOf(claims: readonly string[] | Readonly<Record<string, unknown>> | null | undefined): string[] {
  return Array.isArray(claims) ? claims : Object.keys(claims ?? {});
}

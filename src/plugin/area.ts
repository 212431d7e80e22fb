/** The second factor of one oidc-provider: its part of the configuration, and its pages. */
import type Router from '@koa/router';
import type { Context } from 'koa';
import type { Configuration, KoaContextWithOIDC, Provider } from 'oidc-provider';
import type { Account } from '../domain/account.ts';
import { createFormTokens } from '../http/guards/forms.ts';
import { createJoinSession, type JoinSession } from '../http/guards/join-session.ts';
import { createSignInBinding } from '../http/guards/sign-in-binding.ts';
import type { TrustedBrowserCookie } from '../http/guards/trusted-browser-cookie.ts';
import type { PageLocale } from '../http/pages/locale.ts';
import type { RenderSome, SecondFactorPage } from '../http/pages/page-contract.ts';
import { createNextStep, type PageAddress } from '../http/second-factor/next-step.ts';
import type { ClientName } from '../http/second-factor/open-interaction.ts';
import type { ResetPageDeps } from '../http/second-factor/request-reset.ts';
import { createSecondFactorRoutes } from '../http/second-factor/routes.ts';
import { createSessionPolicy, type SessionPolicy } from '../oidc/prompt.ts';
import type { ClientRule } from '../oidc/requests/requested-assurance.ts';
import { createProviderSession, type InteractionView } from '../oidc/session/provider-session.ts';
import { createResumeBinding } from '../oidc/session/resume-cookie.ts';
import type { Log } from '../ports/log.ts';
import type { CompletedSignIn } from '../use-cases/sign-in/new-browser.ts';
import { createSignInRecords } from '../use-cases/sign-in/sign-in-records.ts';
import type { AcceptedFirstFactor } from '../use-cases/sign-in/wanted-account.ts';
import { createConfigure } from './configure.ts';
import type { SecondFactorPorts, SecondFactorUseCases } from './use-cases.ts';

/** The rules of the provider and of its clients. */
export interface ProviderRules {
  readonly clientRule: (clientId: string) => ClientRule;
  /** The account that `findAccount` has read in this request. It is not read again. */
  readonly accountOf: (ctx: KoaContextWithOIDC) => Account | undefined;
  /** Milliseconds after a sign-in for which anything issued from it may live. */
  readonly issuedLifetimeMs: number;
}

/** Differences of a server that asks for the password in the interaction of the second factor. */
export interface OwnSignIn {
  /** The URL at which an interaction begins. */
  readonly interactionUrl: PageAddress;
  /** The URL at which the password is asked again. */
  readonly passwordUrl: PageAddress;
  /** Called when a sign-in is complete, before the answer leaves. */
  readonly onSignedIn: (ctx: Context, account: Account) => void;
  /** Called with the end of each full sign-in, which does not wait for more than it has to do anyway. */
  readonly onCompleted: (ctx: Context, account: Account, signIn: CompletedSignIn) => Promise<void>;
  /** The page on which a person asks for a reset. */
  readonly resets: ResetPageDeps;
  /** Called last: keeps what the person has chosen on the pages of the sign-in. */
  readonly keepChoices: (ctx: Context, account: Account) => Promise<void>;
  /** Called after a sign-in in which a factor was set up. `sessionUid`: the live session that continues. Null: a new one. */
  readonly onEnrolled: (accountId: string, sessionUid: string | null) => Promise<void>;
  /** Called after a sign-in in which a second factor was given. */
  readonly onFactorGiven: (account: Account) => Promise<void>;
}

export interface SecondFactorAreaDeps {
  readonly useCases: SecondFactorUseCases;
  readonly ports: SecondFactorPorts;
  readonly rules: ProviderRules;
  /** Null: the host's login page ends its interaction, as usual. */
  readonly ownSignIn: OwnSignIn | null;
  readonly trust: { readonly cookie: TrustedBrowserCookie; readonly days: number };
  /** The path at which the provider and these pages are mounted, without a trailing slash. */
  readonly basePath: (issuer: string) => string;
  readonly log: Log;
}

export interface PageDeps {
  readonly render: RenderSome<SecondFactorPage>;
  readonly clientName: ClientName;
  readonly pageLocale: PageLocale;
  readonly home: string | null;
}

/**
 * Continues a sign-in in the interaction in which its password was accepted a moment ago. `snapshot`: the account as it
 * was read in this request, so that it is not read again.
 */
export type Onward = (ctx: Context, view: InteractionView, accepted: AcceptedFirstFactor) => Promise<void>;

export interface SecondFactorArea {
  configure(host: Configuration): Configuration;
  /** Whether a provider was created with the result of `configure`. */
  isConfigured(): boolean;
  /** The pages below the interactions of this provider. */
  routes(provider: Provider, pages: PageDeps): Router;
  onward(provider: Provider, pages: Pick<PageDeps, 'clientName' | 'pageLocale'>): Onward;
  joinSession(provider: Provider): JoinSession;
  readonly readAhead: SessionPolicy['readAhead'];
}

export function createSecondFactorArea({
  useCases,
  ports,
  rules,
  ownSignIn,
  trust,
  basePath,
  log,
}: SecondFactorAreaDeps): SecondFactorArea {
  const { stores, events, cipher, clock } = ports;
  const { catalogue } = useCases;
  const { clientRule, accountOf, issuedLifetimeMs } = rules;
  const { secondFactor, enrolment, recovery, passkeys, confirmation, trustedBrowsers, isReadable } = useCases;
  const { passkeyOffers, afterRecovery } = useCases;
  const resumeBinding = createResumeBinding({ cipher });
  const signInBinding = createSignInBinding({ cipher });
  const sessionPolicy = createSessionPolicy({
    evaluatePolicy: useCases.evaluateExistingSession,
    loadSnapshot: useCases.loadPartialSnapshot,
    signInRecords: createSignInRecords({ records: stores.records, clock, issuedLifetimeMs }),
    catalogue,
    clientRule,
    accountOf,
    events,
    log,
  });

  function pagesOf(issuer: string): PageAddress {
    const base = basePath(issuer);
    return (uid) => `${base}/interaction/${uid}/second-factor`;
  }

  const { configure, isConfigured } = createConfigure({
    sessionPolicy,
    resumeBinding,
    isSomebody: async (id) => (await stores.accounts.findById(id)) !== null,
    interactionUrl: (issuer, uid) => (ownSignIn?.interactionUrl ?? pagesOf(issuer))(uid),
  });

  function nextStepOf(
    provider: Provider,
    { clientName, pageLocale }: Pick<PageDeps, 'clientName' | 'pageLocale'>,
  ) {
    return createNextStep({
      session: createProviderSession(provider),
      secondFactor,
      enrolment,
      recovery,
      catalogue,
      signInTransactions: useCases.signInTransactions,
      clientRule,
      isReadable,
      clientName,
      pageLocale,
      pages: pagesOf(provider.issuer),
      passwordUrl: ownSignIn?.passwordUrl,
      trustedBrowsers,
      trustedCookie: trust.cookie,
      resumeBinding,
      signInBinding,
      onSignedIn: ownSignIn?.onSignedIn,
      onEnrolled: ownSignIn?.onEnrolled,
      onFactorGiven: ownSignIn?.onFactorGiven,
      onCompleted: ownSignIn?.onCompleted,
      keepChoices: ownSignIn?.keepChoices,
      passkeyOffers,
      afterRecovery,
      events,
    });
  }

  function joinSessionOf(provider: Provider): JoinSession {
    const { findSufficientSession } = useCases;
    return createJoinSession({
      session: createProviderSession(provider),
      findSufficientSession,
      clientRule,
      clock,
    });
  }

  function routes(provider: Provider, { render, clientName, pageLocale, home }: PageDeps): Router {
    return createSecondFactorRoutes({
      nextStep: nextStepOf(provider, { clientName, pageLocale }),
      joinSession: joinSessionOf(provider),
      session: createProviderSession(provider),
      secondFactor,
      enrolment,
      recovery,
      passkeys,
      passkeyOffers,
      afterRecovery,
      confirmation,
      trustDays: trust.days,
      forms: createFormTokens(cipher),
      render,
      pages: pagesOf(provider.issuer),
      home,
      passwordUrl: ownSignIn?.passwordUrl,
      resets: ownSignIn?.resets,
      clock,
    });
  }

  return {
    configure,
    isConfigured,
    routes,
    onward: (provider, pages) => nextStepOf(provider, pages).proceedFromFirstFactor,
    joinSession: joinSessionOf,
    readAhead: sessionPolicy.readAhead,
  };
}

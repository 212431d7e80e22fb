/** `lock.passkeySignIn`: a passkey in place of the password, on the login page of a host. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Context } from 'koa';
import type { Provider } from 'oidc-provider';
import type { PasskeyRequest } from '../domain/methods/webauthn.ts';
import { accepted, type Outcome } from '../domain/refusal.ts';
import { createProviderSession, type InteractionView } from '../oidc/session/provider-session.ts';
import type { PasskeySignIn } from '../use-cases/sign-in/passkey.ts';
import type { SignInTransactions } from '../use-cases/sign-in/transactions.ts';
import type { Onward } from './area.ts';

export interface HostPasskeySignIn {
  /**
   * The input of `navigator.credentials.get`, as JSON, for the login page of an interaction. Null: browsers have no
   * passkeys at this issuer, or no tenant lets a passkey sign in.
   */
  request(
    provider: Provider,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<PasskeyRequest | null>;
  /**
   * Takes the answer of the browser, which is JSON of a `PublicKeyCredential`. An accepted one ends the interaction, and
   * the redirect is sent. After a refused one nothing is sent: the host shows its page again, with a new request. The
   * host checks before that the form is its own.
   */
  finish(
    provider: Provider,
    request: IncomingMessage,
    response: ServerResponse,
    answer: string,
  ): Promise<Outcome<null>>;
}

interface HostPasskeySignInDeps {
  readonly passkeySignIn: PasskeySignIn;
  readonly signInTransactions: Pick<SignInTransactions, 'find'>;
  readonly onward: (provider: Provider) => Onward;
}

export function createHostPasskeySignIn({
  passkeySignIn,
  signInTransactions,
  onward,
}: HostPasskeySignInDeps): HostPasskeySignIn {
  async function open(
    provider: Provider,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<{ readonly ctx: Context; readonly view: InteractionView }> {
    const { uid } = await provider.interactionDetails(request, response);
    const ctx = Object.assign(provider.createContext(request, response) as unknown as Context, {
      params: { uid },
    });
    return { ctx, view: await createProviderSession(provider).interaction(ctx, ['login']) };
  }

  return {
    async request(provider, request, response) {
      const { view } = await open(provider, request, response);
      return passkeySignIn.offer(view.key, null)?.request ?? null;
    },

    async finish(provider, request, response, answer) {
      const { ctx, view } = await open(provider, request, response);
      const outcome = await passkeySignIn.submit({
        uid: view.key,
        before: await signInTransactions.find(view.key),
        response: answer,
        ip: ctx.ip,
        knownPerson: null,
        tenantId: null,
        accountId: view.wantedAccountId,
        clientId: view.clientId,
        expiresAt: view.expiresAt,
      });
      if (!outcome.ok) return outcome;
      await onward(provider)(ctx, view, outcome.value);
      // The redirect is prepared on the response, with the length of its text.
      response.end(String(ctx.body ?? ''));
      return accepted(null);
    },
  };
}

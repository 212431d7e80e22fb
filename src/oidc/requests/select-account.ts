/**
 * `prompt=select_account` (OpenID Connect Core 1.0, 3.1.2.1). The person continues as the account of the session, or signs
 * in with another one. After `login`, because a session that must sign in anew leaves the choice to the sign-in page.
 */
import { interactionPolicy, type KoaContextWithOIDC } from 'oidc-provider';

export const SELECT_ACCOUNT = 'select_account';
/** The Check that raises `login` for a person who wants another account. */
export const ANOTHER_ACCOUNT = 'another_account_chosen';

/** The part of an interaction's result that the select-account page sets. The library reads its name alone. */
export interface Selection {
  /** Whether the person wants another account than the one of the session. */
  readonly other: boolean;
}

/** A sign-in is a choice of the account too, so it answers the prompt. */
export function createSelectAccountPrompt() {
  const prompt = new interactionPolicy.Prompt({ name: SELECT_ACCOUNT, requestable: true });
  for (const check of prompt.checks) {
    const asked = check.check;
    check.check = async (ctx) => !ctx.oidc.result?.login && asked(ctx);
  }
  return prompt;
}

/** For the `login` prompt: the person has chosen to sign in with another account. */
export function anotherAccountChosen() {
  return new interactionPolicy.Check(
    ANOTHER_ACCOUNT,
    'the person wants to sign in with another account',
    'login_required',
    ({ oidc }) => selectionOf(oidc)?.other === true && !oidc.result?.login,
  );
}

function selectionOf({ result }: KoaContextWithOIDC['oidc']): Selection | undefined {
  return (result as { [SELECT_ACCOUNT]?: Selection } | undefined)?.[SELECT_ACCOUNT];
}

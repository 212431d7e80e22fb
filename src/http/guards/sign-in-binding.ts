/**
 * A sign-in goes on in the browser in which its password was given: whoever began it and had its cookies planted in
 * somebody else's browser, from a sibling host, would else read along what that person sets up.
 */
import type { Context } from 'koa';
import type { SignInTransaction } from '../../domain/sign-in/transaction.ts';
import { isGiven, SECURE } from '../../oidc/binding-cookies.ts';
import type { Cipher } from '../../ports/system.ts';

interface SignInBindingDeps {
  readonly cipher: Pick<Cipher, 'digest'>;
}

const NAME = 'second-factor-begun';

export function createSignInBinding({ cipher }: SignInBindingDeps) {
  /** Of the one password that was accepted: whoever gives it again, in the same interaction, begins anew. */
  function markOf({ uid, accountId, authentications }: SignInTransaction): string {
    const password = authentications.find(({ method }) => method === 'pwd');
    return cipher.digest(JSON.stringify([uid, accountId, password?.atMs]), 'sign-in-begun');
  }

  /** To who has just given the password; `path` is where the sign-in goes on. */
  function give(ctx: Context, transaction: SignInTransaction, path: string): void {
    ctx.cookies.set(`${ctx.secure ? SECURE : ''}${NAME}`, markOf(transaction), {
      path,
      expires: new Date(transaction.expiresAt),
      signed: false,
      httpOnly: true,
      sameSite: 'lax',
      secure: ctx.secure,
    });
  }

  /** A step-up belongs to the session that its interaction was begun in. */
  function isHere(ctx: Context, transaction: SignInTransaction): boolean {
    return transaction.keepsAuthTime !== null || isGiven(ctx, NAME, markOf(transaction));
  }

  return { give, isHere };
}

export type SignInBinding = ReturnType<typeof createSignInBinding>;

/**
 * Binds a sign-in to the browser in which its password was accepted. An attacker on a sibling host could plant the
 * cookies of his own interaction in another browser. He would read the secrets that its person sets up there.
 */
import type { Context } from 'koa';
import type { SignInTransaction } from '../../domain/sign-in/transaction.ts';
import { isGiven, SECURE } from '../../oidc/session/binding-cookies.ts';
import type { Cipher } from '../../ports/system.ts';

interface SignInBindingDeps {
  readonly cipher: Pick<Cipher, 'digest'>;
}

const NAME = 'second-factor-begun';

export function createSignInBinding({ cipher }: SignInBindingDeps) {
  /** Changes with each accepted password: a new one in the same interaction ends the binding of before. */
  function markOf({ uid, accountId, authentications }: SignInTransaction): string {
    const password = authentications.find(({ method }) => method === 'pwd');
    return cipher.digest(JSON.stringify([uid, accountId, password?.atMs]), 'sign-in-begun');
  }

  /** Sets the cookie after an accepted password. `path` is where the sign-in continues. */
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

  /** Whether the request comes from that browser. A step-up is bound to its session instead. */
  function isHere(ctx: Context, transaction: SignInTransaction): boolean {
    return transaction.keepsAuthTime !== null || isGiven(ctx, NAME, markOf(transaction));
  }

  return { give, isHere };
}

export type SignInBinding = ReturnType<typeof createSignInBinding>;

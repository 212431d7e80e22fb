/**
 * Binds a sign-in to the browser in which its password or its passkey was accepted. An attacker on a sibling host could
 * plant the cookies of his own interaction in another browser. He would read the secrets that its person sets up there.
 */
import type { Context } from 'koa';
import { beginningOf } from '../../domain/policy/assurance.ts';
import type { SignInTransaction } from '../../domain/sign-in/transaction.ts';
import { type BindingCookie, giveBinding, isBound } from '../../oidc/session/binding-cookies.ts';
import type { Cipher } from '../../ports/system.ts';

interface SignInBindingDeps {
  readonly cipher: Pick<Cipher, 'digest'>;
}

const KIND = 'second-factor-begun';

export function createSignInBinding({ cipher }: SignInBindingDeps) {
  /** Changes with each accepted password or passkey: a new one in the same interaction ends the binding of before. */
  function markOf({ uid, accountId, authentications }: SignInTransaction): BindingCookie {
    const value = cipher.digest(
      JSON.stringify([uid, accountId, beginningOf(authentications)?.atMs]),
      'sign-in-begun',
    );
    return { kind: KIND, key: uid, value };
  }

  /** Sets the cookie after an accepted password or passkey. `path` is where the sign-in continues. */
  function give(ctx: Context, transaction: SignInTransaction, path: string): void {
    giveBinding(ctx, markOf(transaction), { path, expires: new Date(transaction.expiresAt) });
  }

  /** Whether the request comes from that browser. A step-up is bound to its session instead. */
  function isHere(ctx: Context, transaction: SignInTransaction): boolean {
    return transaction.keepsAuthTime !== null || isBound(ctx, markOf(transaction));
  }

  return { give, isHere };
}

export type SignInBinding = ReturnType<typeof createSignInBinding>;

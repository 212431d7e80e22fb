/**
 * A sign-in goes on in the browser in which its password was given: whoever began it and had its cookies planted in
 * somebody else's browser, from a sibling host, would else read along what that person sets up.
 */
import type { Context } from 'koa';
import type { Progress } from '../../domain/sign-in/transaction.ts';
import type { SecretBox } from '../../ports/system.ts';
import { isGiven, SECURE } from './binding-cookies.ts';

interface Needs {
  readonly box: Pick<SecretBox, 'digest'>;
}

const NAME = 'second-factor-begun';

export function createBeginnings({ box }: Needs) {
  /** Of the one password that was accepted: whoever gives it again, in the same interaction, begins anew. */
  function markOf({ uid, accountId, proofs }: Progress): string {
    const password = proofs.find(({ method }) => method === 'pwd');
    return box.digest(JSON.stringify([uid, accountId, password?.at]), 'sign-in-begun');
  }

  /** To who has just given the password; `path` is where the sign-in goes on. */
  function give(ctx: Context, progress: Progress, path: string): void {
    ctx.cookies.set(`${ctx.secure ? SECURE : ''}${NAME}`, markOf(progress), {
      path,
      expires: new Date(progress.expiresAt),
      signed: false,
      httpOnly: true,
      sameSite: 'lax',
      secure: ctx.secure,
    });
  }

  /** A step-up belongs to the session that its interaction was begun in. */
  function isHere(ctx: Context, progress: Progress): boolean {
    return progress.keepsAuthTime !== null || isGiven(ctx, NAME, markOf(progress));
  }

  return { give, isHere };
}

export type Beginnings = ReturnType<typeof createBeginnings>;

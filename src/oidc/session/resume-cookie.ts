/**
 * Lets only the browser that finished a sign-in resume it. An attacker on a sibling host could plant the cookies of his
 * own interaction in another browser. He would be signed in as the person who finishes it there.
 */
import type { Context } from 'koa';
import {
  type Adapter,
  type AdapterConstructor,
  type AdapterFactory,
  type KoaContextWithOIDC,
  Provider,
} from 'oidc-provider';
import type { Cipher } from '../../ports/system.ts';
import { type BindingCookie, giveBinding, isBound } from './binding-cookies.ts';
import { finisherOf, isJoined, withoutForeignSession } from './provider-session.ts';

interface ResumeBindingDeps {
  readonly cipher: Pick<Cipher, 'digest'>;
}

/** Milliseconds: the default life of the finished interaction, and of the one of a consent after it. */
const KEPT_MS = 60 * 60 * 1000;
const KIND = 'second-factor-finished';

/** An interaction and the account that finished it. */
interface Finisher {
  /** The key of the interaction. */
  readonly key: string;
  readonly accountId: string;
}

export function createResumeBinding({ cipher }: ResumeBindingDeps) {
  function ticketOf({ key, accountId }: Finisher): BindingCookie {
    return { kind: KIND, key, value: cipher.digest(`${key}|${accountId}`, 'resume-ticket') };
  }

  /** Sets the cookie at the end of an interaction. `url` is where the provider goes on. */
  function give(ctx: Context, finisher: Finisher, url: string): void {
    // The provider also goes on below this path after a consent.
    const path = new URL('.', url).pathname;
    giveBinding(ctx, ticketOf(finisher), { path, maxAge: KEPT_MS });
  }

  /** Around a provider's adapter: an interaction that another browser finished is not found at its resume. */
  function guard(host: AdapterConstructor | AdapterFactory): AdapterFactory {
    return (model) => {
      const adapter = isClass(host) ? new host(model) : host(model);
      return model === 'Interaction' ? guarded(adapter) : adapter;
    };
  }

  function guarded(adapter: Adapter): Adapter {
    const find: Adapter['find'] = async (uid) => {
      const found = await adapter.find(uid);
      // The library sets it while it answers a request.
      const asked = Provider.ctx;
      const isResumed = asked?.oidc.route === 'resume' || asked?.oidc.route === 'device_resume';
      if (!found || !asked || !isResumed) return found;
      if (isFinishedElsewhere(asked, finisherOf(found.result ?? {}))) return undefined;
      const result = withoutForeignSession(found.result, asked.oidc.session?.uid);
      if (isJoined(result)) keepIdentifier(asked);
      return result === found.result ? found : { ...found, result };
    };
    // The adapter may be of a class with private fields, so its methods keep their own `this`.
    return new Proxy(adapter, {
      get(target, name) {
        if (name === 'find') return find;
        const value: unknown = Reflect.get(target, name);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
  }

  function isFinishedElsewhere(asked: KoaContextWithOIDC, finisher: Finisher | null): boolean {
    return finisher !== null && !isBound(asked, ticketOf(finisher));
  }

  return { give, guard };
}

/**
 * The library gives a session another id at each resume. A session that answers for another tab gains nothing, and tabs
 * that are reloaded at the same moment all come with the same id.
 */
function keepIdentifier({ oidc }: KoaContextWithOIDC): void {
  Object.defineProperty(oidc.session ?? {}, 'resetIdentifier', { value: () => {} });
}

/** Distinguishes as the library does: a function with a prototype is called with `new`. */
function isClass(host: AdapterConstructor | AdapterFactory): host is AdapterConstructor {
  return typeof host.prototype === 'object' && host.prototype !== null;
}

export type ResumeBinding = ReturnType<typeof createResumeBinding>;

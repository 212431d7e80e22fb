/**
 * A sign-in is resumed by the browser that finished it, and by no other: whoever began it and had its cookies planted
 * in somebody else's browser, from a sibling host, would else be signed in as that person.
 */
import type { Context } from 'koa';
import { type Adapter, type AdapterConstructor, type AdapterFactory, Provider } from 'oidc-provider';
import type { Cipher } from '../ports/system.ts';
import { isGiven, SECURE } from './binding-cookies.ts';
import { finisherOf } from './sessions.ts';

interface ResumeBindingDeps {
  readonly cipher: Pick<Cipher, 'digest'>;
}

/**
 * Of the interaction that was finished, and of the one of a consent that comes after it: as long as they live by
 * default.
 */
const KEPT_MS = 60 * 60 * 1000;
/** Letters of the interaction's key: two sign-ins of one browser at the same time have a cookie each. */
const NAMED_BY = 8;

/** Who finished which interaction: one's own end of it is of no use after somebody else's. */
interface Finisher {
  /** Of the interaction. */
  readonly key: string;
  readonly accountId: string;
}

export function createResumeBinding({ cipher }: ResumeBindingDeps) {
  const nameOf = ({ key }: Finisher) => `second-factor-finished-${key.slice(0, NAMED_BY)}`;
  const ticketOf = ({ key, accountId }: Finisher) => cipher.digest(`${key}|${accountId}`, 'resume-ticket');

  /** To who has just finished an interaction; `address` is where the provider goes on. */
  function give(ctx: Context, finisher: Finisher, url: string): void {
    ctx.cookies.set(`${ctx.secure ? SECURE : ''}${nameOf(finisher)}`, ticketOf(finisher), {
      // Where the provider goes on after a consent, too.
      path: new URL('.', url).pathname,
      maxAge: KEPT_MS,
      signed: false,
      httpOnly: true,
      sameSite: 'lax',
      secure: ctx.secure,
    });
  }

  /** Around a provider's storage: what was finished elsewhere is not there for whoever comes to resume it. */
  function guard(host: AdapterConstructor | AdapterFactory): AdapterFactory {
    return (model) => {
      const adapter = isClass(host) ? new host(model) : host(model);
      return model === 'Interaction' ? guarded(adapter) : adapter;
    };
  }

  function guarded(adapter: Adapter): Adapter {
    const find: Adapter['find'] = async (uid) => {
      const found = await adapter.find(uid);
      return found && isFinishedElsewhere(finisherOf(found.result ?? {})) ? undefined : found;
    };
    // Methods may be of a class, with fields that nobody else can have.
    return new Proxy(adapter, {
      get(target, name) {
        if (name === 'find') return find;
        const value: unknown = Reflect.get(target, name);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
  }

  function isFinishedElsewhere(finisher: Finisher | null): boolean {
    // Set while the provider answers a request of its own.
    const asked = Provider.ctx;
    const isResumed = asked?.oidc.route === 'resume' || asked?.oidc.route === 'device_resume';
    if (!asked || !isResumed || !finisher) return false;
    return !isGiven(asked, nameOf(finisher), ticketOf(finisher));
  }

  return { give, guard };
}

/** As the library tells them apart: what has a prototype is made with `new`. */
function isClass(host: AdapterConstructor | AdapterFactory): host is AdapterConstructor {
  return typeof host.prototype === 'object' && host.prototype !== null;
}

export type ResumeBinding = ReturnType<typeof createResumeBinding>;

/**
 * Carries what was typed into a form across a switch of the language, in an encrypted cookie. No URL, log or `Referer`
 * has it. The page at the same address takes it once.
 */
import type { Context } from 'koa';
import { hostName, setOwnCookie } from '../../oidc/session/own-cookie.ts';
import type { Cipher, Clock } from '../../ports/system.ts';
import type { Fields } from './forms.ts';
import { ownPath } from './return-path.ts';

interface TypedFieldsDeps {
  readonly cipher: Pick<Cipher, 'encrypt' | 'tryDecrypt'>;
  readonly clock: Clock;
  /** Whether the issuer uses https. The cookie is then sent over TLS only. */
  readonly isHttps: boolean;
  /** The name of the cookie without its prefix. */
  readonly name?: string;
}

/** The fields that are carried. Passwords, codes of a sign-in, tokens and every field without a name here are dropped. */
const CARRIED = {
  name: true,
  email: true,
  notification_email: true,
  phone: true,
  label: true,
  app: true,
  method: true,
  reason: true,
  trust_device: true,
  keep_sessions: true,
  // It names the device that waits, and stands on the screen of that device.
  user_code: true,
  // The settings of a workspace.
  enforcement: true,
  methods: true,
  grace_days: true,
  groups: true,
  trusted_devices: true,
  passkey_sign_in: true,
  message_en: true,
  message_nl: true,
  support_email: true,
  support_url: true,
  // The details of a person.
  role: true,
  manages: true,
  send_activation: true,
};
export const CARRIED_FIELDS: ReadonlySet<string> = new Set(Object.keys(CARRIED));

/** Milliseconds between the switch and the page that follows it. */
const KEPT_MS = 60_000;
/** Characters of all names and values together. Browsers keep 4096 bytes of a cookie, and encryption adds a third. */
const LONGEST = 1500;

/** The values in a form of the page that is shown. */
export interface Typed {
  /** The text that was typed, or else this one. */
  text(name: string, otherwise: string): string;
  /** Whether the box was ticked, or else this. */
  tick(name: string, otherwise: boolean): boolean;
  /** The same for one of several boxes with the same name. */
  tickOf(name: string, value: string, otherwise: boolean): boolean;
}

export const NOTHING_TYPED: Typed = {
  text: (_, otherwise) => otherwise,
  tick: (_, otherwise) => otherwise,
  tickOf: (_name, _value, otherwise) => otherwise,
};

export function createTypedFields({ cipher, clock, isHttps: isSecure, name = 'typed' }: TypedFieldsDeps) {
  const cookie = hostName(name, { isSecure });
  const purposeOf = (path: string) => `typed-fields|${path}`;

  /** Keeps the fields for the page at this address. Too long a text is not kept, and no other field either. */
  function keep(ctx: Context, path: string, fields: Fields): void {
    const carried = Object.entries(fields).filter(([field]) => CARRIED_FIELDS.has(field));
    const kept = JSON.stringify({ until: clock.now() + KEPT_MS, fields: Object.fromEntries(carried) });
    if (Buffer.byteLength(kept) > LONGEST) return;
    setOwnCookie(ctx, cookie, cipher.encrypt(kept, purposeOf(path)), { isSecure, maxAge: KEPT_MS });
  }

  /** The text that was typed on the page of this request before the switch. The browser forgets it. */
  function take(ctx: Context): Typed {
    const value = ctx.method === 'GET' ? ctx.cookies.get(cookie, { signed: false }) : undefined;
    const path = ownPath(ctx.originalUrl);
    if (!value || path === null) return NOTHING_TYPED;
    const kept = cipher.tryDecrypt(value, purposeOf(path));
    if (kept === null) return NOTHING_TYPED;
    setOwnCookie(ctx, cookie, null, { isSecure });
    const { until, fields }: { until: number; fields: Fields } = JSON.parse(kept);
    return until < clock.now() ? NOTHING_TYPED : typedIn(new Map(Object.entries(fields)));
  }

  return { keep, take };
}

function typedIn(fields: ReadonlyMap<string, string>): Typed {
  return {
    text: (name, otherwise) => fields.get(name) ?? otherwise,
    // A browser leaves a box without a tick out of the form.
    tick: (name) => fields.has(name),
    tickOf: (name, value) => fields.get(name)?.split(' ').includes(value) ?? false,
  };
}

export type TypedFields = ReturnType<typeof createTypedFields>;

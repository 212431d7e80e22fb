/**
 * Gives the text that was typed into a form back to its page. A switch of the language carries it in an encrypted cookie,
 * which the page at the same address takes once. No URL, log or `Referer` has it.
 */
import type { Context } from 'koa';
import { hostName, setOwnCookie } from '../../oidc/session/own-cookie.ts';
import type { Cipher, Clock } from '../../ports/system.ts';
import type { KeptForm } from '../../use-cases/account/kept-forms.ts';
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

/** The fields that are carried, also while a person gives a second factor. Passwords, codes of a sign-in, tokens and every field without a name here are dropped. */
const CARRIED = {
  name: true,
  locale: true,
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
  // The version that the person saw: a save over a newer one is refused.
  version: true,
  // The settings of a workspace.
  enforcement: true,
  minimum: true,
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
  /** The address that the form was sent to before its person gave a second factor. Null: it was not sent. */
  readonly form: string | null;
  readonly note: LateNote | null;
}

/**
 * The fate of a form that came too late. `kept`: its text is filled in. `again`: it had none. `file`: its file is not
 * kept. `lost`: its text was too long to be kept.
 */
export type LateNote = 'kept' | 'again' | 'file' | 'lost';

export const NOTHING_TYPED: Typed = {
  text: (_, otherwise) => otherwise,
  tick: (_, otherwise) => otherwise,
  tickOf: (_name, _value, otherwise) => otherwise,
  form: null,
  note: null,
};

const shown = new WeakMap<Context, Typed>();

/** Lets the page of this request tell the fate of a late form, with its text where that was kept. */
export function showTyped(ctx: Context, note: LateNote, kept?: KeptForm): void {
  const typed = kept ? typedIn(new Map(Object.entries(kept.fields))) : NOTHING_TYPED;
  shown.set(ctx, { ...typed, form: kept?.action ?? null, note });
}

export function carriedOf(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([field]) => CARRIED_FIELDS.has(field)));
}

export function createTypedFields({ cipher, clock, isHttps: isSecure, name = 'typed' }: TypedFieldsDeps) {
  const cookie = hostName(name, { isSecure });
  const purposeOf = (path: string) => `typed-fields|${path}`;

  /** Keeps the fields for the page at this address. Too long a text is not kept, and no other field either. */
  function keep(ctx: Context, path: string, fields: Fields): void {
    const kept = JSON.stringify({ until: clock.now() + KEPT_MS, fields: carriedOf(fields) });
    if (Buffer.byteLength(kept) > LONGEST) return;
    setOwnCookie(ctx, cookie, cipher.encrypt(kept, purposeOf(path)), { isSecure, maxAge: KEPT_MS });
  }

  /** The text that was typed on the page of this request before. The browser forgets it. */
  function take(ctx: Context): Typed {
    const late = shown.get(ctx) ?? NOTHING_TYPED;
    const switched = takeSwitched(ctx);
    return switched ? { ...switched, note: late.note } : late;
  }

  /** The text that was typed before a switch of the language. Null: none. */
  function takeSwitched(ctx: Context): Typed | null {
    const value = ctx.method === 'GET' ? ctx.cookies.get(cookie, { signed: false }) : undefined;
    const path = ownPath(ctx.originalUrl);
    if (!value || path === null) return null;
    const kept = cipher.tryDecrypt(value, purposeOf(path));
    if (kept === null) return null;
    setOwnCookie(ctx, cookie, null, { isSecure });
    const { until, fields }: { until: number; fields: Fields } = JSON.parse(kept);
    return until < clock.now() ? null : typedIn(new Map(Object.entries(fields)));
  }

  return { keep, take };
}

function typedIn(fields: ReadonlyMap<string, string>): Typed {
  return {
    text: (name, otherwise) => fields.get(name) ?? otherwise,
    // A browser leaves a box without a tick out of the form.
    tick: (name) => fields.has(name),
    tickOf: (name, value) => fields.get(name)?.split(' ').includes(value) ?? false,
    form: null,
    note: null,
  };
}

export type TypedFields = ReturnType<typeof createTypedFields>;

/** Reads the form of `/device` before the library does: it counts the code, and forgives how it was typed. */
import { Readable } from 'node:stream';
import type { Context, Middleware } from 'koa';
import { readUserCode } from '../../domain/codes/user-code.ts';
import type { Refusal } from '../../domain/refusal.ts';
import type { DeviceSubmission } from '../../oidc/device/device-flow.ts';
import { DEVICE_PATH } from '../../oidc/device/device-state.ts';
import type { CountedUserCode, DeviceCodes } from '../../use-cases/device/device-codes.ts';
import { type Fields, readForm } from '../guards/forms.ts';
import type { KnownBrowser } from '../guards/known-browser.ts';
import { crossSite } from '../middleware/cross-site.ts';

interface CodeFormDeps {
  /** The issuer's origin. */
  readonly origin: string;
  readonly deviceCodes: Pick<DeviceCodes, 'count'>;
  readonly knownBrowser: Pick<KnownBrowser, 'personIn'>;
}

/** Characters of a code in an address. */
const LONGEST = 64;

const INVALID = { code: 'code_invalid', attemptsLeft: null, clockOffSeconds: null } as const;

/** Middleware for `provider.use`. */
export function createCodeForm({ origin, deviceCodes, knownBrowser }: CodeFormDeps): Middleware {
  const sameSite = crossSite({ origin });

  return async (ctx, next) => {
    if (ctx.path !== DEVICE_PATH) return next();
    if (ctx.method !== 'POST') {
      fillIn(ctx);
      return next();
    }
    await sameSite(ctx, async () => {
      const fields = await readForm(ctx);
      const userCode = readUserCode(fields.user_code ?? '');
      const { refusal, counted } = await count(ctx, userCode);
      keep(ctx, { typed: fields.user_code ?? '', refusal });
      sendOn(ctx, formOf(fields, refusal ? null : userCode));
      await next();
      // A right code leads on, by a redirect.
      if (ctx.status === 303) await counted?.forget();
    });
  };

  /** A text without the shape of a code is no guess, so it is not counted. */
  async function count(
    ctx: Context,
    userCode: string | null,
  ): Promise<{ refusal: Refusal | null; counted: CountedUserCode | null }> {
    if (userCode === null) return { refusal: INVALID, counted: null };
    const outcome = await deviceCodes.count({ ip: ctx.ip, knownPerson: knownBrowser.personIn(ctx) });
    return outcome.ok
      ? { refusal: null, counted: outcome.value }
      : { refusal: outcome.refusal, counted: null };
  }
}

/** The library would post a code of the address at once. The person reads the page first, and presses its button. */
function fillIn(ctx: Context): void {
  const { user_code: given } = ctx.query;
  if (given === undefined) return;
  const typed = typeof given === 'string' ? given.slice(0, LONGEST) : '';
  keep(ctx, { typed, refusal: null });
  ctx.querystring = '';
}

/** Without a code the library asks for one, and our page shows the refusal. */
function formOf({ _token: xsrf = '', ...fields }: Fields, userCode: string | null): Record<string, string> {
  if (userCode === null) return { xsrf };
  const decision = 'cancel' in fields ? { abort: 'yes' } : 'confirm' in fields ? { confirm: 'yes' } : {};
  return { xsrf, user_code: userCode, ...decision };
}

function keep(ctx: Context, submission: DeviceSubmission): void {
  ctx.state.device = submission;
}

/** The library reads the form from the request, and the request was read: it gets another one with the same headers. */
function sendOn(ctx: Context, fields: Readonly<Record<string, string>>): void {
  const body = Buffer.from(new URLSearchParams(fields).toString());
  const headers = { ...ctx.req.headers, 'content-length': String(body.length) };
  const request: typeof ctx.req = Object.create(ctx.req, {
    headers: { value: headers },
    readable: { value: true },
    iterator: { value: () => Readable.from([body]) },
  });
  ctx.req = request;
  ctx.request.req = request;
}

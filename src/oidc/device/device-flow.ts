/**
 * The device grant (RFC 8628) with our own pages. The library keeps the codes and runs the sign-in; its hooks show our
 * pages, or redirect to them.
 */
import type { Context } from 'koa';
import { type Configuration, errors, type KoaContextWithOIDC } from 'oidc-provider';
import type { Account } from '../../domain/account.ts';
import { readUserCode, USER_CODE_MASK } from '../../domain/codes/user-code.ts';
import type { Refusal } from '../../domain/refusal.ts';
import type { Cipher } from '../../ports/system.ts';
import type { CodeFault, DeviceCodes } from '../../use-cases/device/device-codes.ts';
import type { ProviderPages } from '../page-hooks.ts';
import { CONFIRM_PATH, DEVICE_PATH, DONE_PATH, keepStep } from './device-state.ts';

type DeviceFlow = NonNullable<NonNullable<Configuration['features']>['deviceFlow']>;
type InputSource = NonNullable<DeviceFlow['userCodeInputSource']>;

/** The request of a browser to `/device`. The middleware of the form leaves it in `ctx.state.device`. */
export interface DeviceSubmission {
  /** The code, as it was typed or stood in the address. */
  readonly typed: string;
  /** Why the code is not looked up. */
  readonly refusal: Refusal | null;
}

type ErrorOut = NonNullable<Parameters<InputSource>[2]>;

interface DeviceFlowDeps {
  readonly pages: Pick<ProviderPages, 'deviceCode' | 'foreignForm'>;
  /** Shows a fault of the protocol, which is no fault of the code. */
  readonly showError: (ctx: KoaContextWithOIDC, out: ErrorOut, fault: Error) => Promise<void>;
  readonly deviceCodes: DeviceCodes;
  readonly accountOf: (ctx: KoaContextWithOIDC) => Account | undefined;
  readonly cipher: Pick<Cipher, 'digest'>;
}

/** The library's errors about a code, by name: it exports none of them. */
const CODE_FAULTS: Readonly<Record<string, CodeFault>> = {
  NoCodeError: 'code_invalid',
  NotFoundError: 'code_invalid',
  ExpiredError: 'code_expired',
  AlreadyUsedError: 'code_used',
};

export function createDeviceFlow({ pages, showError, deviceCodes, accountOf, cipher }: DeviceFlowDeps) {
  /** The same secret for each page of a session: a second tab must not end the form of the first. */
  function formIn({ oidc }: KoaContextWithOIDC) {
    const token = cipher.digest(String(oidc.session?.uid), 'device-form');
    if (oidc.session) oidc.session.state = { secret: token };
    return { action: DEVICE_PATH, token };
  }

  function endOf(ctx: KoaContextWithOIDC) {
    const { client, entities, session } = ctx.oidc;
    const { client_id: asked } = entities.Interaction?.params ?? {};
    const clientId = client?.clientId ?? entities.DeviceCode?.clientId ?? String(asked ?? '');
    const tenantId = accountOf(ctx)?.tenantId ?? null;
    return { clientId, accountId: session?.accountId ?? null, tenantId, ip: ctx.ip };
  }

  /** Asks for the code, or shows why a step of the sign-in failed. */
  async function input(ctx: KoaContextWithOIDC, out?: ErrorOut, fault?: Error): Promise<void> {
    const { typed = '', refusal = null } = submissionOf(ctx) ?? {};
    if (!fault) return pages.deviceCode(asKoa(ctx), formIn(ctx), typed, null);
    if (fault.name === 'AbortedError') return cancelled(ctx);
    const code = CODE_FAULTS[fault.name];
    if (code === undefined) return failed(ctx, out, fault);
    // The limit on attempts has its own line in the audit log.
    if (refusal?.code !== 'too_many_attempts') await deviceCodes.refuse(code, ctx.ip);
    pages.deviceCode(asKoa(ctx), formIn(ctx), typed, refusal ?? refusalOf(code));
  }

  async function failed(ctx: KoaContextWithOIDC, out: ErrorOut | undefined, fault: Error): Promise<void> {
    const { route, session, entities } = ctx.oidc;
    const { DeviceCode: code } = entities;
    if (out?.error === 'server_error' && route === 'code_verification' && code) {
      // The person can send the same form again.
      formIn(ctx);
      keepStep(ctx, { userCode: code.userCode });
    } else if (session) {
      // The library has begun a form that this page does not have. It would save a session that was never saved before.
      Object.assign(session, { touched: false });
    }
    const isForeign = route === 'code_verification' && fault instanceof errors.InvalidRequest;
    if (isForeign && !code) pages.foreignForm(asKoa(ctx));
    else await showError(ctx, out ?? { error: 'server_error' }, fault);
  }

  async function cancelled(ctx: KoaContextWithOIDC): Promise<void> {
    await deviceCodes.cancel(endOf(ctx));
    finish(ctx, false);
  }

  function finish(ctx: KoaContextWithOIDC, isDone: boolean): void {
    formIn(ctx);
    keepStep(ctx, { clientId: endOf(ctx).clientId, isDone });
    seeOther(ctx, DONE_PATH);
  }

  const features = {
    enabled: true,
    charset: 'base-20',
    mask: USER_CODE_MASK,
    deviceInfo: (ctx) => ({ ip: ctx.ip }),
    userCodeInputSource: (ctx, _form, out, fault) => input(ctx, out, fault),
    userCodeConfirmSource(ctx, _form, _client, _deviceInfo, userCode) {
      keepStep(ctx, { userCode: readUserCode(userCode) ?? '' });
      seeOther(ctx, CONFIRM_PATH);
    },
    async successSource(ctx) {
      await deviceCodes.allow(endOf(ctx));
      finish(ctx, true);
    },
  } satisfies DeviceFlow;

  /** For the event `interaction.started`: a reload of the confirmation leads on to the sign-in. */
  function begun(ctx: KoaContextWithOIDC): void {
    const uid = ctx.oidc.entities.Interaction?.uid;
    if (ctx.oidc.route !== 'code_verification' || !uid) return;
    formIn(ctx);
    keepStep(ctx, { interaction: uid });
  }

  return { features, begun };
}

function submissionOf(ctx: KoaContextWithOIDC): DeviceSubmission | undefined {
  return ctx.state.device;
}

function refusalOf(code: CodeFault): Refusal {
  return code === 'code_invalid' ? { code, attemptsLeft: null, clockOffSeconds: null } : { code };
}

function seeOther(ctx: KoaContextWithOIDC, path: string): void {
  ctx.status = 303;
  ctx.redirect(path);
  ctx.body = '';
}

function asKoa(ctx: KoaContextWithOIDC): Context {
  return ctx as unknown as Context;
}

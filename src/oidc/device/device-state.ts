/**
 * The step of a device's sign-in that a browser is at. It stands in the state of the library's session, beside the secret
 * of the library's forms. A sign-out or another device takes its place.
 */
import type { Context } from 'koa';
import type { KoaContextWithOIDC, Provider } from 'oidc-provider';
import { readUserCode, showUserCode } from '../../domain/codes/user-code.ts';

export const DEVICE_PATH = '/device';
/** The person compares what the device asks for. */
export const CONFIRM_PATH = `${DEVICE_PATH}/confirm`;
/** The person learns how the sign-in of the device has ended. */
export const DONE_PATH = `${DEVICE_PATH}/done`;

export type DeviceStep =
  /** A right code was typed, and its person has not decided yet. */
  | { readonly userCode: string }
  /** The sign-in takes place in this interaction. */
  | { readonly interaction: string }
  | { readonly clientId: string; readonly isDone: boolean };

/** The request of a device, as the page of its confirmation needs it. */
export interface DeviceRequest {
  /** A form that the library reads. */
  readonly form: { readonly action: string; readonly token: string };
  /** As the device shows it. */
  readonly userCode: string;
  readonly clientId: string;
  /** The IP address that asked for the code. */
  readonly ip: string;
  /** Milliseconds since the epoch. */
  readonly askedAt: number;
  readonly uiLocales: string | undefined;
  /** The account of the browser's live session. It will be the account of the device. */
  readonly accountId: string | null;
}

/** Keeps the step with the session that the library saves at the end of its request. */
export function keepStep({ oidc }: KoaContextWithOIDC, step: DeviceStep): void {
  const { session } = oidc;
  if (session) session.state = { ...session.state, device: step };
}

/** For the pages beside the library's own routes. They read the session, and change nothing. */
export function createDeviceState(provider: Provider) {
  type Given = Parameters<typeof provider.Session.get>[0];

  /** Null when this browser has no device to decide about. */
  async function request(ctx: Context): Promise<DeviceRequest | { readonly interaction: string } | null> {
    const session = await provider.Session.get(ctx as Given);
    const step = stepOf(session.state);
    const token = session.state?.secret;
    if (step && 'interaction' in step) return step;
    if (!step || !('userCode' in step) || typeof token !== 'string') return null;
    const code = await provider.DeviceCode.findByUserCode(step.userCode, { ignoreExpiration: true });
    if (!code?.clientId || code.accountId || code.error || code.inFlight) return null;
    const { ui_locales: uiLocales } = code.params ?? {};
    return {
      form: { action: DEVICE_PATH, token },
      userCode: showUserCode(step.userCode),
      clientId: code.clientId,
      ip: String(code.deviceInfo?.ip ?? ''),
      askedAt: code.iat * 1000,
      uiLocales: typeof uiLocales === 'string' ? uiLocales : undefined,
      accountId: session.accountId ?? null,
    };
  }

  /** The end of the last sign-in of a device in this browser. */
  async function end(ctx: Context): Promise<{ readonly clientId: string; readonly isDone: boolean } | null> {
    const session = await provider.Session.get(ctx as Given);
    const step = stepOf(session.state);
    return step && 'clientId' in step ? step : null;
  }

  return { request, end };
}

export type DeviceState = ReturnType<typeof createDeviceState>;

/** Null for the state of another flow, and of another release. */
function stepOf(state: Readonly<Record<string, unknown>> | undefined): DeviceStep | null {
  const step = state?.device;
  if (typeof step !== 'object' || step === null) return null;
  const { userCode, interaction, clientId, isDone } = step as Readonly<Record<string, unknown>>;
  if (typeof userCode === 'string' && readUserCode(userCode) === userCode) return { userCode };
  if (typeof interaction === 'string') return { interaction };
  return typeof clientId === 'string' ? { clientId, isDone: isDone === true } : null;
}

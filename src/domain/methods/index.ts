/** The catalogue: the methods that this release can do, in the order in which they are offered. */

import { createEmail, type EmailSettings } from './email.ts';
import type { CodeMethod, MethodName, RecoveryMethod, SentMethod } from './method.ts';
import { createPasskey, type PasskeyMethod } from './passkey.ts';
import { createRecoveryCodes } from './recovery-code.ts';
import { createSms, type SmsSettings } from './sms.ts';
import { createTotp, type TotpSettings } from './totp.ts';
import type { PasskeySite } from './webauthn.ts';

export const CATALOGUE = [
  'passkey',
  'totp',
  'sms',
  'email',
  'recovery',
] as const satisfies readonly MethodName[];

export interface MethodSettings {
  readonly totp: TotpSettings;
  /** Null: no mail can be sent. */
  readonly email: EmailSettings | null;
  /** Null: no SMS can be sent. */
  readonly sms: SmsSettings | null;
}

/** The methods at work, under their names. */
export interface Methods {
  readonly passkey: PasskeyMethod;
  readonly totp: CodeMethod;
  readonly email: SentMethod | null;
  readonly sms: SentMethod | null;
  readonly recovery: RecoveryMethod;
}

export function createMethods({ totp, email, sms }: MethodSettings): Methods {
  return {
    passkey: createPasskey(),
    totp: createTotp(totp),
    email: email && createEmail(email),
    sms: sms && createSms(sms),
    recovery: createRecoveryCodes(),
  };
}

/** Those of the catalogue that can be done with these settings; `site` null: no browser would make passkeys here. */
export function availableOf(
  settings: Pick<MethodSettings, 'email' | 'sms'>,
  site: PasskeySite | null,
): readonly MethodName[] {
  const needed: Partial<Record<MethodName, unknown>> = { ...settings, passkey: site };
  return CATALOGUE.filter((name) => needed[name] !== null);
}

/** The settings of the methods. A method that can't be used with these options is null. */
import type { MethodSettings } from '../../domain/methods/index.ts';
import type { SmsLimits } from '../../use-cases/second-factor/send-limits.ts';
import { type Options, optionsSchema } from './schema.ts';

type Given = Pick<Options, 'name' | 'totp' | 'email' | 'sms' | 'sender' | 'messenger'>;

export function methodsOf(options: Given): MethodSettings {
  const { name, totp, sender, messenger } = options;
  const canSend = sender !== undefined || messenger !== undefined;
  const { allowedPrefixes, lifetimeSeconds } = smsOf(options);
  const hasNumbers = allowedPrefixes === null || allowedPrefixes.length > 0;
  return {
    totp: { ...totp, issuer: totp.issuer ?? name },
    email: canSend && options.email !== null ? (options.email ?? emailDefaults) : null,
    sms: canSend && options.sms !== null && hasNumbers ? { lifetimeSeconds } : null,
  };
}

export function smsLimitsOf(options: Pick<Options, 'sms'>): SmsLimits {
  const { lifetimeSeconds: _, ...limits } = smsOf(options);
  return limits;
}

const emailDefaults = optionsSchema.shape.email.unwrap().unwrap().parse({});
const smsDefaults = optionsSchema.shape.sms.unwrap().unwrap().parse({});

function smsOf({ sms }: Pick<Options, 'sms'>) {
  const { allowedPrefixes = [], ...others } = sms ?? smsDefaults;
  return { allowedPrefixes, ...others };
}

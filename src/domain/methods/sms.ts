/** A code on the telephone number that was proven at set-up (restricted: NIST SP 800-63B-4, 3.1.3.3). */
import { maskedPhone } from '../contact.ts';
import type { SentMethod } from './method.ts';

export interface SmsSettings {
  readonly lifetimeSeconds: number;
}

export function createSms({ lifetimeSeconds }: SmsSettings): SentMethod {
  return { name: 'sms', lifetimeMs: lifetimeSeconds * 1000, masked: maskedPhone };
}

/** A code in the inbox of the account's own address, once that is known to reach its owner. */
import { maskedEmail } from '../contact.ts';
import type { SentMethod } from './method.ts';

export interface EmailSettings {
  readonly lifetimeSeconds: number;
}

export function createEmail({ lifetimeSeconds }: EmailSettings): SentMethod {
  return { name: 'email', lifetimeMs: lifetimeSeconds * 1000, masked: maskedEmail };
}

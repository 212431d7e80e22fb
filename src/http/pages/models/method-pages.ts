/**
 * The pages of a method, by the names that the method states. A host's added method has pages of its own. They
 * receive the same model as the built-in pages.
 */
import type { Method } from '../../../domain/methods/contract.ts';

/** The page on which a code is typed at a sign-in. */
export function codePageOf(prompt: Method['prompt'] | null): 'enter-code' {
  return (prompt?.page ?? 'enter-code') as 'enter-code';
}

/** The page of an enrolment that shows a secret and takes the first code. */
export function secretPageOf(page: string): 'set-up-totp' {
  return page as 'set-up-totp';
}

/** The page of an enrolment at which a code is sent and typed. */
export function sentPageOf(page: string): 'set-up-email' {
  return page as 'set-up-email';
}

/** The page of an enrolment that the browser answers. */
export function browserPageOf(page: string): 'set-up-passkey' {
  return page as 'set-up-passkey';
}

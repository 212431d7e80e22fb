/** The authenticator app of a test: the code that a secret gives at a moment (RFC 6238). */
import { generateSync } from 'otplib';

/**
 * Milliseconds (RFC 6238, 4.1: the default). A code is good one step before and one after its own, and each step once:
 * of those that are good at a moment, the next step's stays so for longest.
 */
export const STEP_MS = 30_000;

/** `secret` as a page shows it, in groups or not; `at` in milliseconds since the epoch. */
export function totpCode(
  secret: string,
  atMs: number,
  settings: { digits?: 6 | 8; periodSeconds?: number } = {},
): string {
  return generateSync({
    secret: secret.replaceAll(/\s/g, ''),
    epoch: Math.floor(atMs / 1000),
    digits: settings.digits ?? 6,
    period: settings.periodSeconds ?? 30,
  });
}

/** The authenticator app of a test: the code that a secret gives at a moment (RFC 6238). */
import { generateSync } from 'otplib';

/** `secret` as a page shows it, in groups or not; `at` in milliseconds since the epoch. */
export function totpCode(
  secret: string,
  at: number,
  settings: { digits?: 6 | 8; periodSeconds?: number } = {},
): string {
  return generateSync({
    secret: secret.replaceAll(/\s/g, ''),
    epoch: Math.floor(at / 1000),
    digits: settings.digits ?? 6,
    period: settings.periodSeconds ?? 30,
  });
}

/** Writes the key of an authenticator app as other systems export it into an `otpauth:` URI (Key URI Format). */

interface Totp {
  /** base32 (RFC 4648). */
  readonly secret: string;
  readonly algorithm: string;
  readonly digits: number;
  readonly period: number;
}

export function otpauthUri({ secret, algorithm, digits, period }: Totp): string {
  const query = new URLSearchParams({
    secret,
    algorithm: algorithm.replace(/^hmac/i, '').replace('-', '').toUpperCase(),
    digits: String(digits),
    period: String(period),
  });
  return `otpauth://totp/imported?${query}`;
}

/** The phone of a test: its camera reads a QR code off the screen, its app shows codes. Neither is code of ours. */
import { execFileSync } from 'node:child_process';

export interface Phone {
  /** The text of the only QR code in a PNG. */
  scan(screenshot: Buffer): string;
  /**
   * Gives the code that the app shows now, or a few steps later; the server takes a code one step early (RFC 6238,
   * 5.2).
   */
  code(secret: string, stepsAhead?: number): string;
  /** Whether a code that was shown at this time, in milliseconds, may have aged beyond what the server takes. */
  isOver(shownAt: number): boolean;
}

/** Seconds. */
const STEP = 30;

function stepOf(atMs: number): number {
  return Math.floor(atMs / 1000 / STEP);
}

export function createPhone({ zbarimg, oathtool }: Readonly<Record<'zbarimg' | 'oathtool', string>>): Phone {
  return {
    scan: (screenshot) =>
      execFileSync(zbarimg, ['--quiet', '--raw', '-Sdisable', '-Sqrcode.enable', 'PNG:-'], {
        input: screenshot,
        // It deplores that there is no D-Bus; what it says is told when it fails.
        stdio: 'pipe',
      })
        .toString()
        .trim(),
    code(secret, stepsAhead = 0) {
      const now = Math.floor(Date.now() / 1000) + stepsAhead * STEP;
      return execFileSync(oathtool, ['--totp', '--base32', '--now', `@${now}`, secret])
        .toString()
        .trim();
    },
    isOver: (shownAt) => stepOf(Date.now()) > stepOf(shownAt) + 1,
  };
}

/** Sends one HTTP request to an SMS gateway: in bounded time, without following a redirect, and never twice. */
import type { Clock } from '../../../ports/system.ts';
import { GatewayFailed } from './gateway-failed.ts';

export interface GatewayRequest {
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
}

export interface GatewayAnswer {
  readonly status: number;
  /** As much of it as was asked for. */
  readonly body: string;
}

export interface GatewayClient {
  readonly clock: Clock;
  /** Milliseconds for the whole of it. */
  readonly timeoutMs?: number;
}

/** A person is waiting for the page. */
const TIMEOUT_MS = 5000;
/** The most that is read of an answer. */
const MOST_BYTES = 16 * 1024;
/** No fault of the message: not let in, too slow, too many (RFC 9110, 15.5; RFC 6585, 4). */
const NOT_THE_MESSAGE = [401, 407, 408, 429];

/**
 * Gives whatever answer says something about the message. Rejects with `GatewayFailed` when none came, or one that says
 * that the gateway can't or won't do its work now. An error's own words are not repeated: they may hold the credentials.
 */
export async function askGateway(
  { url, ...request }: GatewayRequest,
  { clock, timeoutMs = TIMEOUT_MS }: GatewayClient,
): Promise<GatewayAnswer> {
  try {
    const answer = await fetch(url, {
      ...request,
      // A kept connection may be closed by the gateway just as a message is written to it, and nobody knows then.
      headers: { ...request.headers, connection: 'close' },
      // Elsewhere nobody knows the credentials, and nobody should.
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    });
    const body = await beginningOf(answer);
    const { status, headers } = answer;
    if (status < 200 || (status >= 300 && status < 400) || status >= 500 || NOT_THE_MESSAGE.includes(status))
      throw new GatewayFailed(
        `the gateway answered ${status}`,
        retryAfterOf(headers.get('retry-after'), clock.now()),
      );
    return { status, body };
  } catch (error) {
    if (error instanceof GatewayFailed) throw error;
    throw new GatewayFailed(`the gateway gave no answer (${codeOf(error)})`);
  }
}

async function beginningOf({ body }: Response): Promise<string> {
  if (body === null) return '';
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of body) {
    parts.push(part);
    length += part.length;
    // Leaving the loop closes the stream.
    if (length >= MOST_BYTES) break;
  }
  return Buffer.concat(parts).toString('utf8', 0, MOST_BYTES);
}

/** RFC 9110, 10.2.3: seconds, or a date. Milliseconds from now; null where it is neither. */
function retryAfterOf(value: string | null, now: number): number | null {
  if (value === null) return null;
  const ms = /^\d{1,9}$/.test(value) ? Number(value) * 1000 : Date.parse(value) - now;
  return Number.isNaN(ms) ? null : Math.max(0, ms);
}

/** `TimeoutError`, `ECONNREFUSED`, `CERT_HAS_EXPIRED`: enough to look for it. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  const { cause } = error;
  return cause instanceof Error && 'code' in cause ? String(cause.code) : error.name;
}

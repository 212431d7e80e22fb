/**
 * Requests to addresses that operators or people gave. A name is resolved once, and the connection goes to an address that
 * was checked: an answer that changes in between (DNS rebinding) has no effect. Redirects are not followed.
 */
import { promises as dns, type LookupAddress } from 'node:dns';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { type Breaker, createBreaker } from '../../domain/breaker.ts';
import type { Log } from '../../ports/log.ts';
import { type OutboundFetch, OutboundRefused } from '../../ports/outbound.ts';
import type { Clock } from '../../ports/system.ts';
import { type AddressRules, createAddressCheck } from './addresses.ts';

/** Gives every address of a name. */
export type Resolve = (hostname: string) => Promise<readonly LookupAddress[]>;

export interface OutboundOptions extends AddressRules {
  /** Whether a public server may be asked without TLS. True in development. */
  readonly allowPlainHttp: boolean;
  readonly clock: Clock;
  readonly log: Log;
  readonly resolve?: Resolve;
  /** Milliseconds for all of one request. */
  readonly timeoutMs?: number;
  /** PEM: the authorities that are trusted instead of those of Node. */
  readonly ca?: string;
}

const TIMEOUT_MS = 5000;
/** Keys of a client take a few kilobytes. */
const MOST_BYTES = 512 * 1024;
/** Statuses without a body (Fetch Standard, null body status). */
const WITHOUT_BODY = [204, 205, 304];
const SERVER_FAULT = 500;
/** Headers of an answer that a caller may need. */
const READ_HEADERS = ['content-type', 'cache-control', 'expires'];

const resolveBySystem: Resolve = (hostname) => dns.lookup(hostname, { all: true, order: 'verbatim' });

export function createOutboundFetch(options: OutboundOptions): OutboundFetch {
  const { clock, log, allowPlainHttp, resolve = resolveBySystem, timeoutMs = TIMEOUT_MS, ca } = options;
  const verdictOf = createAddressCheck(options);
  /** By host: servers that have failed lately. */
  const breakers = new Map<string, Breaker>();

  /** Rejects with `OutboundRefused` when one of the addresses is not allowed. */
  async function checked({ hostname, protocol }: URL): Promise<readonly LookupAddress[]> {
    const host = hostname.replace(/^\[|\]$/g, '');
    const version = isIP(host);
    const addresses = version > 0 ? [{ address: host, family: version }] : await resolve(host);
    const verdicts = addresses.map(({ address }) => verdictOf(address));
    if (verdicts.includes('refused')) throw new OutboundRefused('its address is in a private network');
    if (verdicts.length === 0) throw new Error('its name has no address');
    if (protocol !== 'https:' && !allowPlainHttp && verdicts.includes('public'))
      throw new OutboundRefused('its address does not begin with https://');
    return addresses;
  }

  async function send(request: Request, signal: AbortSignal): Promise<Response> {
    const url = new URL(request.url);
    if (url.protocol !== 'https:' && url.protocol !== 'http:')
      throw new OutboundRefused('its address does not begin with https://');
    const addresses = await orAborted(checked(url), signal);
    const body = Buffer.from(await request.arrayBuffer());
    const begin = url.protocol === 'https:' ? httpsRequest : httpRequest;
    const answered = new Promise<Response>((fulfil, reject) => {
      const outgoing = begin(url, {
        method: request.method,
        headers: headersOf(request, body),
        // A kept connection would outlive the check of its address.
        agent: false,
        lookup: lookupAmong(addresses),
        signal,
        ...(ca === undefined ? {} : { ca }),
      });
      outgoing.on('error', reject);
      outgoing.on('response', (incoming) => {
        readResponse(incoming).then(fulfil, reject);
      });
      outgoing.end(body);
    });
    // After a 101 (Switching Protocols) Node closes the connection without an event of the request.
    return orAborted(answered, signal);
  }

  async function guarded(request: Request, signal: AbortSignal): Promise<Response> {
    const { host } = new URL(request.url);
    const breaker = breakers.get(host) ?? createBreaker();
    const call = breaker.begin(clock.now());
    if (call === null) throw new Error('the server is being left alone');
    breakers.set(host, breaker);
    const failed = () => {
      if (call.failed(clock.now(), null)) log({ event: 'outbound.left_alone', reason: host });
    };
    try {
      const response = await send(request, signal);
      if (response.status >= SERVER_FAULT) failed();
      else call.succeeded();
      return response;
    } catch (error) {
      if (error instanceof OutboundRefused)
        log({ event: 'outbound.refused', reason: `${host}: ${error.message}` });
      else failed();
      throw error;
    } finally {
      call.over();
      if (breaker.isIdle()) breakers.delete(host);
    }
  }

  return async (input, { method, headers, body, signal } = {}) => {
    const request = new Request(input, {
      ...(method === undefined ? {} : { method }),
      ...(headers === undefined ? {} : { headers }),
      ...(body === undefined ? {} : { body }),
    });
    const signals = [AbortSignal.timeout(timeoutMs), ...(signal ? [signal] : [])];
    return guarded(request, AbortSignal.any(signals));
  };
}

/** Answers each look-up of the connection with the checked addresses. */
function lookupAmong(addresses: readonly LookupAddress[]): LookupFunction {
  return (_hostname, { all }, callback) => {
    const [first] = addresses;
    if (all) callback(null, [...addresses]);
    else callback(null, first?.address ?? '', first?.family);
  };
}

function headersOf({ headers, method }: Request, body: Buffer): Record<string, string | number> {
  const given = [...headers].filter(([, value]) => value !== '');
  const length = body.length > 0 || method === 'POST' ? { 'content-length': body.length } : {};
  return { ...Object.fromEntries(given), ...length, connection: 'close' };
}

/** Rejects when the body is too large, before the rest of it arrives. */
async function readResponse(incoming: IncomingMessage): Promise<Response> {
  const { statusCode: status = 0, headers } = incoming;
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming) {
    size += chunk.length;
    if (size > MOST_BYTES) {
      incoming.destroy();
      throw new Error('its answer is too large');
    }
    chunks.push(chunk);
  }
  const read = READ_HEADERS.flatMap((name) => {
    const value = headers[name];
    return typeof value === 'string' ? [[name, value] as [string, string]] : [];
  });
  const body = WITHOUT_BODY.includes(status) ? null : Buffer.concat(chunks);
  return new Response(body, { status, headers: read });
}

/** For what cannot be called off, such as the system's resolver: its answer is not waited for. */
async function orAborted<T>(asked: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  const aborted = Promise.withResolvers<never>();
  const abort = () => aborted.reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([asked, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

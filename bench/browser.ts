/** A browser that costs the machine little: kept connections, cookies by name and path, redirects left to the caller. */
import { type Agent, request } from 'node:http';

export interface Answer {
  readonly status: number;
  /** Absolute or not, as it was sent; null: none. */
  readonly location: string | null;
  readonly text: string;
}

export interface Request {
  readonly fields?: Readonly<Record<string, string>>;
  /** As a relying party's program asks: with these credentials, and nothing of a browser's. */
  readonly authorization?: string;
}

export interface Browser {
  /** POSTs where there are fields. Rejects when there is no answer. */
  open(path: string, request?: Request): Promise<Answer>;
}

interface Cookie {
  readonly value: string;
  readonly path: string;
}

/** As any browser of today sends them with a form or a link of the same site. */
const NAVIGATION = {
  accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
  'accept-language': 'en',
  'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
  'sec-fetch-site': 'same-origin',
  'sec-fetch-mode': 'navigate',
  'sec-fetch-dest': 'document',
} as const;

export function createBrowser(origin: string, agent: Agent): Browser {
  const { hostname, port } = new URL(origin);
  const cookies = new Map<string, Cookie>();

  function keep(line: string): void {
    const [pair = '', ...attributes] = line.split('; ');
    const equals = pair.indexOf('=');
    const path = attributes.find((attribute) => /^path=/i.test(attribute))?.slice('path='.length) ?? '/';
    const name = pair.slice(0, equals);
    const value = pair.slice(equals + 1);
    if (value === '') cookies.delete(name);
    else cookies.set(name, { value, path });
  }

  function cookiesFor(path: string): string {
    const sent: string[] = [];
    for (const [name, cookie] of cookies) {
      if (path.startsWith(cookie.path)) sent.push(`${name}=${cookie.value}`);
    }
    return sent.join('; ');
  }

  function headersFor(path: string, { fields, authorization }: Request): Readonly<Record<string, string>> {
    const typed = fields && { 'content-type': 'application/x-www-form-urlencoded' };
    if (authorization !== undefined) return { accept: 'application/json', authorization, ...typed };
    const cookie = cookiesFor(path);
    return { ...NAVIGATION, ...(cookie && { cookie }), ...(typed && { ...typed, origin }) };
  }

  return {
    open: (path, asked = {}) =>
      new Promise((resolve, reject) => {
        const body = asked.fields && new URLSearchParams(asked.fields).toString();
        const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) };
        const headers = { ...headersFor(path, asked), ...length };
        const method = body === undefined ? 'GET' : 'POST';
        const outgoing = request({ agent, hostname, port, path, method, headers }, (incoming) => {
          let text = '';
          incoming.setEncoding('utf8');
          incoming.on('data', (chunk: string) => {
            text += chunk;
          });
          incoming.on('error', reject);
          incoming.on('end', () => {
            for (const line of incoming.headers['set-cookie'] ?? []) keep(line);
            resolve({ status: incoming.statusCode ?? 0, location: incoming.headers.location ?? null, text });
          });
        });
        outgoing.on('error', reject);
        outgoing.end(body);
      }),
  };
}

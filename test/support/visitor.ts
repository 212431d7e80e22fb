/** A person with a browser, for tests over HTTP: keeps cookies, fills in forms, follows redirects. */
import { request } from 'node:http';
import { CookieJar } from 'tough-cookie';
import { type Answer, createPage, type Fields, type Page } from './pages/page.ts';

/** Sent instead of, or beside, a browser's own headers; null leaves the browser's one out. */
export type Headers = Readonly<Record<string, string | null>>;

export interface VisitorOptions {
  /**
   * `http://127.0.0.1:PORT` to connect to when the origin is another (https behind a proxy); a function is asked for
   * each request, as a balancer does it.
   */
  readonly via?: string | (() => string);
  /** With every request: a language, an address that a proxy saw. */
  readonly headers?: Headers;
  /** Redirects are followed up to here, not into it: a redirect URI of the test's own. */
  readonly stopAt?: string;
  /** Other origins that the visitor goes to as well: those of applications that listen. Default: none. */
  readonly alsoAt?: readonly string[];
  /** Told of every answer, those that are followed included. */
  readonly seen?: (page: Page) => void;
}

export interface Visitor {
  readonly jar: CookieJar;
  /** The last response. */
  readonly page: Page;
  get(address: string, headers?: Headers): Promise<Page>;
  post(address: string, fields: Fields, headers?: Headers): Promise<Page>;
  /** Sends a form of the page; the answer is not followed. */
  submit(page: Page, fields: Fields, button?: string, headers?: Headers): Promise<Page>;
  /** Sends a form of the page with a file; the answer is not followed. */
  upload(page: Page, content: string | Uint8Array<ArrayBuffer>, button: string): Promise<Page>;
  /** Posts a body that no form of a page makes. */
  send(address: string, type: string, body: string): Promise<Page>;
  /** Goes where redirects lead, until a page, another origin or `stopAt`; the last answer is returned. */
  follow(page: Page): Promise<Page>;
  /** Opens an address and follows. */
  open(address: string): Promise<Page>;
  signIn(email: string, password: string): Promise<Page>;
  /** From the chooser, or from a page that links to it. */
  chooseMethod(method: string): Promise<Page>;
  /** On whatever page asks for a code; recovery codes that come after it are put away. */
  enterCode(code: string): Promise<Page>;
  /** Follows, says that the recovery codes are saved, and goes on from the page about a used one, if that is where it leads. */
  putAway(page: Page): Promise<Page>;
}

/** Above the slowest honest answer, below mocha's limit, so that the failure names the request. */
const PATIENCE_MS = 40_000;
const MOST_REDIRECTS = 20;

const NAVIGATION: Headers = {
  accept: 'text/html,application/xhtml+xml;q=0.9,*/*;q=0.8',
  'accept-language': 'en',
  'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/140.0',
  'sec-fetch-site': 'same-origin',
  'sec-fetch-mode': 'navigate',
  'sec-fetch-dest': 'document',
  'sec-fetch-user': '?1',
};

/** Fetch Metadata, 2.3: how a request is related to the origins of the page and the redirects that led to it. */
function siteOf(url: URL, initiators: readonly string[]): string {
  if (initiators.every((each) => each === url.origin)) return 'same-origin';
  return initiators.every((each) => new URL(each).hostname === url.hostname) ? 'same-site' : 'cross-site';
}

function present(headers: Headers): Record<string, string> {
  const lower = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value] as const);
  const kept = new Map(lower);
  return Object.fromEntries([...kept].flatMap(([name, value]) => (value === null ? [] : [[name, value]])));
}

export function createVisitor(origin: string, options: VisitorOptions = {}): Visitor {
  const jar = new CookieJar();
  const origins = [origin, ...(options.alsoAt ?? [])];
  let last: Page | null = null;
  /** The origins of the last page and of the redirects after it. */
  let initiators: readonly string[] = [];

  function send(method: string, url: URL, headers: Headers, body?: string | Uint8Array): Promise<Answer> {
    const via = typeof options.via === 'function' ? options.via() : options.via;
    const connectTo = new URL(via ?? url.origin);
    return new Promise((resolve, reject) => {
      const outgoing = request(
        {
          agent: false,
          host: connectTo.hostname,
          port: connectTo.port,
          path: url.pathname + url.search,
          method,
          headers: present(headers),
          signal: AbortSignal.timeout(PATIENCE_MS),
        },
        (incoming) => {
          const chunks: Buffer[] = [];
          incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
          incoming.on('error', reject);
          incoming.on('end', () => {
            const text = Buffer.concat(chunks).toString();
            resolve({ url: url.href, status: incoming.statusCode ?? 0, headers: incoming.headers, text });
          });
        },
      );
      outgoing.on('error', reject);
      outgoing.end(body);
    });
  }

  async function visit(
    method: 'GET' | 'POST',
    address: string,
    headers: Headers,
    body?: string | Uint8Array,
  ) {
    const url = new URL(address, origin);
    if (!origins.includes(url.origin)) throw new Error(`${url.href} is not at ${origins.join(' or ')}`);
    const cookie = jar.getCookieStringSync(url.href);
    const forwarded = options.via ? { 'x-forwarded-proto': url.protocol.slice(0, -1) } : {};
    const sender = initiators[0] ?? origin;
    const typed =
      body !== undefined ? { origin: sender, 'content-type': 'application/x-www-form-urlencoded' } : {};
    const site = { 'sec-fetch-site': siteOf(url, initiators) };
    const own = { ...NAVIGATION, ...site, host: url.host, cookie: cookie || null, ...forwarded, ...typed };
    const answer = await send(method, url, { ...own, ...options.headers, ...headers }, body);
    for (const line of answer.headers['set-cookie'] ?? []) {
      jar.setCookieSync(line, url.href, { ignoreError: true });
    }
    last = createPage(answer);
    initiators = last.location === null ? [url.origin] : [...initiators, url.origin];
    options.seen?.(last);
    return last;
  }

  function current(): Page {
    if (last === null) throw new Error('The visitor has not opened a page yet');
    return last;
  }

  function expectPage(doing: string, isIt: (page: Page) => boolean): Page {
    const page = current();
    if (isIt(page)) return page;
    throw new Error(`Can't ${doing} on "${page.name}" (${page.status} ${page.url}, error ${page.error})`);
  }

  const visitor: Visitor = {
    jar,
    get page() {
      return current();
    },
    get: (address, headers = {}) => visit('GET', address, headers),
    post(address, fields, headers = {}) {
      const body = new URLSearchParams();
      for (const [name, values] of Object.entries(fields)) {
        for (const value of [values].flat()) body.append(name, value);
      }
      return visit('POST', address, headers, body.toString());
    },
    submit(page, fields, button, headers = {}) {
      const { method, action, body } = page.form(fields, button);
      if (method === 'POST') return visit('POST', action, headers, body.toString());
      const url = new URL(action);
      url.search = body.toString();
      return visit('GET', url.href, headers);
    },
    send: (address, type, body) => visit('POST', address, { 'content-type': type }, body),
    async upload(page, content, button) {
      const { action, body } = page.form({}, button);
      const form = new FormData();
      for (const [name, value] of body) form.append(name, value);
      form.append('file', new Blob([content], { type: 'text/csv' }), 'people.csv');
      const encoded = new Response(form);
      const type = { 'content-type': encoded.headers.get('content-type') };
      return visit('POST', action, type, new Uint8Array(await encoded.arrayBuffer()));
    },
    async follow(page) {
      let reached = page;
      for (let step = 0; step < MOST_REDIRECTS; step += 1) {
        const { location, status } = reached;
        if (location === null) return reached;
        if (status > 303) throw new Error(`${reached.url} answers ${status}: the form would be sent on`);
        const isOutside = !origins.includes(new URL(location).origin);
        if (isOutside || (options.stopAt && location.startsWith(options.stopAt))) return reached;
        reached = await visit('GET', location, {});
      }
      throw new Error(`More than ${MOST_REDIRECTS} redirects, the last to ${reached.location}`);
    },
    open: async (address) => visitor.follow(await visitor.get(address)),
    async signIn(email, password) {
      const page = expectPage('sign in', ({ name }) => name === 'sign-in');
      return visitor.follow(await visitor.submit(page, { email, password }));
    },
    async chooseMethod(method) {
      const chooser = current().link('choose-method');
      if (chooser !== null) await visitor.open(chooser);
      const page = expectPage('choose a method', ({ $ }) => $('[name=method]').length > 0);
      return visitor.follow(await visitor.submit(page, { method }));
    },
    async enterCode(code) {
      const page = expectPage('enter a code', ({ $ }) => $('[name=code]').length > 0);
      return visitor.putAway(await visitor.submit(page, { code }));
    },
    async putAway(answer) {
      const reached = await visitor.follow(answer);
      // The first factor of an account brings recovery codes with it, and a used one brings a page of its own.
      const button = { 'recovery-codes': 'saved', 'recovery-used': 'continue' }[reached.name ?? ''];
      return button ? visitor.follow(await visitor.submit(reached, {}, button)) : reached;
    },
  };
  return visitor;
}

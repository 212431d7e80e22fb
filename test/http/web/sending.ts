/** A browser on its sign-in page, whose form can be sent as it is or spoilt, with whatever headers. */
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { type App, PASSWORD, startApp } from '../../support/app.ts';
import { LOOPBACK, type RawAnswer } from '../../support/process/raw-request.ts';

const FORM = 'application/x-www-form-urlencoded';

export type Content = string | Buffer;
export type Headers = Readonly<Record<string, string>>;

export interface Sender {
  readonly app: App;
  /** The sign-in form's address, and its body with everything right in it. */
  readonly path: string;
  readonly body: string;
  send(path: string, content: Content, headers?: Headers): Promise<RawAnswer>;
}

export async function createSender(): Promise<Sender> {
  const app = await startApp();
  const visitor = app.visitor();
  const page = await visitor.open(await (await app.relyingParty()).authorizationUrl());
  const { action, body } = page.form({ email: 'new@plain.test', password: PASSWORD });
  const cookie = visitor.jar.getCookieStringSync(action);
  const own = { cookie, origin: app.origin, 'content-type': FORM, accept: 'text/html' };

  async function send(path: string, content: Content, headers: Headers = {}): Promise<RawAnswer> {
    const { port } = new URL(app.origin);
    const sent = request({
      host: LOOPBACK,
      port,
      path,
      method: 'POST',
      agent: false,
      headers: { ...own, ...headers },
    });
    const answered = once(sent, 'response');
    sent.end(content);
    const [response] = (await answered) as [IncomingMessage];
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk);
    return { status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks).toString() };
  }

  return { app, path: new URL(action).pathname, body: body.toString(), send };
}

/** More than anybody has fields for, in 78 KiB. */
export const TEN_THOUSAND_FIELDS = Array.from(
  { length: 10_000 },
  (_, n) => `a${'b'.repeat(n % 3)}=${n}`,
).join('&');
export const DEEP_FIELD = `a${'[b]'.repeat(1000)}=1`;

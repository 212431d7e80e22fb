/** The requests of a person and of a relying party, each one timed under the name of its step. */
import { createHash, randomBytes } from 'node:crypto';
import type { Answer, Browser, Request } from './browser.ts';
import type { Person } from './people.ts';
import { CALLBACK, CLIENT, PASSWORD, SCOPE } from './settings.ts';

export const STEPS = [
  'authorization',
  'password page',
  'password',
  'resume, first',
  'code page',
  'code',
  'resume',
  'token',
  'userinfo',
] as const;
export type Step = (typeof STEPS)[number];

/** Told how long each answer took, in milliseconds. */
export type Note = (step: Step, ms: number) => void;

interface Tokens {
  readonly access_token: string;
  readonly id_token: string;
}

export function createFlows(browser: Browser, note: Note) {
  async function timed(step: Step, status: number, path: string, request: Request = {}): Promise<Answer> {
    const begun = performance.now();
    const answer = await browser.open(path, request);
    note(step, performance.now() - begun);
    if (answer.status !== status) {
      throw new Error(
        `${step}: ${path} answers ${answer.status} instead of ${status}: ${answer.text.slice(0, 300)}`,
      );
    }
    return answer;
  }

  /** Authorization, password, code, token, userinfo. */
  async function signIn({ email, code }: Person): Promise<void> {
    const request = createRequest();
    const begun = await timed('authorization', 303, request.path);
    const passwordPage = await timed('password page', 200, pathOf(begun));
    let next = await timed('password', 303, ...formOf(passwordPage, { email, password: PASSWORD }));
    if (pathOf(next).startsWith('/auth/')) next = await timed('resume, first', 303, pathOf(next));
    const codePage = await timed('code page', 200, pathOf(next));
    const ended = await timed('code', 303, ...formOf(codePage, { code: await code() }));
    await finish(await timed('resume', 303, pathOf(ended)), request.verifier, email);
  }

  /** With a live session: authorization, token, userinfo. */
  async function signInAgain({ email }: Pick<Person, 'email'>): Promise<void> {
    const request = createRequest();
    await finish(await timed('authorization', 303, request.path), request.verifier, email);
  }

  async function finish({ location }: Answer, verifier: string, email: string): Promise<void> {
    const code = location === null ? null : new URL(location).searchParams.get('code');
    if (!location?.startsWith(CALLBACK) || !code) throw new Error(`no code came back: ${location}`);
    const credentials = Buffer.from(`${CLIENT.id}:${CLIENT.secret}`).toString('base64');
    const fields = {
      grant_type: 'authorization_code',
      code,
      redirect_uri: CALLBACK,
      code_verifier: verifier,
    };
    const answer = await timed('token', 200, '/token', { fields, authorization: `Basic ${credentials}` });
    const tokens: Tokens = JSON.parse(answer.text);
    const authorization = `Bearer ${tokens.access_token}`;
    const claims = JSON.parse((await timed('userinfo', 200, '/me', { authorization })).text);
    const { amr } = JSON.parse(Buffer.from(tokens.id_token.split('.')[1] ?? '', 'base64url').toString());
    // More was proven than the password.
    if (claims.email !== email || !(amr?.length > 1)) throw new Error(`the tokens are not those of ${email}`);
  }

  return { signIn, signInAgain };
}

/** An authorization request with PKCE, and the verifier of its code. */
export function createRequest(): { path: string; verifier: string } {
  const verifier = randomBytes(32).toString('base64url');
  const query = new URLSearchParams({
    client_id: CLIENT.id,
    redirect_uri: CALLBACK,
    response_type: 'code',
    scope: SCOPE,
    state: randomBytes(16).toString('base64url'),
    nonce: randomBytes(16).toString('base64url'),
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  });
  return { path: `/auth?${query}`, verifier };
}

/** The path and the query that an answer leads to. */
export function pathOf({ location }: Answer): string {
  if (location === null) throw new Error('the answer leads nowhere');
  if (location.startsWith('/')) return location;
  const { pathname, search } = new URL(location);
  return `${pathname}${search}`;
}

/** Gives the path of the page's first form, with its hidden fields and the typed ones. */
export function formOf(
  { text }: Answer,
  typed: Readonly<Record<string, string>>,
): [path: string, request: Request] {
  const [form = ''] = /<form[^>]*method="post"[\s\S]*?<\/form>/i.exec(text) ?? [];
  const action = /action="([^"]*)"/.exec(form)?.[1];
  if (!action) throw new Error(`there is no form on this page: ${text.slice(0, 300)}`);
  const token = /name="_token"[^>]*value="([^"]*)"/.exec(form)?.[1];
  return [action, { fields: { ...(token === undefined ? {} : { _token: token }), ...typed } }];
}

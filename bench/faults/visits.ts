/** People who sign in while things break: they repeat a request that got no answer, and write down what they saw. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Answer, Browser, Request } from '../browser.ts';
import { createRequest, formOf, pathOf } from '../flows.ts';
import type { Person } from '../people.ts';
import { CALLBACK, CLIENT, PASSWORD } from '../settings.ts';
import type { Ledger } from './ledger.ts';

/** Milliseconds between two tries of a person. */
const TRY_AGAIN_MS = 200;
/** Milliseconds after which a person gives up. */
const PATIENCE_MS = 30_000;
/** Answers that mean "later". */
const LATER = [429, 503];

/** The page does not go on; the person begins again another time. */
class GaveUp extends Error {}

export interface Visits {
  /** Authorization, password, code, token, userinfo. False: the person gave up. */
  signIn(person: Person): Promise<boolean>;
  /** Likewise; then the same code is offered again, and the page before the code tries to be enough. */
  signInWatchfully(person: Person): Promise<boolean>;
}

export function createVisits(browser: () => Browser, ledger: Ledger): Visits {
  /** Gives an answer with one of the statuses. */
  async function ask(
    at: Browser,
    statuses: readonly number[],
    path: string,
    request?: Request,
  ): Promise<Answer> {
    const until = performance.now() + PATIENCE_MS;
    let isCutShort = false;
    for (;;) {
      const answer = await at.open(path, request).catch((error: Error) => error);
      if (!(answer instanceof Error) && statuses.includes(answer.status)) return answer;
      // An earlier try had ended the interaction when its answer was lost, or when a store went away.
      if (isCutShort && !(answer instanceof Error) && answer.status === 400)
        throw new GaveUp('400 after a try that was cut short');
      isCutShort = true;
      const what = answer instanceof Error ? 'no answer' : String(answer.status);
      const place = `${what} at ${request?.fields ? 'POST' : 'GET'} ${pathname(path)}`;
      ledger.wentWrong(place);
      const isLater = answer instanceof Error || LATER.includes(answer.status);
      if (!isLater || performance.now() > until) throw new GaveUp(place);
      await pause(TRY_AGAIN_MS);
    }
  }

  /** The page that asks for the code. */
  async function atCode(at: Browser, path: string, email: string): Promise<Answer> {
    const begun = await ask(at, [303], path);
    const passwordPage = await ask(at, [200], pathOf(begun));
    let next = await ask(at, [303], ...formOf(passwordPage, { email, password: PASSWORD }));
    if (pathOf(next).startsWith('/auth/')) next = await ask(at, [303], pathOf(next));
    return ask(at, [200], pathOf(next));
  }

  async function tokensOf({ location }: Answer, verifier: string, email: string): Promise<void> {
    const code = location?.startsWith(CALLBACK) ? new URL(location).searchParams.get('code') : null;
    if (!code) throw new GaveUp(`no code came back: ${location?.split('?')[0]}`);
    const credentials = Buffer.from(`${CLIENT.id}:${CLIENT.secret}`).toString('base64');
    const fields = {
      grant_type: 'authorization_code',
      code,
      redirect_uri: CALLBACK,
      code_verifier: verifier,
    };
    const at = browser();
    const answer = await ask(at, [200, 400], '/token', { fields, authorization: `Basic ${credentials}` });
    // The answer to the first exchange was lost, and a code is good for one.
    if (answer.status === 400) throw new GaveUp('400 at POST /token');
    const tokens = JSON.parse(answer.text);
    const { amr } = JSON.parse(Buffer.from(tokens.id_token.split('.')[1] ?? '', 'base64url').toString());
    if (!(amr?.length > 1)) ledger.broken(`${email} got tokens on the password alone`);
    const me = await ask(at, [200], '/me', { authorization: `Bearer ${tokens.access_token}` });
    if (JSON.parse(me.text).email !== email) ledger.broken(`${email} got the tokens of somebody else`);
  }

  async function complete(at: Browser, { email, code }: Person): Promise<string> {
    const { path, verifier } = createRequest();
    const codePage = await atCode(at, path, email);
    const given = await code();
    const ended = await ask(at, [303], ...formOf(codePage, { code: given }));
    await tokensOf(await ask(at, [303], pathOf(ended)), verifier, email);
    return given;
  }

  async function begun(email: string, work: () => Promise<void>): Promise<boolean> {
    ledger.attempted(email);
    try {
      await work();
      return true;
    } catch (error) {
      if (error instanceof GaveUp) return false;
      throw error;
    }
  }

  async function tryOnPassword(email: string): Promise<void> {
    const at = browser();
    await atCode(at, createRequest().path, email);
    const silent = await ask(at, [303], `${createRequest().path}&prompt=none`);
    if (silent.location && new URL(silent.location).searchParams.has('code'))
      ledger.broken(`${email} was let in on the password alone`);
  }

  async function tryAgain(email: string, code: string): Promise<void> {
    const at = browser();
    const codePage = await atCode(at, createRequest().path, email);
    const repeated = await ask(at, [303, 422], ...formOf(codePage, { code }));
    if (repeated.status === 303) ledger.broken(`the code of ${email} was accepted twice`);
  }

  return {
    signIn: (person) =>
      begun(person.email, async () => {
        await complete(browser(), person);
        ledger.acknowledged(person.email);
      }),
    signInWatchfully: (person) =>
      begun(person.email, async () => {
        await tryOnPassword(person.email);
        const code = await complete(browser(), person);
        ledger.acknowledged(person.email);
        await tryAgain(person.email, code);
      }),
  };
}

/** Without what identifies an interaction. */
function pathname(path: string): string {
  return (path.split('?')[0] ?? '').replace(/\/(interaction|auth)\/[^/]+/, '/$1/:uid');
}

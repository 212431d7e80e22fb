/** What the errors of the client and of the server mean for whoever asked. */
import { StoreUnavailable } from '../../ports/stores.ts';

/** The client's words for a command that had no reply in time. */
const TIMED_OUT = 'Command timed out';

/** The server answers, and is none to rely on. The message is one line for the operator. */
export class Unfit extends Error {
  override name = 'Unfit';
}

function isReply(error: unknown): boolean {
  return error instanceof Error && error.name === 'ReplyError';
}

/** The connection broke, or was not there: whether the command was carried out is not known. */
export function isBroken(error: unknown): boolean {
  if (!(error instanceof Error) || error instanceof StoreUnavailable || error instanceof Unfit) return false;
  return !isReply(error) && error.message !== TIMED_OUT;
}

/** The server does not know the script by its digest: it was not run. */
export function isUnknownScript(error: unknown): boolean {
  return isReply(error) && error instanceof Error && error.message.startsWith('NOSCRIPT');
}

/** The server wants other credentials, or more rights for these: waiting does not help. */
export function isRefusedLogin(error: unknown): boolean {
  return error instanceof Error && /^(NOAUTH|WRONGPASS|NOPERM)\b/.test(error.message);
}

/** In one line; the server repeats the arguments of a command that it does not know, and those are kept out. */
export function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : 'unusable';
  return message.split(/\r?\n|,? with args\b/)[0] ?? message;
}

/** Without the cause: it carries the command and its arguments. */
export function asUnavailable(error: unknown): StoreUnavailable {
  if (error instanceof StoreUnavailable) return error;
  return new StoreUnavailable(error instanceof Unfit ? error.message : `Redis: ${reasonOf(error)}`);
}

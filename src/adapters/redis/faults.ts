/** Translates errors of the client and of the server for the callers of the stores. */
import { StoreUnavailable } from '../../ports/faults.ts';

/** The client's names and words for a connection that broke with a command under way, or before it was sent. */
const BROKEN: readonly string[] = [
  'MaxRetriesPerRequestError',
  'AbortError',
  'Connection is closed.',
  "Cluster isn't ready and enableOfflineQueue options is false",
  "Stream isn't writeable and enableOfflineQueue options is false",
];

/** The server answers, and is none to rely on. The message is one line for the operator. */
export class Unfit extends Error {
  override name = 'Unfit';
}

/** The server is a replica: where its address leads next time may be the primary. */
export class NotPrimary extends Error {
  override name = 'NotPrimary';
}

function isReply(error: unknown): boolean {
  return error instanceof Error && error.name === 'ReplyError';
}

/** Whether the command was carried out is not known; that its connection ends is. */
export function isBroken(error: unknown): boolean {
  return error instanceof Error && (BROKEN.includes(error.name) || BROKEN.includes(error.message));
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

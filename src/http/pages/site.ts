/** The place of shared files and of the language cookie: the root of our own server, or a path of a guest. */

import { hostName } from '../../oidc/session/own-cookie.ts';
import type { HelpTopic } from '../../presentation/help.ts';

/** The cookie outlives the session, so that the next sign-in page has the same language. */
function localeCookie({ secure }: { readonly secure: boolean }): string {
  return hostName('locale', { isSecure: secure });
}

export interface Site {
  /** Whether this server has help pages. */
  readonly hasHelp: boolean;
  /** Before `/assets/…` and `/locale`: empty, or a path without a trailing slash. */
  readonly root: string;
  /** The name of the cookie that keeps the language chosen on a page. */
  readonly localeCookie: (at: { readonly secure: boolean }) => string;
}

export const OWN_SITE: Site = { root: '', localeCookie, hasHelp: true };

/** The path of a help page of our own server. */
export function helpPath(topic: HelpTopic): string {
  return `/help/${topic}`;
}

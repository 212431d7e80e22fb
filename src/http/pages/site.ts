/** Where what the pages share is served: at the root of our own server, or under a path of its own as a guest. */
import { localeCookie } from '../../presentation/locale.ts';

export interface Site {
  /** Before `/assets/…` and `/locale`: empty, or a path without a slash at its end. */
  readonly root: string;
  /** The cookie that remembers the language chosen on a page. */
  readonly localeCookie: (at: { readonly secure: boolean }) => string;
}

export const OWN_SITE: Site = { root: '', localeCookie };

/** Which addresses a form may ask to be sent back to: paths of this server, nothing that a browser reads as a host. */

/**
 * Exactly one slash first, since `//host` and `/\host` name another server (WHATWG URL, "relative slash state"),
 * and no control characters, which browsers drop before they read the rest.
 */
const OWN_PATH = /^\/(?![/\\])[^\\\p{Cc}]*$/u;

/** Characters: longer ones are not worth carrying through a form. */
const LONGEST = 2048;

/** The path itself, or null when it leads elsewhere. */
export function ownPath(value: string | undefined): string | null {
  return value !== undefined && value.length <= LONGEST && OWN_PATH.test(value) ? value : null;
}

/** Splits plain text, such as a tenant's message, into paragraphs in which web addresses are links. */

/** A piece of a paragraph; with `href` it is a link. */
export interface Piece {
  readonly text: string;
  readonly href: string | null;
}

/** A web address up to white space, without the full stop or bracket that ends the sentence. */
const WEB_ADDRESS = /(https?:\/\/[^\s<>"']*[^\s<>"'.,;:!?)\]])/;

export function paragraphs(text: string): readonly (readonly Piece[])[] {
  return text
    .split(/\n\s*\n/)
    .map((paragraph) => paragraph.trim())
    .filter((paragraph) => paragraph !== '')
    .map((paragraph) =>
      paragraph
        .split(WEB_ADDRESS)
        // A split by one capturing group puts the URLs at the odd positions.
        .map((piece, index) => ({ text: piece, href: index % 2 === 1 ? piece : null }))
        .filter((piece) => piece.text !== ''),
    );
}

/**
 * Returns the URL if it is http or https, else null. This excludes `javascript:` URLs from a file or a
 * registration.
 */
export function webAddress(value: string | null): string | null {
  return value !== null && /^https?:\/\//i.test(value) ? value : null;
}

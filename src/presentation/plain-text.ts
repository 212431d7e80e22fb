/** Plain text that people wrote (a tenant's message, a mail) as paragraphs in which web addresses are links. */

/** A piece of a paragraph; with `href` it is a link. */
export interface Piece {
  readonly text: string;
  readonly href: string | null;
}

/** A web address up to white space, without the full stop or bracket that ends the sentence around it. */
const WEB_ADDRESS = /(https?:\/\/[^\s<>"']*[^\s<>"'.,;:!?)\]])/;

export function paragraphs(text: string): readonly (readonly Piece[])[] {
  return text
    .split(/\n\s*\n/)
    .map((paragraph) => paragraph.trim())
    .filter((paragraph) => paragraph !== '')
    .map((paragraph) =>
      paragraph
        .split(WEB_ADDRESS)
        // A split by one capturing group puts the addresses at the odd places.
        .map((piece, index) => ({ text: piece, href: index % 2 === 1 ? piece : null }))
        .filter((piece) => piece.text !== ''),
    );
}

/** The address if it is one of the web, else null: no `javascript:` from a file or a client's registration. */
export function webAddress(value: string | null): string | null {
  return value !== null && /^https?:\/\//i.test(value) ? value : null;
}

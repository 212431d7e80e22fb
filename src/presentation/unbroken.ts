/** Text as HTML in which "e-mail" stays on one line. */
import ejs from 'ejs';

const E_MAIL = /\be-mail/gi;

/**
 * A browser may end a line after the hyphen of "e-mail". Markup prevents it here; a non-breaking hyphen (U+2011) would
 * change the text. Find-in-page doesn't match that character with a typed hyphen, and some screen readers and fonts lack
 * it. An SMS has no such character either (3GPP TS 23.038), so words for pages, plain-text mails and SMS stay the same.
 *
 * @returns the escaped text; a stylesheet has to give `.unbroken` the rule `white-space: nowrap`
 */
export function unbroken(text: string): string {
  return ejs.escapeXML(text).replace(E_MAIL, '<span class="unbroken">$&</span>');
}

/** Encodes a text as short messages: chooses the alphabet, and splits a long text (3GPP TS 23.038, 23.040). */
import { encodings } from 'smpp/lib/defs.js';

/** `gsm` and `latin1` give way to UCS-2 for a text that they have no letters for. */
export type Alphabet = 'gsm' | 'latin1' | 'ucs2';

export interface ShortMessage {
  /** SMPP 3.4, 5.2.19. */
  readonly dataCoding: number;
  /** SMPP 3.4, 5.2.12: whether a header stands before the text. */
  readonly esmClass: number;
  readonly bytes: Buffer;
}

interface Coding {
  readonly dataCoding: number;
  readonly encoding: (typeof encodings)['UCS2'];
  /** Bytes of a message alone and of one among several, one byte a septet where the network packs them. */
  readonly alone: number;
  readonly among: number;
}

/** 140 octets of user data, of which a part's header takes six (3GPP TS 23.040, 9.2.3.24.1); 160 septets fit in them. */
const CODINGS: Readonly<Record<Alphabet, Coding>> = {
  // The gateway's own alphabet, which is the GSM one unless it says otherwise.
  gsm: { dataCoding: 0, encoding: encodings.ASCII, alone: 160, among: 153 },
  latin1: { dataCoding: 3, encoding: encodings.LATIN1, alone: 140, among: 134 },
  ucs2: { dataCoding: 8, encoding: encodings.UCS2, alone: 140, among: 134 },
};
const WITH_HEADER = 0x40;
/** Far more than a message of ours has, and what the header's one byte could count is more still. */
const MOST_PARTS = 10;

/** `reference` (0 to 255) is what the parts of one text have in common. Null: the text is too long to be sent. */
export function shortMessages(text: string, alphabet: Alphabet, reference: number): ShortMessage[] | null {
  const wanted = CODINGS[alphabet];
  const fits = wanted.encoding.match(text);
  const { dataCoding, encoding, alone, among } = fits ? wanted : CODINGS.ucs2;
  const whole = encoding.encode(text);
  if (whole.length <= alone) return [{ dataCoding, esmClass: 0, bytes: whole }];
  const parts = split(text, among, encoding);
  if (parts.length > MOST_PARTS) return null;
  return parts.map((part, index) => {
    const header = Buffer.from([5, 0, 3, reference, parts.length, index + 1]);
    return { dataCoding, esmClass: WITH_HEADER, bytes: Buffer.concat([header, part]) };
  });
}

/** By whole characters, so that neither an escape nor a surrogate is parted from what follows it. */
function split(text: string, limit: number, encoding: Coding['encoding']): Buffer[] {
  const parts: Buffer[][] = [[]];
  let length = 0;
  for (const character of text) {
    const bytes = encoding.encode(character);
    if (length + bytes.length > limit) {
      parts.push([]);
      length = 0;
    }
    parts.at(-1)?.push(bytes);
    length += bytes.length;
  }
  return parts.map((bytes) => Buffer.concat(bytes));
}

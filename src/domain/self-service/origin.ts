/** The origin of a request, as a person recognises it: the browser and the place. */
import { truncatedAddress } from '../sign-in/attempts.ts';

/** The place of an IP address, by the operator's file. */
export interface Place {
  /** In English, or as its country writes it. Null: not known. */
  readonly city: string | null;
  /** ISO 3166-1 alpha-2. Null: not known. */
  readonly country: string | null;
}

export interface Origin {
  /** The `User-Agent` header. */
  readonly browser: string;
  /** The part of the IP address that a page or a mail shows. */
  readonly network: string;
  /** Null: the operator has no file of places, or it does not know this one. */
  readonly place: Place | null;
}

/** The place of an IP address. Null: not known. */
export type PlaceOf = (ip: string) => Place | null;

export function originOf(ip: string, browser: string, placeOf: PlaceOf): Origin {
  return { browser, network: truncatedAddress(ip), place: placeOf(ip) };
}

/** The interface to servers whose address an operator or a person gave: keys of clients, back-channel logout. */

/** As `fetch`. It follows no redirect, and rejects with `OutboundRefused` for an address that may not be reached. */
export type OutboundFetch = (input: string | URL | Request, options?: RequestInit) => Promise<Response>;

/** The request was not sent: its address is not allowed. Another attempt would be refused as well. */
export class OutboundRefused extends Error {
  override name = 'OutboundRefused';
}

/** An area: the pages of one subject as one value. `compose/areas.ts` lists the areas of the server. */
import type Router from '@koa/router';
import type Koa from 'koa';
import type { MountedPages } from './mount.ts';

export interface Area {
  readonly name: string;
  /** The area answers at these paths and below them. `:name` stands for one segment. */
  readonly paths: readonly string[];
  /** Guards stand on the area's own router, so that no path gets past them by another spelling. */
  readonly routes: Router | MountedPages;
  /** Exceptions from the security headers, each for a path and everything below it. */
  readonly headers?: HeaderExceptions;
  /** Paths, and everything below them, that answer whatever host the request names. */
  readonly anyHost?: readonly string[];
  /** Paths to which the pages of other sites may post. */
  readonly openToPosts?: readonly string[];
  /** Requests that another Koa app answers, before our middleware sees them. */
  readonly delegate?: Delegate;
}

export interface HeaderExceptions {
  /**
   * Pages whose form ends in a redirect to a relying party. They have no `form-action` directive: Chromium applies it to
   * every redirect after the form (W3C CSP 3, 6.4.1 leaves that open), the relying party's own redirects included.
   */
  readonly formsLeadAway?: readonly string[];
  /**
   * Pages that no other site may hold in a window of its own. A relying party that signs in through a popup must keep
   * hold of all other pages, a redirect by way of `/locale` included.
   */
  readonly ownWindow?: readonly string[];
  /** Pages whose script listens to events of this server. */
  readonly listens?: readonly string[];
}

export interface Delegate {
  readonly koa: Pick<Koa, 'callback' | 'proxy' | 'maxIpsCount'>;
  owns(request: { readonly method: string; readonly path: string }): boolean;
}

/** The exceptions of all areas together. */
export function headerExceptionsOf(areas: readonly Pick<Area, 'headers'>[]): Required<HeaderExceptions> {
  return {
    formsLeadAway: areas.flatMap(({ headers }) => headers?.formsLeadAway ?? []),
    ownWindow: areas.flatMap(({ headers }) => headers?.ownWindow ?? []),
    listens: areas.flatMap(({ headers }) => headers?.listens ?? []),
  };
}

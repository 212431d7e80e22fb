/** A page as it can be shown without the route behind it. */

import type { MethodName } from '../../../src/domain/methods/method.ts';
import type { PageContext, PageName, Pages } from '../../../src/http/pages/page-contract.ts';
import type { Form } from '../../../src/http/pages/page-parts.ts';

export interface Sample<P extends PageName = PageName> {
  readonly name: string;
  readonly page: P;
  readonly model: Pages[P];
  readonly pageContext: PageContext;
}

/** 29 November 2026, 14:00 UTC. */
export const SAMPLE_NOW = Date.UTC(2026, 10, 29, 14);

/** A method of a newer release, as a store can hold it. */
export const NEWER_METHOD = 'telepathy' as MethodName;

/** A form of any page. */
export const form = (action: string): Form => ({ action, token: 'token-of-the-form' });

export function sample<P extends PageName>(
  name: string,
  page: P,
  model: Pages[P],
  pageContext: PageContext = {},
): Sample {
  return { name, page, model, pageContext };
}

/** The model of the page that asks the policy what would happen. */
import type { Acr } from '../../../../domain/policy/acr.ts';
import type { WhatIfAnswer } from '../../../../use-cases/administration/what-if/what-if.ts';

export interface WhatIfPages {
  'admin-whatif': {
    readonly action: string;
    readonly email: string;
    readonly clientId: string;
    readonly acr: string;
    readonly clients: readonly { readonly id: string; readonly name: string }[];
    readonly levels: readonly Acr[];
    /** Null before a person was named, and when nobody has that address. */
    readonly answer:
      | (Omit<WhatIfAnswer, 'account'> & {
          readonly person: { readonly name: string; readonly email: string; readonly href: string };
        })
      | null;
  };
}

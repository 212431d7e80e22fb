/** The models of the pages about a reset of second factors. The key is the page's `data-page`. */
import type { Form } from './page-parts.ts';

export interface ResetPages {
  'request-reset': {
    readonly form: Form;
    /** The text typed before a refusal. */
    readonly reason: string;
    readonly longestReason: number;
    readonly isDone: boolean;
    /** The current step of the sign-in. */
    readonly backHref: string;
    readonly clientName: string;
    readonly cancel: Form;
  };
  'cancel-reset': {
    readonly form: Form;
    readonly email: string;
    /** Milliseconds since the epoch. */
    readonly requestedAt: number;
    /** The browser that the request came from. Null when its name is not known. */
    readonly browser: string | null;
    readonly isDone: boolean;
  };
  /** The page behind the link of a reset that was carried out. */
  'set-up-again': { readonly form: Form; readonly email: string };
}

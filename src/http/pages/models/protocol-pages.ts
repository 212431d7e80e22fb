/** The pages that OpenID Connect itself brings: the choice of an account, the sign-out, the answer by form. */
import type { Form } from '../page-parts.ts';

interface SignedOutLink {
  readonly href: string;
  readonly text: 'application' | 'sign-in';
  /** The name of the application that the link leads to. */
  readonly client?: string;
}

export interface ProtocolPages {
  /** The browser has a live session, and the application wants the person to choose the account. */
  'select-account': {
    readonly form: Form;
    readonly name: string;
    readonly email: string;
    readonly clientName: string;
    readonly cancel: Form;
  };
  'sign-out': { readonly action: string; readonly xsrf: string; readonly clientName: string | null };
  'signed-out': {
    readonly clientName: string | null;
    /** Back to the application, and to another sign-in. */
    readonly links?: readonly SignedOutLink[];
  };
  /**
   * Replaces the signed-in account by another one. The form submits itself, and has a button for browsers without
   * JavaScript.
   */
  'switch-account': { readonly action: string; readonly xsrf: string };
  /** The answer to an authorization request. The form submits itself, and has a button for browsers without JavaScript. */
  'form-post': {
    /** The redirect URI of the relying party. */
    readonly action: string;
    readonly fields: readonly { readonly name: string; readonly value: string }[];
    /** Whether the sign-in failed. */
    readonly isError: boolean;
    readonly clientName: string;
  };
}

/** The models of the pages of an invitation and of a reset of second factors. The key is the page's `data-page`. */
import type { PasskeyCreation } from '../../../domain/methods/webauthn.ts';
import type { Form } from '../page-parts.ts';

export interface ResetPages {
  invitation: {
    readonly form: Form;
    readonly email: string;
    /** The name of the tenant. */
    readonly workspace: string;
    /** Its id, which people type in the companion app. */
    readonly workspaceId: string;
    /** The application that the person goes on to. Null: the own account. */
    readonly clientName: string | null;
    /** The fewest characters of the password. */
    readonly shortest: number;
    /** Null: no passkey can take the place of a password here. */
    readonly passkey: { readonly creation: PasskeyCreation; readonly nonce: string } | null;
  };
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

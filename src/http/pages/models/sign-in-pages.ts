/** The first page of a sign-in. */
import type { Form, PasskeyAtSignIn } from '../page-parts.ts';

export interface SignInPages {
  'sign-in': {
    readonly form: Form;
    readonly email: string;
    /** Whether the address is that of the last sign-in in this browser. The page then has a button that forgets it. */
    readonly isRemembered: boolean;
    /** The password of a demo account. Empty for every other account. */
    readonly password: string;
    readonly clientName: string;
    /** Null: no passkey signs in here. */
    readonly passkey: PasskeyAtSignIn | null;
    /** Ends the interaction with `access_denied`. */
    readonly cancel: Form;
  };
}

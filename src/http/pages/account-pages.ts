/** The models of the pages on which people look after their account. The key is the page's `data-page`. */
import type { Form, PageLink } from './page-parts.ts';

export interface AccountPages {
  account: { readonly name: string; readonly email: string; readonly tenantName: string };
  password: {
    readonly form: Form;
    readonly email: string;
    /** Whether the current password must be typed. */
    readonly asksCurrent: boolean;
    /** The fewest characters of a new password. */
    readonly shortest: number;
    /** Whether the checkbox was ticked in a form that is shown again. */
    readonly keepSessions: boolean;
    /** The time since which the password can't be changed. Null when it can. */
    readonly frozenAt: number | null;
    readonly isDone: boolean;
  };
  'forgot-password': {
    readonly form: Form;
    /** The text typed before a refusal. */
    readonly email: string;
    readonly isDone: boolean;
  };
  'reset-password': {
    readonly form: Form;
    readonly email: string;
    readonly shortest: number;
    readonly isDone: boolean;
    /** The ways on after the change. */
    readonly links: readonly PageLink[];
  };
}

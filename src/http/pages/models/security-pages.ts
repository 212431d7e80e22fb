/** The security page, and the question before a removal. */
import type { MethodName } from '../../../domain/methods/method.ts';
import type { PasskeySignals } from '../../../domain/methods/webauthn.ts';
import type { Enforcement } from '../../../domain/tenant.ts';
import type { FactorView, Form, TrustedBrowserView } from '../page-parts.ts';

/** The changes that the page reports. */
export const SECURITY_DONE = [
  'set-up',
  'replaced',
  'codes',
  'removed',
  'turned-off',
  'default',
  'renamed',
  'undone',
  'revoked',
] as const;

export type SecurityDone = (typeof SECURITY_DONE)[number];

export interface SecurityPages {
  security: {
    readonly factors: readonly FactorView[];
    /** Recovery codes, and the form that makes new ones. Null when the account has no factor to recover from. */
    readonly recovery: {
      readonly left: number;
      readonly areFew: boolean;
      readonly renew: Form | null;
    } | null;
    readonly browsers: readonly TrustedBrowserView[];
    /** The form for "Ask me each time". Null when there is no default to clear. */
    readonly noDefault: Form | null;
    /** The time since which factors can't be changed. Null when they can. */
    readonly frozenAt: number | null;
    /** The methods that can be enrolled here. */
    readonly offered: readonly MethodName[];
    readonly enrolmentForm: Form;
    /** The form at the bottom of the page that removes every factor. */
    readonly turnOff: Form;
    readonly enforcement: Enforcement;
    /** Whether the last factor may be removed. */
    readonly canTurnOff: boolean;
    /** Told to the password manager of the browser. Null: it is told nothing. */
    readonly passkeySignals: PasskeySignals | null;
    /** The change that was just made. The page reports it once. */
    readonly done: SecurityDone | null;
    /** The method that was set up. Null when the change was another one. */
    readonly doneMethod: MethodName | null;
    /** Takes that change back. Null for a change that can't be taken back, and a minute after it. */
    readonly undo: Form | null;
  };
  'confirm-removal': RemovalQuestion & { readonly form: Form };
}

/** The consequences of a removal. Each has a sentence of its own. */
export type RemovalConsequence =
  /** Sessions that used it end. */
  | 'sessions'
  /** The methods that are left are asked for. */
  | 'next'
  /** Trusted browsers are asked again. */
  | 'browsers'
  /** The browser or device that holds it keeps its part. */
  | 'device'
  /** The trusted browser is asked again. */
  | 'browser'
  /** Every factor goes. */
  | 'all'
  /** The recovery codes go too. */
  | 'codes'
  /** The password alone signs in. */
  | 'password';

export interface RemovalQuestion {
  readonly kind: 'factor' | 'browser' | 'turn-off';
  /** The name of the factor or the browser. Null: it has none, and its method stands for it. */
  readonly name: string | null;
  readonly method: MethodName | null;
  /** The methods that are left, or, before all of them go, those that are set up. */
  readonly methods: readonly MethodName[];
  readonly consequences: readonly RemovalConsequence[];
}

/** The pages on which a person sets a factor up. */
import type { MethodName } from '../../../domain/methods/method.ts';
import type { PasskeyCreation } from '../../../domain/methods/webauthn.ts';
import type {
  EnrolmentCodeParts,
  EnrolmentPageParts,
  Form,
  MethodChoice,
  RecoveryCodesPage,
  ReplacedView,
  StepView,
} from '../page-parts.ts';

export interface SetUpPages {
  'set-up-choose': {
    readonly form: Form;
    readonly methods: readonly MethodChoice[];
    /** The time (milliseconds since the epoch) until which the enrolment can be postponed. Null when it cannot. */
    readonly laterUntil: number | null;
    /** Whether the policy requires the enrolment. The page then tells which party requires it, and why. */
    readonly forced: boolean;
    /** Whether the person has factors, and none of them is enough any more. Default: false. */
    readonly isStronger?: boolean;
    /** The application that requires it. Absent or null when the organisation requires it. */
    readonly demandedBy?: string | null;
    readonly skipHref?: string | null;
    readonly cancel: Form | null;
    /** The factor that the new one replaces. Absent or null: it replaces none. */
    readonly replaces?: ReplacedView | null;
    readonly step?: StepView | null;
  };
  'set-up-totp': EnrolmentPageParts & {
    /** In groups of four, separated by spaces. */
    readonly secret: string;
    /** The `otpauth:` URI, a link for a phone that opens this page itself. Null when no app reads the secret. */
    readonly uri: string | null;
    /** The same URI as a QR code, in a `data:image/svg+xml` URL. */
    readonly qr: string | null;
    /** Null when the code is not made of digits. */
    readonly digits: number | null;
    /** Null when the code does not change with time. */
    readonly periodSeconds: number | null;
    /** The text typed before a refusal. */
    readonly label: string;
    readonly app: string;
    readonly apps: readonly string[];
  };
  'set-up-passkey': EnrolmentPageParts & {
    /** The input of `navigator.credentials.create`. Its result, as JSON, is the form's `response`. */
    readonly creation: PasskeyCreation;
    /** The text typed before a refusal. */
    readonly label: string;
  };
  'set-up-proof': EnrolmentCodeParts;
  'set-up-email': EnrolmentCodeParts;
  'set-up-sms': EnrolmentCodeParts;
  /** A right answer came in a session that was too old for a change. One press enrols the factor. */
  'set-up-finish': {
    readonly form: Form;
    readonly method: MethodName;
    readonly step?: StepView | null;
  };
  'recovery-codes': RecoveryCodesPage & {
    /** The factor that was just set up. Absent or null when the codes come without one. */
    readonly enrolled?: MethodName | null;
    readonly step?: StepView | null;
  };
}

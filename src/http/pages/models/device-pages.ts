/** The pages of a device's sign-in (RFC 8628). */
import type { Form } from '../page-parts.ts';

export interface DevicePages {
  /** A person types the code that a device shows (RFC 8628, 3.3). */
  'device-code': { readonly form: Form; readonly userCode: string };
  'device-confirm': {
    readonly form: Form;
    readonly clientName: string;
    /** In two groups, as the device shows it. */
    readonly userCode: string;
    /** The IP address from which the device asked for the code, and whether this browser is in the same network. */
    readonly ip: string;
    readonly isSameNetwork: boolean;
    /** The time of that (milliseconds since the epoch). */
    readonly askedAt: number;
    /** The account of the live session, which the device would get. Null when nobody is signed in. */
    readonly email: string | null;
  };
  'device-done': {
    readonly clientName: string;
    /** False when the person has cancelled. */
    readonly isDone: boolean;
    /** The application on this device. Null when it has no address. */
    readonly link: string | null;
  };
}

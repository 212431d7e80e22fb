/** What the page for an authenticator app shows, the same at sign-in and in self-service. */
import QRCode from 'qrcode';
import type { EnrolmentSecret } from '../../use-cases/enrolment/enrolment.ts';
import type { Pages } from '../pages/page-contract.ts';

/** Offered by name, since "which app?" is what people ask first; any other that speaks RFC 6238 works as well. */
const APPS = [
  'Google Authenticator',
  'Microsoft Authenticator',
  'Aegis',
  '2FAS',
  'Authy',
  '1Password',
  'Bitwarden',
  'Apple Passwords',
];

type Shown = Pick<
  Pages['set-up-totp'],
  'secret' | 'uri' | 'qr' | 'digits' | 'periodSeconds' | 'label' | 'app' | 'apps'
>;

export async function totpEnrolmentModel(
  { secret, uri, digits, periodSeconds }: EnrolmentSecret,
  typed: { readonly label: string; readonly app: string },
): Promise<Shown> {
  const svg = await QRCode.toString(uri, { type: 'svg', errorCorrectionLevel: 'M', margin: 4 });
  return {
    secret: secret.replace(/(.{4})(?=.)/g, '$1 '),
    uri,
    qr: `data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}`,
    digits,
    periodSeconds,
    label: typed.label,
    app: typed.app,
    apps: APPS,
  };
}

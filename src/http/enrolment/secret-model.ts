/** The model of the page that shows the secret of an enrolment, the same at sign-in and in self-service. */
import QRCode from 'qrcode';
import type { EnrolmentSecret } from '../../domain/methods/contract.ts';
import type { Pages } from '../pages/page-contract.ts';

/** Offered by name, because people ask which app to use. Any other app that implements RFC 6238 works as well. */
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

export async function secretModel(
  { secret, uri, digits, periodSeconds }: EnrolmentSecret,
  typed: { readonly label: string; readonly app: string },
): Promise<Shown> {
  return {
    secret: secret.replace(/(.{4})(?=.)/g, '$1 '),
    uri,
    qr: uri && (await qrOf(uri)),
    digits,
    periodSeconds,
    label: typed.label,
    app: typed.app,
    apps: APPS,
  };
}

async function qrOf(uri: string): Promise<string> {
  const svg = await QRCode.toString(uri, { type: 'svg', errorCorrectionLevel: 'M', margin: 4 });
  return `data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}`;
}

/** The words of a text message, within 160 characters where that is possible. */
import type { MessageTemplate } from '../ports/senders.ts';
import { lifeOf, type Surroundings, storyOf } from './email-words.ts';

/** The characters of an SMS (3GPP TS 23.038, 6.2.1). Any other character reduces a message from 160 to 70. */
const GSM_7 =
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà';
/** The characters that take two places (3GPP TS 23.038, 6.2.1.1). */
const GSM_7_EXTENSION = '^{}\\[~]|€';
const ONE_MESSAGE = 160;

/** Typographic characters, and their plain equivalents. */
const PLAIN: Readonly<Record<string, string>> = {
  '‘': "'",
  '’': "'",
  '“': '"',
  '”': '"',
  '–': '-',
  '—': '-',
  '…': '...',
};

/** The length in an SMS. Null for characters outside its alphabet. */
export function gsmLength(text: string): number | null {
  let length = 0;
  for (const template of text) {
    if (GSM_7.includes(template)) length += 1;
    else if (GSM_7_EXTENSION.includes(template)) length += 2;
    else return null;
  }
  return length;
}

/** The name in characters of an SMS. Null for a name in another script, which would be mangled. */
function inGsm(name: string): string | null {
  const messenger = [...name].map((template) => {
    if (gsmLength(template) !== null) return template;
    const [base = ''] = template.normalize('NFD');
    return PLAIN[template] ?? (gsmLength(base) === null ? null : base);
  });
  return messenger.includes(null) ? null : messenger.join('');
}

/** The fewest characters of a name. A shorter one would not identify the sender. */
const SHORTEST_NAME = 8;

/** @param product the name to use when the organisation's name can't be written */
export function smsOf(template: MessageTemplate, around: Surroundings, product: string): string {
  const name = inGsm(around.tenant) ?? inGsm(product) ?? '';
  const whole = write(template, { ...around, tenant: name });
  let text = whole;
  for (let kept = name.length - 1; isTooLong(text) && kept >= SHORTEST_NAME; kept -= 1) {
    text = write(template, { ...around, tenant: `${name.slice(0, kept).trimEnd()}...` });
  }
  // A message with a long link takes two parts in any case, so a shorter name saves nothing.
  return isTooLong(text) ? whole : text;
}

function isTooLong(text: string): boolean {
  return (gsmLength(text) ?? 0) > ONE_MESSAGE;
}

function write(template: MessageTemplate, { t, tenant, host, now }: Surroundings): string {
  switch (template.kind) {
    case 'code': {
      const { purpose, code, expiresAt } = template;
      const sentence = t(`sms.code.${purpose}`, { code, tenant, life: lifeOf(expiresAt - now, t) });
      // The browser offers the code on pages of this host only. This must be the last line (WICG, Origin-bound
      // one-time codes delivered via SMS).
      return `${sentence}\n@${host} #${code}`;
    }
    case 'confirm-address':
      return `${t('sms.address', { tenant })} ${template.confirmUrl}`;
    case 'reset-password':
      return `${t('sms.reset', { tenant })} ${template.resetUrl}`;
    case 'new-address':
      return `${t('sms.address', { tenant })} ${template.confirmUrl}`;
    case 'address-taken':
      return t('sms.address_taken', { tenant });
    case 'invitation':
      return `${t('sms.invitation', { tenant })} ${template.url}`;
    case 'notice': {
      const { about, notMeUrl, action = null } = template;
      const story = storyOf(template);
      const sentence = t(`sms.notice.${story}`, { tenant });
      const whom = about === null ? '' : ` ${about}.`;
      const href = action === null ? notMeUrl : action.url;
      const ask = action === null ? 'not_me' : action.kind;
      return `${sentence}${whom}${href === null ? '' : ` ${t(`sms.${ask}`)} ${href}`}`;
    }
  }
}

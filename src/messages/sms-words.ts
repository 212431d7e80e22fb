/** The words of a text message: short enough for one message of 160 letters where that is possible. */
import type { MessageTemplate } from '../ports/senders.ts';
import { lifeOf, type Surroundings, storyOf } from './email-words.ts';

/** The letters of an SMS (3GPP TS 23.038, 6.2.1): with any other one, a message holds 70 instead of 160. */
const GSM_7 =
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà';
/** Those that take the room of two (3GPP TS 23.038, 6.2.1.1). */
const GSM_7_EXTENSION = '^{}\\[~]|€';
const ONE_MESSAGE = 160;

/** Typographic signs, by what people write where there are none. */
const PLAIN: Readonly<Record<string, string>> = {
  '‘': "'",
  '’': "'",
  '“': '"',
  '”': '"',
  '–': '-',
  '—': '-',
  '…': '...',
};

/** How much room it takes in an SMS; null: it has letters that would halve the message. */
export function gsmLength(text: string): number | null {
  let length = 0;
  for (const template of text) {
    if (GSM_7.includes(template)) length += 1;
    else if (GSM_7_EXTENSION.includes(template)) length += 2;
    else return null;
  }
  return length;
}

/** The same in letters of an SMS; null for a name of another script, which would be mangled. */
function inGsm(name: string): string | null {
  const messenger = [...name].map((template) => {
    if (gsmLength(template) !== null) return template;
    const [base = ''] = template.normalize('NFD');
    return PLAIN[template] ?? (gsmLength(base) === null ? null : base);
  });
  return messenger.includes(null) ? null : messenger.join('');
}

/** Letters of a name that are left at least: fewer would tell nobody whose message it is. */
const SHORTEST_NAME = 8;

/** @param product what stands for an organisation whose name can't be written. */
export function smsOf(template: MessageTemplate, around: Surroundings, product: string): string {
  const name = inGsm(around.tenant) ?? inGsm(product) ?? '';
  const whole = write(template, { ...around, tenant: name });
  let text = whole;
  for (let kept = name.length - 1; isTooLong(text) && kept >= SHORTEST_NAME; kept -= 1) {
    text = write(template, { ...around, tenant: `${name.slice(0, kept).trimEnd()}...` });
  }
  // With a long link it is two messages in any case, and a shorter name saves nothing.
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
      // Read by the browser, which offers the code on pages of this host alone: the last line, and nothing after it
      // (WICG, Origin-bound one-time codes delivered via SMS).
      return `${sentence}\n@${host} #${code}`;
    }
    case 'confirm-address':
      return `${t('sms.address', { tenant })} ${template.confirmUrl}`;
    case 'notice': {
      const { about, notMeUrl } = template;
      const story = storyOf(template);
      const sentence = t(`sms.notice.${story}`, { tenant });
      const whom = about === null ? '' : ` ${about}.`;
      return `${sentence}${whom}${notMeUrl === null ? '' : ` ${t('sms.not_me')} ${notMeUrl}`}`;
    }
  }
}

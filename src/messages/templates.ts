/** Renders mails and text messages with the words, the language and the organisation's colour. */
import type { Locale } from '../domain/account.ts';
import type { Tenant } from '../domain/tenant.ts';
import {
  DeliveryFailed,
  type Message,
  type MessageSender,
  type MessageTemplate,
  type Messenger,
  type Recipient,
} from '../ports/senders.ts';
import type { Clock } from '../ports/system.ts';
import { type BrandColours, brandColours } from '../presentation/brand.ts';
import { loadLanguages } from '../presentation/languages.ts';
import { unbroken } from '../presentation/unbroken.ts';
import { compileView } from '../presentation/views.ts';
import { type Block, type Words, wordsOf } from './email-words.ts';
import { smsOf } from './sms-words.ts';

export interface MessageWriterOptions {
  readonly tenants: readonly Tenant[];
  /** The only origin that messages link to. */
  readonly issuer: string;
  /** Used where the organisation has no name, or none that can be written. */
  readonly productName?: string;
  readonly clock: Clock;
}

/** Throws for a link that leads to another server. */
export type WriteMessage = (to: Recipient, template: MessageTemplate) => Message;

const LOCALS = ['lang', 'words', 'name', 'monogram', 'colours', 'unbroken'];

/** As in `views/assets/doublelock.css`. */
const OUR_COLOURS: BrandColours = {
  accent: '#0b5d68',
  onAccent: '#ffffff',
  ink: { light: '#0b5d68', dark: '#7fd0d8' },
};

export function createMessageWriter(options: MessageWriterOptions): WriteMessage {
  const { tenants, issuer, productName = 'Doublelock', clock } = options;
  const speak = loadLanguages(clock);
  const html = compileView('mail/message', LOCALS);
  const { origin, hostname } = new URL(issuer);

  return (to, given) => {
    const template = withPlainNames(given);
    for (const url of linksOf(template)) {
      if (new URL(url).origin !== origin) throw new TypeError('a message links to the issuer alone');
    }
    const tenant = tenants.find(({ id }) => id === to.tenantId) ?? null;
    const lang: Locale = to.locale ?? tenant?.locale ?? 'en';
    const name = (tenant && oneLine(tenant.name)) || productName;
    const around = {
      ...speak(lang, tenant),
      lang,
      tenant: name,
      host: hostname,
      supportEmail: tenant?.support.email ?? null,
      now: clock.now(),
    };
    const message = {
      channel: to.channel,
      to: to.to,
      expiresAt: ('expiresAt' in template ? template.expiresAt : null) ?? null,
      ...(template.kind === 'code' && template.sendingId !== undefined && { sendingId: template.sendingId }),
    };
    if (to.channel === 'sms') {
      return { ...message, subject: '', text: smsOf(template, around, productName), html: null };
    }
    const words = wordsOf(template, around);
    const colours = brandColours(tenant?.brand.colour ?? null) ?? OUR_COLOURS;
    const [monogram] = name;
    return {
      ...message,
      subject: words.subject,
      text: textOf(words),
      html: html({ lang, words, name, monogram, colours, unbroken }),
    };
  };
}

export function createMessenger({
  sender,
  ...options
}: MessageWriterOptions & { readonly sender: MessageSender }): Messenger {
  const write = createMessageWriter(options);
  return {
    async send(to, template, onceId) {
      try {
        const message = write(to, template);
        await sender.send(onceId === undefined ? message : { ...message, onceId });
        return true;
      } catch (error) {
        if (error instanceof DeliveryFailed) return false;
        throw error;
      }
    },
  };
}

function withPlainNames(template: MessageTemplate): MessageTemplate {
  if (template.kind !== 'notice') return template;
  const { about, application } = template;
  return {
    ...template,
    about: about === null ? null : oneLine(about),
    application: application === null ? null : oneLine(application),
  };
}

function linksOf(template: MessageTemplate): readonly string[] {
  switch (template.kind) {
    case 'address-taken':
      return [];
    case 'notice':
      return [template.notMeUrl, template.restoreUrl, template.action?.url].filter(
        (url) => typeof url === 'string',
      );
    case 'reset-password':
      return [template.resetUrl];
    case 'invitation':
      return [template.url];
    default:
      return template.confirmUrl === null ? [] : [template.confirmUrl];
  }
}

/** Characters: the longest name that a tenant may have. */
const LONGEST_NAME = 100;

/** A line break would begin another header (RFC 5322, 2.2). Direction signs could move a code. */
function oneLine(name: string): string {
  const clean = name.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').replaceAll(/\p{Bidi_Control}/gu, '');
  return [...clean.trim()].slice(0, LONGEST_NAME).join('');
}

function textOf({ heading, blocks, footer }: Words): string {
  return `${[heading, ...blocks.map(blockText), footer].join('\n\n')}\n`;
}

function blockText(block: Block): string {
  switch (block.kind) {
    case 'text':
      return block.text;
    case 'code':
      return block.code;
    case 'details':
      return block.details.map(({ label, value }) => `${label}: ${value}`).join('\n');
    case 'link':
      return `${block.label}:\n${block.href}`;
  }
}

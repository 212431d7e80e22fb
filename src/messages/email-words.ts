/** The words of a mail in one language. The HTML part and the text part are rendered from them, so they agree. */
import type { MessageTemplate } from '../ports/senders.ts';
import type { Language } from '../presentation/languages.ts';
import type { Translate } from '../presentation/locale.ts';

/** A piece of a message, in reading order. */
export type Block =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'code'; readonly code: string }
  | { readonly kind: 'details'; readonly details: readonly Detail[] }
  | { readonly kind: 'link'; readonly label: string; readonly href: string };

interface Detail {
  readonly label: string;
  readonly value: string;
}

export interface Words {
  /** One line. */
  readonly subject: string;
  readonly heading: string;
  readonly blocks: readonly Block[];
  readonly footer: string;
}

export interface Surroundings extends Language {
  /** The organisation's name, or the product's, on one line. */
  readonly tenant: string;
  /** The host of the issuer. */
  readonly host: string;
  /** The e-mail address of support. Null when there is none. */
  readonly supportEmail: string | null;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

type Of<K extends MessageTemplate['kind']> = Extract<MessageTemplate, { readonly kind: K }>;

export function wordsOf(template: MessageTemplate, around: Surroundings): Words {
  const { t, tenant, host, supportEmail } = around;
  const { blocks, ...words } = bodyOf(template, around);
  const help = supportEmail === null ? [] : [text(t('mail.help', { email: supportEmail }))];
  return { ...words, blocks: [...blocks, ...help], footer: t('mail.footer', { host, tenant }) };
}

function bodyOf(template: MessageTemplate, around: Surroundings): Omit<Words, 'footer'> {
  switch (template.kind) {
    case 'code':
      return codeBody(template, around);
    case 'confirm-address':
      return addressBody(template, around);
    case 'invitation':
      return invitationBody(template, around);
    case 'notice':
      return noticeBody(template, around);
  }
}

/** The code stands first, so that no other number of the message can be mistaken for it. */
function codeBody({ purpose, code, expiresAt, confirmUrl }: Of<'code'>, around: Surroundings) {
  const { t, tenant, now } = around;
  const confirm: Block[] =
    confirmUrl === null
      ? []
      : [text(t('mail.code.confirm')), { kind: 'link', label: t('mail.confirm'), href: confirmUrl }];
  return {
    subject: t('mail.code.subject', { code, tenant }),
    heading: t(`mail.code.${purpose}.heading`),
    blocks: [
      { kind: 'code' as const, code },
      text(t(`mail.code.${purpose}.text`, { tenant })),
      text(t('mail.code.life', { life: lifeOf(expiresAt - now, t) })),
      ...confirm,
      text(t('mail.code.not_me')),
      text(t('mail.code.secret', { tenant })),
    ],
  };
}

function addressBody({ confirmUrl }: Of<'confirm-address'>, { t, tenant }: Surroundings) {
  return {
    subject: t('mail.address.subject', { tenant }),
    heading: t('mail.address.heading'),
    blocks: [
      text(t('mail.address.text', { tenant })),
      { kind: 'link' as const, label: t('mail.confirm'), href: confirmUrl },
      text(t('mail.address.not_me')),
    ],
  };
}

/** It names the workspace with its id, which people type in the companion app. */
function invitationBody(
  { url, workspace, expiresAt }: Of<'invitation'>,
  { t, tenant, dates, supportEmail }: Surroundings,
) {
  return {
    subject: t('mail.invitation.subject', { tenant }),
    heading: t('mail.invitation.subject', { tenant }),
    blocks: [
      text(t('mail.invitation.text', { tenant })),
      { kind: 'details' as const, details: [{ label: t('mail.fact.workspace'), value: workspace }] },
      { kind: 'link' as const, label: t('mail.invitation.button'), href: url },
      text(t('mail.invitation.life', { when: dates.moment(expiresAt) })),
      text(t(supportEmail === null ? 'mail.invitation.not_me' : 'mail.invitation.not_me_support')),
    ],
  };
}

function noticeBody(template: Of<'notice'>, around: Surroundings) {
  const { t, tenant } = around;
  const { notMeUrl } = template;
  const story = storyOf(template);
  const subject = t(`mail.notice.${story}.title`, { tenant });
  const { action = null } = template;
  const said = action === null ? 'not_me' : action.kind;
  const href = action === null ? notMeUrl : action.url;
  const link: Block[] =
    href === null
      ? []
      : [text(t(`mail.${said}.text`, { tenant })), { kind: 'link', label: t(`mail.${said}.button`), href }];
  return {
    subject,
    heading: subject,
    blocks: [
      text(t(`mail.notice.${story}.text`, { tenant })),
      { kind: 'details' as const, details: detailsOf(template, around) },
      ...link,
    ],
  };
}

/** A message to an administrator about another account has words of its own. */
export function storyOf({ topic, about }: Of<'notice'>): string {
  const isAbout = about !== null && (topic === 'reported' || topic === 'reset-requested');
  return isAbout ? `${topic}-about` : topic;
}

function detailsOf(
  { about, application, browser, effectAt, method, left, atMs }: Of<'notice'>,
  { t, dates }: Surroundings,
): readonly Detail[] {
  return [
    ...(about === null ? [] : [{ label: t('mail.fact.account'), value: about }]),
    ...(application === null ? [] : [{ label: t('mail.fact.application'), value: application }]),
    ...(method === null ? [] : [{ label: t('mail.fact.method'), value: t(`method.${method}.name`) }]),
    ...(left === null ? [] : [{ label: t('mail.fact.left'), value: String(left) }]),
    ...(browser ? [{ label: t('mail.fact.browser'), value: browser }] : []),
    { label: t('mail.fact.at'), value: dates.moment(atMs) },
    ...(effectAt ? [{ label: t('mail.fact.effect'), value: dates.moment(effectAt) }] : []),
  ];
}

function text(words: string): Block {
  return { kind: 'text', text: words };
}

/** Up to this limit a lifetime is written in seconds. */
const LONGEST_IN_SECONDS = 120;

/** "90 seconds", "10 minutes": the lifetime of a code, in full minutes. */
export function lifeOf(ms: number, t: Translate): string {
  const seconds = Math.max(1, Math.round(ms / 1000));
  return seconds <= LONGEST_IN_SECONDS
    ? t('mail.life.seconds', { count: seconds })
    : t('mail.life.minutes', { count: Math.floor(seconds / 60) });
}

/** The words of a mail in one language. The HTML part and the text part are rendered from them, so they agree. */
import type { Locale } from '../domain/account.ts';
import type { Origin } from '../domain/self-service/origin.ts';
import type { MessageTemplate } from '../ports/senders.ts';
import { browserName } from '../presentation/browser-name.ts';
import type { Language } from '../presentation/languages.ts';
import type { Translate } from '../presentation/locale.ts';
import { placeName } from '../presentation/place-name.ts';

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
  readonly lang: Locale;
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
    case 'reset-password':
      return resetBody(template, around);
    case 'new-address':
      return newAddressBody(template, around);
    case 'address-taken':
      return takenBody(around);
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

function resetBody({ resetUrl, expiresAt }: Of<'reset-password'>, { t, tenant, now }: Surroundings) {
  return {
    subject: t('mail.reset.subject', { tenant }),
    heading: t('mail.reset.heading'),
    blocks: [
      text(t('mail.reset.text', { tenant })),
      { kind: 'link' as const, label: t('mail.reset.button'), href: resetUrl },
      text(t('mail.reset.life', { life: lifeOf(expiresAt - now, t) })),
      text(t('mail.reset.not_me')),
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

function newAddressBody({ use, confirmUrl }: Of<'new-address'>, { t, tenant }: Surroundings) {
  return {
    subject: t(`mail.new_address.${use}.subject`, { tenant }),
    heading: t(`mail.new_address.${use}.heading`),
    blocks: [
      text(t(`mail.new_address.${use}.text`, { tenant })),
      { kind: 'link' as const, label: t('mail.confirm'), href: confirmUrl },
      text(t(`mail.new_address.life`)),
      text(t('mail.new_address.not_me')),
    ],
  };
}

function takenBody({ t, tenant }: Surroundings) {
  return {
    subject: t('mail.taken.subject', { tenant }),
    heading: t('mail.taken.heading'),
    blocks: [text(t('mail.taken.text')), text(t('mail.taken.next', { tenant }))],
  };
}

function noticeBody(template: Of<'notice'>, around: Surroundings) {
  const { t, tenant } = around;
  const { notMeUrl, restoreUrl = null, topic } = template;
  const story = storyOf(template);
  const subject = t(`mail.notice.${story}.title`, { tenant });
  const { action = null } = template;
  const said = action === null ? 'not_me' : action.kind;
  const href = action === null ? notMeUrl : action.url;
  const isOfRemoval = action === null && topic === 'removed-by-administrator';
  const link: Block[] =
    href === null
      ? []
      : [
          text(isOfRemoval ? t('mail.not_me.removal') : t(`mail.${said}.text`, { tenant })),
          { kind: 'link', label: t(`mail.${said}.button`), href },
        ];
  const restore: Block[] =
    restoreUrl === null
      ? []
      : [text(t('mail.restore.text')), { kind: 'link', label: t('mail.restore.button'), href: restoreUrl }];
  return {
    subject,
    heading: subject,
    blocks: [
      text(t(`mail.notice.${story}.text`, { tenant })),
      { kind: 'details' as const, details: detailsOf(template, around) },
      ...link,
      ...restore,
    ],
  };
}

/** A message to an administrator about another account has words of its own. */
export function storyOf({ topic, about }: Of<'notice'>): string {
  return about === null ? topic : `${topic}-about`;
}

function detailsOf(
  { about, application, method, replaced, until, left, email, origin, browser, effectAt, atMs }: Of<'notice'>,
  { t, dates, lang }: Surroundings,
): readonly Detail[] {
  return [
    ...(about === null ? [] : [{ label: t('mail.fact.account'), value: about }]),
    ...(application === null ? [] : [{ label: t('mail.fact.application'), value: application }]),
    ...(method === null ? [] : [{ label: t('mail.fact.method'), value: t(`method.${method}.name`) }]),
    ...(replaced === null ? [] : [{ label: t('mail.fact.replaced'), value: t(`method.${replaced}.name`) }]),
    ...(until === null ? [] : [{ label: t('mail.fact.until'), value: dates.date(until) }]),
    ...(left === null ? [] : [{ label: t('mail.fact.left'), value: String(left) }]),
    ...(email === undefined ? [] : [{ label: t('mail.fact.email'), value: email }]),
    ...(browser ? [{ label: t('mail.fact.browser'), value: browser }] : []),
    { label: t('mail.fact.at'), value: dates.moment(atMs) },
    ...(effectAt ? [{ label: t('mail.fact.effect'), value: dates.moment(effectAt) }] : []),
    ...(origin === undefined ? [] : originDetails(origin, { t, lang })),
  ];
}

function originDetails({ browser, network, place }: Origin, { t, lang }: Pick<Surroundings, 't' | 'lang'>) {
  return [
    { label: t('mail.fact.browser'), value: browserName(browser) ?? t('mail.fact.browser_unknown') },
    { label: t('mail.fact.place'), value: placeName(place, lang) ?? network },
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

/** Shows every message template in each language and for each tenant. Nothing is sent. */
import Router from '@koa/router';
import type { Context } from 'koa';
import { LOCALES, type Locale } from '../../domain/account.ts';
import type { Purpose } from '../../domain/sign-in/challenge.ts';
import type { Tenant } from '../../domain/tenant.ts';
import { TEXTED_TOPICS } from '../../messages/notices.ts';
import type { WriteMessage } from '../../messages/templates.ts';
import type { Message, MessageTemplate, NoticeAction, NoticeTopic, Recipient } from '../../ports/senders.ts';
import type { Clock } from '../../ports/system.ts';
import { isLocale } from '../../presentation/locale.ts';
import type { Render } from '../pages/page-contract.ts';
import { showHtml, showMessage } from './message.ts';

export interface Samples {
  readonly write: WriteMessage;
  readonly tenants: readonly Pick<Tenant, 'id' | 'name'>[];
  readonly issuer: string;
  readonly clock: Clock;
}

type Channel = Message['channel'];

/** A domain reserved for examples (RFC 2606, 3). Nothing is sent to either contact. */
const TO: Readonly<Record<Channel, string>> = { email: 'bob@example.com', sms: '+31612345678' };
const CODE = '123456';
const LIFE_MS = 90_000;
/** Two weeks of grace. */
const GRACE_MS = 14 * 24 * 60 * 60 * 1000;
const RESET_LIFE_MS = 30 * 60_000;
const DAY_MS = 86_400_000;
const BROWSER = 'Firefox, Linux';

/** The purposes of codes to a telephone number. The other ones prove an e-mail address. */
const TEXTED_PURPOSES: readonly Purpose[] = ['sign-in', 'set-up'];

export function createSampleRoutes({ write, tenants, issuer, clock, render }: Samples & { render: Render }) {
  const router = new Router({ prefix: '/dev/mail' });

  router.get('/', showAll);
  router.get('/:channel/:template/:locale', showOne);
  router.get('/:channel/:template/:locale/html', showHtmlOfOne);

  function showAll(ctx: Context): void {
    const tenantId = tenantOf(ctx);
    const listOf = (channel: Channel, locale: Locale) =>
      [...templatesAt(clock.now(), issuer)]
        .filter(([, template]) => channel === 'email' || isTexted(template))
        .map(([name, template]) => {
          const [words = ''] = write(to(channel, locale, tenantId), template).text.split('\n', 1);
          return { words, href: `/dev/mail/${channel}/${name}/${locale}${queryOf(tenantId)}` };
        });
    render(ctx, 'mail-samples', {
      tenants: tenants.map(({ id, name }) => {
        return { name, href: `/dev/mail${queryOf(id)}`, isCurrent: id === tenantId };
      }),
      languages: LOCALES.map((locale) => {
        return { locale, mails: listOf('email', locale), texts: listOf('sms', locale) };
      }),
    });
  }

  function showOne(ctx: Context): void {
    const message = sampleOf(ctx);
    if (!message) return;
    const tenant = queryOf(tenantOf(ctx));
    const frameHref = message.html === null ? null : `${ctx.path}/html${tenant}`;
    const language = isLocale(ctx.params.locale) ? ctx.params.locale : null;
    const about = { sentAt: clock.now(), language, backHref: `/dev/mail${tenant}`, isSample: true };
    showMessage(ctx, render, { ...message, ...about, frameHref });
  }

  function showHtmlOfOne(ctx: Context): void {
    const html = sampleOf(ctx)?.html ?? null;
    if (html !== null) showHtml(ctx, html);
  }

  /** Null when the path names no template. */
  function sampleOf(ctx: Context): Message | null {
    const { channel, template: name, locale } = ctx.params;
    const template = templatesAt(clock.now(), issuer).get(String(name));
    if (!template || !isLocale(locale) || (channel !== 'email' && channel !== 'sms')) return null;
    return write(to(channel, locale, tenantOf(ctx)), template);
  }

  /** The requested tenant. The first tenant when the request names none, or an unknown one. */
  function tenantOf({ query }: Context): string {
    const asked = tenants.find(({ id }) => id === query.tenant);
    return (asked ?? tenants[0])?.id ?? '';
  }

  return router;
}

/** Whether the template is also sent as a text message. An administrator gets a notice about somebody else by mail alone. */
function isTexted(template: MessageTemplate): boolean {
  if (template.kind === 'code') return TEXTED_PURPOSES.includes(template.purpose);
  return template.kind === 'notice' && template.about === null && TEXTED_TOPICS.has(template.topic);
}

function to(channel: Channel, locale: Locale, tenantId: string): Recipient {
  return { channel, to: TO[channel], tenantId, locale };
}

function queryOf(tenantId: string): string {
  return tenantId === '' ? '' : `?${new URLSearchParams({ tenant: tenantId })}`;
}

const ORIGIN = {
  browser: 'Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/140.0',
  network: '192.0.2.0/24',
  place: { city: 'Utrecht', country: 'NL' },
};

/** One sample of each template, by the name in its path. */
function templatesAt(atMs: number, issuer: string): ReadonlyMap<string, MessageTemplate> {
  const url = new URL('/', issuer).href;
  const code = { kind: 'code', code: CODE, expiresAt: atMs + LIFE_MS, confirmUrl: null } as const;
  const notice = (
    topic: NoticeTopic,
    over: Partial<Extract<MessageTemplate, { kind: 'notice' }>> = {},
  ): MessageTemplate => {
    const nothing = { method: null, replaced: null, until: null, left: null, application: null, about: null };
    return { kind: 'notice', topic, atMs, notMeUrl: url, ...nothing, ...over };
  };
  const resetAction = (kind: NoticeAction) => ({ notMeUrl: null, action: { kind, url } });
  return new Map<string, MessageTemplate>([
    ['code-sign-in', { ...code, purpose: 'sign-in' }],
    ['code-set-up', { ...code, purpose: 'set-up' }],
    ['code-set-up-proof', { ...code, purpose: 'set-up-proof', confirmUrl: url }],
    ['code-change-email', { ...code, purpose: 'change-email' }],
    ['confirm-address', { kind: 'confirm-address', confirmUrl: url }],
    ['reset-password', { kind: 'reset-password', resetUrl: url, expiresAt: atMs + RESET_LIFE_MS }],
    ['factor-added', notice('factor-added', { method: 'totp' })],
    ['factor-removed', notice('factor-removed', { method: 'passkey' })],
    ['factor-replaced', notice('factor-replaced', { method: 'passkey', replaced: 'totp' })],
    ['removed-by-administrator', notice('removed-by-administrator', { method: 'totp' })],
    ['factor-suspended', notice('factor-suspended', { method: 'totp' })],
    ['factor-resumed', notice('factor-resumed', { method: 'totp' })],
    ['pass-issued', notice('pass-issued')],
    ['set-up-postponed', notice('set-up-postponed', { until: atMs + GRACE_MS })],
    ['recovery-made', notice('recovery-made')],
    ['recovery-used', notice('recovery-used', { left: 3 })],
    ['phone-changed', notice('phone-changed')],
    ['email-change-asked', notice('email-change-asked', { email: 'b••••••@h••••••' })],
    ['new-address', { kind: 'new-address', use: 'account', confirmUrl: url }],
    ['address-taken', { kind: 'address-taken' }],
    ['email-changed', notice('email-changed', { notMeUrl: null, restoreUrl: url })],
    ['email-restored', notice('email-restored')],
    ['new-address-notices', { kind: 'new-address', use: 'notices', confirmUrl: url }],
    ['notification-email-changed', notice('notification-email-changed')],
    ['notification-email-removed', notice('notification-email-removed')],
    ['new-sign-in', notice('new-sign-in', { application: 'Shop', origin: ORIGIN })],
    ['password-changed', notice('password-changed')],
    ['token-replayed', notice('token-replayed', { application: 'Shop' })],
    ['trust-ended', notice('trust-ended')],
    ['invitation', { kind: 'invitation', url, workspace: 'acme', expiresAt: atMs + 7 * DAY_MS }],
    ['joined', notice('joined')],
    ['reset-requested', notice('reset-requested', { ...resetAction('cancel-reset'), browser: BROWSER })],
    [
      'reset-requested-about',
      notice('reset-requested', { notMeUrl: null, about: TO.email, browser: BROWSER }),
    ],
    ['reset-filed', notice('reset-filed', resetAction('cancel-filed'))],
    ['reset-filed-about', notice('reset-filed', { notMeUrl: null, about: TO.email })],
    ['reset-approved', notice('reset-approved', { ...resetAction('cancel-reset'), effectAt: atMs + DAY_MS })],
    ['reset-refused', notice('reset-refused', { notMeUrl: null })],
    ['reset-cancelled', notice('reset-cancelled', { notMeUrl: null })],
    ['reset-done', notice('reset-done', resetAction('set-up'))],
    ['removal-reported', notice('removal-reported', { notMeUrl: null })],
    ['removal-reported-about', notice('removal-reported', { notMeUrl: null, about: TO.email })],
    ['reported', notice('reported', { notMeUrl: null })],
    ['reported-about', notice('reported', { notMeUrl: null, about: TO.email })],
  ]);
}

/** Turns a page's model into an answer. Views are compiled at start; output is escaped and never cached. */
import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import type { TemplateFunction } from 'ejs';
import type { Context } from 'koa';
import type { Locale } from '../../domain/account.ts';
import { PLAIN_WORDS } from '../../domain/methods/contract.ts';
import { traitsOf } from '../../domain/methods/index.ts';
import type { MethodName } from '../../domain/methods/method.ts';
import type { Tenant } from '../../domain/tenant.ts';
import type { Clock } from '../../ports/system.ts';
import { type Language, loadLanguages } from '../../presentation/languages.ts';
import type { Translate } from '../../presentation/locale.ts';
import { paragraphs, webAddress } from '../../presentation/plain-text.ts';
import { brandsOf } from '../../presentation/tenant-brands.ts';
import { unbroken } from '../../presentation/unbroken.ts';
import { compileView, VIEWS_FOLDER } from '../../presentation/views.ts';
import { ownPath, pagePath } from '../guards/return-path.ts';
import { NOTHING_TYPED, type TypedFields } from '../guards/typed-fields.ts';
import { type AssetName, brandStylePath, loadAssets, logoPath } from './asset-files.ts';
import { pageLocaleAt } from './locale.ts';
import type { PageContext, PageName, Pages, Render } from './page-contract.ts';
import { fieldsOf, phrasesOf, retryAfter, type Subject, statusOf } from './refusals.ts';
import { helpPath, OWN_SITE, type Site } from './site.ts';

export interface RendererOptions {
  readonly tenants: readonly Tenant[];
  readonly issuer: string;
  readonly clock: Clock;
  /** In development every page has a notice and a link to the outbox. */
  readonly isDevelopment: boolean;
  readonly site?: Site;
  /** Keeps what was typed when the language is switched. Default: nothing is kept. */
  readonly typedFields?: Pick<TypedFields, 'take'> | undefined;
  /** A folder with one view for each page of a method that the host adds. A view has the name of its page. */
  readonly addedViews?: URL | undefined;
}

const VIEWS: Readonly<Record<PageName, string> & Record<string, string>> = {
  'sign-in': 'sign-in/sign-in',
  'select-account': 'sign-in/select-account',
  'choose-method': 'second-factor/choose-method',
  'enter-code': 'second-factor/enter-code',
  'use-passkey': 'second-factor/use-passkey',
  'offer-passkey': 'second-factor/offer-passkey',
  'recovery-used': 'second-factor/recovery-used',
  'set-up-choose': 'second-factor/set-up-choose',
  'set-up-proof': 'second-factor/set-up-proof',
  'set-up-totp': 'second-factor/set-up-totp',
  'set-up-email': 'second-factor/set-up-email',
  'set-up-sms': 'second-factor/set-up-sms',
  'set-up-passkey': 'second-factor/set-up-passkey',
  'set-up-finish': 'account/set-up-finish',
  'recovery-codes': 'second-factor/recovery-codes',
  consent: 'consent/consent',
  'sign-out': 'oidc-pages/sign-out',
  'signed-out': 'oidc-pages/signed-out',
  'switch-account': 'oidc-pages/switch-account',
  'device-code': 'device/device-code',
  'device-confirm': 'device/device-confirm',
  'device-done': 'device/device-done',
  'form-post': 'oidc-pages/form-post',
  'confirm-email': 'email-links/confirm-email',
  'not-me': 'email-links/not-me',
  'forgot-password': 'password-reset/forgot-password',
  'reset-password': 'password-reset/reset-password',
  invitation: 'email-links/invitation',
  'request-reset': 'second-factor/request-reset',
  'cancel-reset': 'email-links/cancel-reset',
  'set-up-again': 'email-links/set-up-again',
  account: 'account/account',
  password: 'account/password',
  'change-email': 'email-links/change-email',
  'confirm-notices': 'email-links/confirm-notices',
  'restore-email': 'email-links/restore-email',
  'change-email-code': 'account/change-email-code',
  sessions: 'account/sessions',
  security: 'account/security',
  help: 'help/help',
  'admin-overview': 'admin/overview',
  'admin-users': 'admin/users',
  'admin-invite': 'admin/invite',
  'admin-security': 'admin/security',
  'admin-preview': 'admin/preview',
  'admin-campaigns': 'admin/campaigns',
  'admin-campaign': 'admin/campaign',
  'admin-campaign-preview': 'admin/campaign-preview',
  'admin-requests': 'admin/requests',
  'admin-request': 'admin/request',
  'admin-whatif': 'admin/whatif',
  'admin-user': 'admin/person',
  'admin-audit': 'admin/audit',
  'confirm-removal': 'account/confirm-removal',
  demo: 'demo/demo',
  'demo-signed-in': 'demo/signed-in',
  'demo-api': 'demo/api',
  'demo-error': 'demo/error',
  outbox: 'ops/outbox',
  'outbox-message': 'ops/outbox-message',
  'mail-samples': 'ops/mail-samples',
  error: 'error',
};

/** Every variable that a view can name. A model's fields become neither variables nor options of the engine. */
const LOCALS = [
  'page',
  'model',
  'title',
  't',
  'methodName',
  'lang',
  'dates',
  'partial',
  'part',
  'refusal',
  'pageContext',
  'typed',
  'brand',
  'place',
  'asset',
  'paragraphs',
  'unbroken',
  'webAddress',
  'inlineStyle',
  'body',
] as const;

type Locals = Readonly<Partial<Record<(typeof LOCALS)[number], unknown>>>;

/** Seconds for `Retry-After` while a store is unavailable. A restart takes about as long. */
const UNAVAILABLE_RETRY = '5';

export function createRenderer(options: RendererOptions): Render {
  const { tenants, issuer, clock, isDevelopment, site = OWN_SITE, typedFields } = options;
  const views = compileViews(options.addedViews);
  const speak = loadLanguages(clock);
  const localeOf = pageLocaleAt(site);
  const assets = loadAssets(site);
  const brandFor = brandsOf(tenants, {
    style: (tenantId) => brandStylePath(site, tenantId),
    logo: (tenantId) => logoPath(site, tenantId),
  });
  const { host } = new URL(issuer);
  const inlineStyle = assets['doublelock.css'].body.toString();
  const inlineHash = createHash('sha256').update(inlineStyle).digest('base64');

  return (ctx, page, model, pageContext = {}) => {
    const tenant = tenants.find(({ id }) => id === pageContext.tenantId) ?? null;
    const lang = localeOf(ctx, {
      uiLocales: pageContext.uiLocales,
      chosen: pageContext.locale ?? null,
      tenant,
    });
    const { t, dates } = speak(lang, tenant);
    const locals = {
      page,
      model,
      title: titleOf(page, model, { t, lang }),
      t,
      methodName: (method: MethodName) => (traitsOf(method) ? t(`method.${method}.name`) : method),
      lang,
      dates,
      refusal: refusalView(pageContext, subjectOf(page, model), { t, dates }),
      pageContext,
      typed: typedFields?.take(ctx) ?? NOTHING_TYPED,
      brand: brandFor(tenant, lang),
      place: {
        host,
        isDevelopment,
        root: site.root,
        help: site.hasHelp ? helpPath : null,
        returnTo: pagePath(ctx) ?? ownPath(ctx.originalUrl) ?? '/',
      },
      asset: (name: AssetName) => assets[name].path,
      paragraphs,
      unbroken,
      webAddress,
      inlineStyle: isElsewhere(page, model) ? inlineStyle : null,
    };
    prepareAnswer(ctx, pageContext, clock.now());
    if (locals.inlineStyle !== null) {
      const policy = ctx.response.get('Content-Security-Policy');
      ctx.set(
        'Content-Security-Policy',
        policy.replace(/style-src [^;]+/, `style-src 'sha256-${inlineHash}'`),
      );
    }
    ctx.set('Content-Language', lang);
    ctx.body = views('layout', { ...locals, body: views(VIEWS[page] ?? page, locals) });
  };
}

/**
 * Sets the status, the type and the cache rules, for a host's renderer too. The middleware sets the
 * Content-Security-Policy.
 */
export function prepareAnswer(ctx: Context, { status, refusal }: PageContext, now: number): void {
  ctx.status = status ?? (refusal ? statusOf(refusal) : 200);
  ctx.type = 'text/html; charset=utf-8';
  ctx.set('Cache-Control', 'no-store');
  const seconds = refusal ? retryAfter(refusal, now) : null;
  if (seconds !== null) ctx.set('Retry-After', String(seconds));
  else if (ctx.status === 503) ctx.set('Retry-After', UNAVAILABLE_RETRY);
}

/** A page at another host than the issuer's, which serves no static files and takes no forms. */
function isElsewhere<P extends PageName>(page: P, model: Pages[P]): boolean {
  return page === 'error' && (model as Pages['error']).title === 'misdirected';
}

function titleOf<P extends PageName>(
  page: P,
  model: Pages[P],
  { t, lang }: { readonly t: Translate; readonly lang: Locale },
): string {
  if ('texts' in model) return model.texts[lang][model.topic].title;
  if (page === 'error') {
    const { title } = model as Pages['error'];
    return t(`error.${title}.title`);
  }
  if (page === 'confirm-removal') {
    const { kind, name, method } = model as Pages['confirm-removal'];
    const shown = name ?? t(method === null ? 'security.browser_unknown' : `method.${method}.name`);
    return t(`confirm-removal.${kind}.title`, { name: shown });
  }
  if ('isDone' in model && model.isDone) return t(`${page}.done_title`);
  const client = 'clientName' in model && model.clientName !== null ? model.clientName : '';
  return t(`${page}.title`, { client });
}

/** The pages of an enrolment at which a sent code is typed. */
const SENT_AT: readonly PageName[] = ['set-up-proof', 'set-up-email', 'set-up-sms', 'change-email-code'];

function subjectOf<P extends PageName>(page: P, model: Pages[P]): Subject {
  if (page === 'error') return isOfLink((model as Pages['error']).title) ? 'link' : PLAIN_WORDS;
  if (SENT_AT.includes(page)) return 'sent';
  if (page === 'device-code') return 'device';
  if (page === 'forgot-password') return 'reset';
  if (page !== 'enter-code') return PLAIN_WORDS;
  const { method } = model as Pages['enter-code'];
  return traitsOf(method)?.words ?? PLAIN_WORDS;
}

function isOfLink(title: Pages['error']['title']): boolean {
  return title.endsWith('-gone') || title.startsWith('invitation-');
}

function refusalView({ refusal }: PageContext, subject: Subject, { t, dates }: Language) {
  if (!refusal) return null;
  const sentences = phrasesOf(refusal, subject).map(({ key, count, until }) => {
    const when = until === undefined ? {} : { when: dates.wait(until) };
    return t(key, { ...(count !== undefined && { count }), ...when });
  });
  return { code: refusal.code, text: sentences.join(' '), fields: fieldsOf(refusal) };
}

/** Compiles every view once. A view includes another one through `partial`. */
function compileViews(added: URL | undefined): (view: string, locals: Locals) => string {
  const compiled = new Map<string, TemplateFunction>();
  for (const name of viewsIn(VIEWS_FOLDER).filter((view) => !view.startsWith('mail/')))
    compiled.set(name, compileView(name, LOCALS));
  for (const name of added ? viewsIn(added) : []) compiled.set(name, compileView(name, LOCALS, added));
  const show = (view: string, locals: Locals): string => {
    const template = compiled.get(view);
    if (template === undefined) throw new Error(`no view is called ${view}`);
    const partial = (name: string, part: unknown): string => show(`partials/${name}`, { ...locals, part });
    return template({ ...locals, partial });
  };
  return show;
}

function viewsIn(folder: URL): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ejs'))
    .map((name) => name.replaceAll('\\', '/').replace(/\.ejs$/, ''));
}

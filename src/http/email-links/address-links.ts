/** The pages behind the links that confirm a new address, and behind the link that restores a former one. */
import type Router from '@koa/router';
import type { Context } from 'koa';
import { type Account, shownEmail } from '../../domain/account.ts';
import type { Outcome, Refusal } from '../../domain/refusal.ts';
import type { EmailChange } from '../../use-cases/account/email/email-change.ts';
import type { EmailRestoration } from '../../use-cases/account/email/email-restoration.ts';
import type { OwnDetails } from '../../use-cases/account/own-details.ts';
import type { Passwords } from '../../use-cases/account/passwords/passwords.ts';
import type { FormTokens } from '../guards/forms.ts';
import type { KnownBrowser } from '../guards/known-browser.ts';
import { ownerContext, showLinkGone } from '../pages/link-pages.ts';
import type { Render } from '../pages/page-contract.ts';

export interface AddressLinksDeps {
  readonly emailChange: Pick<EmailChange, 'whose' | 'changedBy' | 'confirm'>;
  readonly ownDetails: Pick<OwnDetails, 'whose' | 'confirmedBy' | 'confirmSecondAddress'>;
  readonly emailRestoration: EmailRestoration;
  readonly passwords: Pick<Passwords, 'shortest'>;
  readonly knownBrowser: Pick<KnownBrowser, 'idFor' | 'remember'>;
  readonly forms: FormTokens;
  readonly render: Render;
}

/** A link that confirms an address by one button. */
interface ConfirmingLink {
  readonly page: 'change-email' | 'confirm-notices';
  readonly whose: (token: string) => Promise<{ readonly account: Account; readonly email: string } | null>;
  /** The account that has used the link, and the address that it has confirmed. */
  readonly usedBy: (token: string) => Promise<{ readonly account: Account; readonly email: string } | null>;
  readonly confirm: (ctx: Context, token: string) => Promise<Outcome<Account>>;
}

export const ADDRESS_LINK_PATHS = ['/change-email', '/confirm-notices', '/restore-email'] as const;

export function addAddressLinkRoutes(router: Router, deps: AddressLinksDeps): void {
  const { emailChange, ownDetails, emailRestoration, passwords, knownBrowser, forms, render } = deps;

  const links: readonly ConfirmingLink[] = [
    {
      page: 'change-email',
      whose: emailChange.whose,
      usedBy: async (token) => withAddress(await emailChange.changedBy(token), ({ email }) => email),
      confirm: confirmNewAddress,
    },
    {
      page: 'confirm-notices',
      whose: ownDetails.whose,
      usedBy: async (token) =>
        withAddress(await ownDetails.confirmedBy(token), ({ notificationEmail }) => notificationEmail ?? ''),
      confirm: (ctx, token) => ownDetails.confirmSecondAddress(token, ctx.ip),
    },
  ];
  for (const link of links) {
    router.get(`/${link.page}/:token`, (ctx) => ask(ctx, link));
    router.post(`/${link.page}/:token`, (ctx) => confirm(ctx, link));
  }
  router.get('/restore-email/:token', (ctx) => askPassword(ctx, null));
  router.post('/restore-email/:token', restore);

  async function ask(ctx: Context, { page, whose, usedBy }: ConfirmingLink): Promise<void> {
    const token = tokenOf(ctx);
    const used = ctx.query.done === undefined ? null : await usedBy(token);
    const found = used ?? (await whose(token));
    if (!found) return gone(ctx);
    const { account, email } = found;
    const model = { form: forms.form(ctx.path, token), email: shownEmail(email), isDone: used !== null };
    render(ctx, page, model, ownerContext(account));
  }

  async function confirm(ctx: Context, link: ConfirmingLink): Promise<void> {
    const token = tokenOf(ctx);
    await forms.read(ctx, token);
    const outcome = await link.confirm(ctx, token);
    if (!outcome.ok) return gone(ctx);
    done(ctx);
  }

  /** A browser that the owner has signed in from stays known under the new address. */
  async function confirmNewAddress(ctx: Context, token: string): Promise<Outcome<Account>> {
    const before = await emailChange.whose(token);
    const outcome = await emailChange.confirm(token, ctx.ip);
    const isKnown = before !== null && knownBrowser.idFor(ctx, before.account.email) !== null;
    if (outcome.ok && isKnown) knownBrowser.remember(ctx, outcome.value);
    return outcome;
  }

  async function askPassword(ctx: Context, refusal: Refusal | null): Promise<void> {
    const token = tokenOf(ctx);
    const found = await emailRestoration.whose(token);
    const account =
      found?.account ?? (ctx.query.done === undefined ? null : await emailRestoration.restoredBy(token));
    if (!account) return gone(ctx);
    const email = found?.former.email ?? account.email;
    const model = {
      form: forms.form(ctx.path, token),
      email: shownEmail(email),
      shortest: passwords.shortest(account),
      isDone: found === null,
    };
    render(ctx, 'restore-email', model, { ...ownerContext(account), refusal });
  }

  async function restore(ctx: Context): Promise<void> {
    const token = tokenOf(ctx);
    const { password = '' } = await forms.read(ctx, token);
    const outcome = await emailRestoration.restore(token, password, ctx.ip);
    if (outcome.ok) return done(ctx);
    if (outcome.refusal.code === 'session_expired') return gone(ctx);
    await askPassword(ctx, outcome.refusal);
  }

  function gone(ctx: Context): void {
    showLinkGone(ctx, render, { title: 'address-link-gone' });
  }
}

function withAddress(account: Account | null, emailOf: (account: Account) => string) {
  return account && { account, email: emailOf(account) };
}

function tokenOf(ctx: Context): string {
  return String(ctx.params.token);
}

function done(ctx: Context): void {
  ctx.status = 303;
  ctx.redirect(`${ctx.path}?done=1`);
}

/** The page for `prompt=select_account`: to continue as the account of the session, or to sign in with another one. */

import type Router from '@koa/router';
import type { Context } from 'koa';
import { shownEmail } from '../../domain/account.ts';
import { SELECT_ACCOUNT } from '../../oidc/requests/select-account.ts';
import {
  type InteractionEnding,
  InteractionGone,
  type InteractionView,
  type ProviderSession,
} from '../../oidc/session/provider-session.ts';
import type { FindAccount } from '../../use-cases/account/find-account.ts';
import type { FormTokens } from '../guards/forms.ts';
import type { PageContext, Render } from '../pages/page-contract.ts';

export interface SelectAccountDeps {
  readonly session: Pick<ProviderSession, 'interaction' | 'end'>;
  readonly findAccount: FindAccount;
  readonly forms: FormTokens;
  readonly render: Render;
  readonly clientName: (clientId: string) => string;
  readonly clientTenant: (clientId: string) => string | null;
}

const CANCELLED = { error: 'access_denied', description: 'the person left the sign-in' } as const;

export function selectAccountAddress(uid: string): string {
  return `/interaction/${uid}/select-account`;
}

/** Adds the page to the router of an interaction. */
export function addSelectAccount(router: Router, needs: SelectAccountDeps): void {
  const { session, findAccount, forms, render, clientName, clientTenant } = needs;

  router.get('/select-account', page);
  router.post('/select-account', choose);

  async function page(ctx: Context): Promise<void> {
    const view = await session.interaction(ctx, [SELECT_ACCOUNT]);
    await show(ctx, view);
  }

  async function show(ctx: Context, view: InteractionView, context: PageContext = {}): Promise<void> {
    const account = view.session && (await findAccount(view.session.accountId));
    if (!account) throw new InteractionGone('nobody is signed in');
    const form = forms.form(selectAccountAddress(view.uid), view.uid);
    const { name, email, tenantId, locale } = account;
    const { ui_locales: uiLocales } = view.params;
    const model = {
      form,
      name,
      email: shownEmail(email),
      clientName: clientName(view.clientId),
      cancel: form,
    };
    render(ctx, 'select-account', model, {
      tenantId: clientTenant(view.clientId) ?? tenantId,
      locale,
      ...(typeof uiLocales === 'string' ? { uiLocales } : {}),
      ...context,
    });
  }

  async function choose(ctx: Context): Promise<void> {
    const view = await session.interaction(ctx, [SELECT_ACCOUNT]);
    const ending = endingOf(await forms.read(ctx, view.uid));
    if (!ending) return show(ctx, view, { refusal: { code: 'field_invalid', field: 'continue' } });
    ctx.status = 303;
    ctx.redirect(await session.end(ctx, ending));
  }
}

/** Null for a form without any of the buttons. */
function endingOf(fields: Readonly<Record<string, string>>): InteractionEnding | null {
  if ('cancel' in fields) return CANCELLED;
  if ('other' in fields) return { selection: { other: true } };
  return 'continue' in fields ? { selection: { other: false } } : null;
}

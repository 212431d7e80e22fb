/** One message as its recipient would see it: its headers, its text, and its HTML part in a frame that can do nothing. */
import type { Context } from 'koa';
import type { Pages, Render } from '../pages/page-contract.ts';

type Shown = Pages['outbox-message'];

/** Inline style is what mails are made of; nothing else is let in, and nobody but our own pages frames it. */
const MAIL_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox";

export function showMessage(ctx: Context, render: Render, model: Shown): void {
  render(ctx, 'outbox-message', model);
  // Of all our pages this one alone has a frame in it.
  const policy = ctx.response.get('Content-Security-Policy');
  ctx.set('Content-Security-Policy', policy === '' ? "frame-src 'self'" : `${policy}; frame-src 'self'`);
}

/** The HTML part by itself. */
export function showHtml(ctx: Context, html: string): void {
  ctx.set('Content-Security-Policy', MAIL_POLICY);
  ctx.set('X-Frame-Options', 'SAMEORIGIN');
  ctx.set('Cache-Control', 'no-store');
  ctx.type = 'text/html; charset=utf-8';
  ctx.body = html;
}

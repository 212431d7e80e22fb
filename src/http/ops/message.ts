/** Shows one message as its recipient would see it: its headers, its text, and its HTML part in a sandboxed frame. */
import type { Context } from 'koa';
import type { Pages, Render } from '../pages/page-contract.ts';

type Shown = Pages['outbox-message'];

/** Mails use inline styles. The policy allows nothing else, and only our own pages may frame the HTML part. */
const MAIL_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox";

export function showMessage(ctx: Context, render: Render, model: Shown): void {
  render(ctx, 'outbox-message', model);
  // No other page contains a frame, so the general policy does not allow one.
  const policy = ctx.response.get('Content-Security-Policy');
  ctx.set('Content-Security-Policy', policy === '' ? "frame-src 'self'" : `${policy}; frame-src 'self'`);
}

/** Answers with the HTML part alone. */
export function showHtml(ctx: Context, html: string): void {
  ctx.set('Content-Security-Policy', MAIL_POLICY);
  ctx.set('X-Frame-Options', 'SAMEORIGIN');
  ctx.set('Cache-Control', 'no-store');
  ctx.type = 'text/html; charset=utf-8';
  ctx.body = html;
}

/** The outbox of development: captured messages, as pages and as JSON. */
import { createHash } from 'node:crypto';
import Router from '@koa/router';
import type { Context } from 'koa';
import type { OutboxMessage } from '../../ports/senders.ts';
import type { Render } from '../pages/page-contract.ts';
import { showHtml, showMessage } from './message.ts';

type Row = OutboxMessage & { readonly sentAt: number };

export interface Outbox {
  /** Newest first. */
  readonly list: (limit: number) => Promise<readonly Row[]>;
}

interface OutboxRoutesDeps {
  readonly outbox: Outbox;
  readonly render: Render;
}

const MOST_MESSAGES = 100;

export function createOutboxRoutes({ outbox, render }: OutboxRoutesDeps): Router {
  const router = new Router();

  router.get('/dev/outbox', showOutbox);
  router.get('/dev/outbox.json', showAsJson);
  router.get('/dev/outbox/:id', showOne);
  router.get('/dev/outbox/:id/html', showHtmlOfOne);

  async function showOutbox(ctx: Context): Promise<void> {
    const messages = await outbox.list(MOST_MESSAGES);
    render(ctx, 'outbox', {
      messages: messages.map((row) => ({ ...row, href: `/dev/outbox/${idOf(row)}` })),
      samplesHref: '/dev/mail',
    });
  }

  async function showAsJson(ctx: Context): Promise<void> {
    const messages = await outbox.list(MOST_MESSAGES);
    ctx.set('Cache-Control', 'no-store');
    ctx.body = messages.map(({ sentAt, channel, to, subject, text }) => {
      return { channel, to, subject, text, sent_at: new Date(sentAt).toISOString() };
    });
  }

  /** An unknown id gets the same answer as an unknown path. */
  async function showOne(ctx: Context): Promise<void> {
    const row = await find(ctx);
    if (!row) return;
    const frameHref = row.html === null ? null : `/dev/outbox/${idOf(row)}/html`;
    showMessage(ctx, render, { ...row, frameHref, language: null, backHref: '/dev/outbox', isSample: false });
  }

  async function showHtmlOfOne(ctx: Context): Promise<void> {
    const html = (await find(ctx))?.html ?? null;
    if (html !== null) showHtml(ctx, html);
  }

  async function find({ params }: Context): Promise<Row | null> {
    const messages = await outbox.list(MOST_MESSAGES);
    return messages.find((row) => idOf(row) === params.id) ?? null;
  }

  return router;
}

/**
 * The id is a digest of the content, since a position changes with every message. Two messages with one id are
 * equal.
 */
function idOf({ sentAt, channel, to, subject, text }: Row): string {
  const all = JSON.stringify([sentAt, channel, to, subject, text]);
  return createHash('sha256').update(all).digest('base64url').slice(0, 22);
}

/** Sends the files of the console. The next piece is made when the browser has taken the last one. */
import { Readable } from 'node:stream';
import type { Context } from 'koa';

export interface DownloadKind {
  readonly name: string;
  /** A media type. */
  readonly type: string;
}

export const CSV_TYPE = 'text/csv; charset=utf-8';

/**
 * The first piece is made before the answer begins, so that a store that is away is told as such. A later failure ends the
 * connection: a browser then keeps no file that looks complete.
 */
export async function sendDownload(
  ctx: Context,
  { name, type }: DownloadKind,
  pieces: AsyncIterable<string | Uint8Array>,
): Promise<void> {
  const rest = pieces[Symbol.asyncIterator]();
  const first = await rest.next();
  async function* all() {
    try {
      for (let piece = first; !piece.done; piece = await rest.next()) yield piece.value;
    } finally {
      await rest.return?.();
    }
  }
  ctx.status = 200;
  ctx.attachment(name);
  ctx.type = type;
  ctx.set('Cache-Control', 'no-store');
  // One piece at a time: the stream counts pieces, not bytes.
  ctx.body = Readable.from(all(), { highWaterMark: 1 });
}

/** The texts with a head before the first of them. The head alone, where there is none. */
export async function* withHead(head: string, texts: AsyncIterable<string>): AsyncGenerator<string> {
  let before = head;
  for await (const text of texts) {
    yield before + text;
    before = '';
  }
  if (before !== '') yield before;
}

/**
 * Reads a form with one file (`multipart/form-data`, RFC 7578) into memory, within strict limits. Its fields are checked as
 * those of every other form.
 */
import type { IncomingMessage } from 'node:http';
import { Busboy, type BusboyInstance } from '@fastify/busboy';
import type { Context } from 'koa';
import { BadForm, keepFields } from './forms.ts';

/** The only field that may be a file. */
const FILE_FIELD = 'file';
const MOST_FILE_BYTES = 2 * 1024 * 1024;
/** Bytes of the other fields, and of what stands between the parts. */
const MOST_OTHER_BYTES = 64 * 1024;
const MOST_BYTES = MOST_FILE_BYTES + MOST_OTHER_BYTES;

const LIMITS = {
  files: 1,
  fileSize: MOST_FILE_BYTES,
  fields: 10,
  parts: 11,
  fieldNameSize: 40,
  fieldSize: 32 * 1024,
  headerPairs: 20,
  headerSize: 8 * 1024,
};

const files = new WeakMap<IncomingMessage, Uint8Array>();

const UNREADABLE = 'the form could not be read';
const TOO_LARGE = 'the file is too large';

export function isUpload(ctx: Context): boolean {
  return ctx.method === 'POST' && ctx.is('multipart/form-data') === 'multipart/form-data';
}

/** The file of a form that was read. Empty when there is none. */
export function fileOf(ctx: Context): Uint8Array {
  return files.get(ctx.req) ?? new Uint8Array();
}

/**
 * Throws 413 past 2 MiB, and 400 for a malformed or compressed body and a second file. The rest of
 * a refused body stays unread.
 */
export async function readUpload(ctx: Context): Promise<void> {
  if (ctx.get('content-encoding')) throw new BadForm(400, 'compressed forms are not read');
  if (Number(ctx.get('content-length')) > MOST_BYTES) throw new BadForm(413, TOO_LARGE);
  const { entries, file } = await partsOf(ctx.req, parserOf(ctx));
  keepFields(ctx, entries);
  files.set(ctx.req, file);
}

function parserOf(ctx: Context): BusboyInstance {
  try {
    const isPartAFile = (field: string | undefined) => field === FILE_FIELD;
    return new Busboy({
      headers: { 'content-type': ctx.get('content-type') },
      limits: LIMITS,
      isPartAFile,
    });
  } catch {
    throw new BadForm(400, UNREADABLE);
  }
}

interface Parts {
  readonly entries: readonly (readonly [string, string])[];
  readonly file: Uint8Array;
}

function partsOf(request: IncomingMessage, parser: BusboyInstance): Promise<Parts> {
  return new Promise((resolve, reject) => {
    const entries: [string, string][] = [];
    const chunks: Buffer[] = [];
    let bytes = 0;

    function refuse(status: 400 | 413, message: string): void {
      request.unpipe(parser).off('data', count).off('close', leave);
      reject(new BadForm(status, message));
    }
    function count(chunk: Buffer): void {
      bytes += chunk.length;
      if (bytes > MOST_BYTES) refuse(413, TOO_LARGE);
    }
    /** The browser has left before the whole form arrived. */
    function leave(): void {
      if (!request.readableEnded) refuse(400, UNREADABLE);
    }

    parser.on('field', (name, value, isNameCut, isCut) => {
      if (isNameCut || isCut) refuse(413, 'a field is too long');
      entries.push([name, value]);
    });
    parser.on('file', (_, stream) => {
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('limit', () => refuse(413, TOO_LARGE));
      // The parser tells the same failure.
      stream.on('error', () => {});
    });
    for (const limit of ['filesLimit', 'fieldsLimit', 'partsLimit'] as const)
      parser.on(limit, () => refuse(400, 'too many fields'));
    parser.on('error', () => refuse(400, UNREADABLE));
    parser.on('finish', () => {
      request.off('data', count).off('close', leave);
      resolve({ entries, file: Buffer.concat(chunks) });
    });
    request.on('data', count).on('close', leave).pipe(parser);
  });
}

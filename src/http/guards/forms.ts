/** Reads a form as a flat record of strings, and checks that it is one of ours. */
import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Context } from 'koa';
import getRawBody from 'raw-body';
import type { Cipher } from '../../ports/system.ts';
import type { Form } from '../pages/page-parts.ts';

export type Fields = Readonly<Record<string, string>>;

/** A request that no page of ours makes. The answer is the `error` page with this status. */
export class BadForm extends Error {
  override name = 'BadForm';
  readonly status: number;

  constructor(status: 400 | 403 | 413, message: string) {
    super(message);
    this.status = status;
  }
}

/** The largest form of ours has a dozen short fields. */
const MOST_BYTES = 32 * 1024;
const MOST_FIELDS = 50;
const FIELD_NAME = /^[a-z_][a-z_-]{0,39}$/;

const parsedForms = new WeakMap<IncomingMessage, Promise<Fields>>();

/**
 * Reads the form once for each request. Throws 400 for another media type, a compressed body, bytes that are not UTF-8, a
 * repeated field, and a name that is no plain word. Throws 413 past 32 KiB. Common parsers turn brackets in a name into
 * objects and query operators, so no such name passes. A field with the name `lastOf` may be repeated: its last value counts.
 * The values of a repeated `listOf` stand in one text, with spaces between them.
 */
export function readForm(
  ctx: Context,
  lastOf: string | null = null,
  listOf: string | null = null,
): Promise<Fields> {
  const reading = parsedForms.get(ctx.req) ?? fieldsOf(ctx, lastOf, listOf);
  parsedForms.set(ctx.req, reading);
  return reading;
}

async function fieldsOf(ctx: Context, lastOf: string | null, listOf: string | null): Promise<Fields> {
  if (ctx.is('application/x-www-form-urlencoded') !== 'application/x-www-form-urlencoded') {
    throw new BadForm(400, 'a form was expected');
  }
  if (ctx.get('content-encoding')) throw new BadForm(400, 'compressed forms are not read');
  const entries = ctx.req.readable ? entriesOf(await rawBody(ctx)) : entriesRead(ctx);
  return checkedFields(entries, lastOf, listOf);
}

/** Throws 400 for fields that no form of ours has. */
function checkedFields(
  entries: readonly (readonly [string, unknown])[],
  lastOf: string | null,
  listOf: string | null,
): Fields {
  if (entries.length > MOST_FIELDS) throw new BadForm(400, 'too many fields');
  const fields = new Map<string, string>();
  for (const [name, value] of entries) {
    if (!FIELD_NAME.test(name) || name === '__proto__')
      throw new BadForm(400, 'a field has a name that no form of ours has');
    const earlier = fields.get(name);
    const mayRepeat = name === lastOf || name === listOf;
    if ((earlier !== undefined && !mayRepeat) || typeof value !== 'string')
      throw new BadForm(400, 'a field was sent twice');
    if (value.includes('\u0000')) throw new BadForm(400, 'a field holds a null character');
    fields.set(name, earlier !== undefined && name === listOf ? `${earlier} ${value}` : value);
  }
  return Object.freeze(Object.assign(Object.create(null), Object.fromEntries(fields)));
}

/** Takes the fields of a form that was read in another encoding, for everything that reads this form later. */
export function keepFields(ctx: Context, entries: readonly (readonly [string, string])[]): void {
  parsedForms.set(ctx.req, Promise.resolve(checkedFields(entries, null, null)));
}

async function rawBody(ctx: Context): Promise<Uint8Array> {
  try {
    return await getRawBody(ctx.req, { length: ctx.get('content-length') || null, limit: MOST_BYTES });
  } catch (error) {
    const tooLarge = error instanceof Error && 'type' in error && error.type === 'entity.too.large';
    throw tooLarge
      ? new BadForm(413, 'the form is too large')
      : new BadForm(400, 'the form could not be read');
  }
}

function entriesOf(bytes: Uint8Array): [string, string][] {
  try {
    return [...new URLSearchParams(new TextDecoder('utf-8', { fatal: true }).decode(bytes))];
  } catch {
    throw new BadForm(400, 'the form could not be read');
  }
}

/** The fields that a body parser of the host has left. The host's own size limits apply. */
function entriesRead({ req, request }: Context): [string, unknown][] {
  const { body } = 'body' in req ? req : 'body' in request ? request : { body: null };
  if (typeof body === 'string') return [...new URLSearchParams(body)];
  if (body instanceof Uint8Array) return entriesOf(body);
  if (typeof body === 'object' && body !== null) return Object.entries(body);
  // The browser has left before the whole form arrived.
  if (!req.readableEnded) throw new BadForm(400, 'the form could not be read');
  // A fault in the host's code, so it is no 400.
  throw new Error('the form was read before, by something that left nothing of it');
}

/** Synchroniser tokens: one for each action of an interaction or session. They live as long as it does. */
export function createFormTokens(cipher: Pick<Cipher, 'digest'>) {
  /** `binding` is the uid of the interaction or of the session that the form belongs to. */
  function form(action: string, binding: string): Form {
    return { action, token: cipher.digest(`${binding}|${action}`, 'form-token') };
  }

  /** Returns the fields of the form. Null when its token is not the one of this action and binding. */
  async function own(ctx: Context, binding: string): Promise<Fields | null> {
    const fields = await readForm(ctx);
    const expected = Buffer.from(form(ctx.path, binding).token);
    const given = Buffer.from(fields._token ?? '');
    return given.length === expected.length && timingSafeEqual(given, expected) ? fields : null;
  }

  /** The same. Throws 403 in the place of null. */
  async function read(ctx: Context, binding: string): Promise<Fields> {
    const fields = await own(ctx, binding);
    if (!fields) throw new BadForm(403, 'the form belongs to another page');
    return fields;
  }

  return { form, own, read };
}

export type FormTokens = ReturnType<typeof createFormTokens>;

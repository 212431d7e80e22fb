/**
 * A form that arrives after the second factor has become too old: what was typed stays for its page, and the person sends it
 * again there. Nothing of it is done.
 */
import type { Context } from 'koa';
import type { KeptForms } from '../../use-cases/account/kept-forms.ts';
import type { FormTokens } from './forms.ts';
import { carriedOf, type LateNote, showTyped } from './typed-fields.ts';
import { isUpload } from './upload.ts';

interface LateFormsDeps {
  readonly keptForms: KeptForms;
  readonly forms: Pick<FormTokens, 'own'>;
}

export type LateForms = ReturnType<typeof createLateForms>;

export function createLateForms({ keptForms, forms }: LateFormsDeps) {
  /**
   * The address to come back to after a sign-in. It tells the fate of the form, and has nothing of it. `page`: the path of
   * the page that was requested, or whose form was sent.
   */
  async function keep(ctx: Context, sessionUid: string, page: string): Promise<string> {
    if (ctx.method !== 'POST') return page;
    const note = await noteOf(ctx, sessionUid, page);
    return note === null ? page : `${page}?typed=${note}`;
  }

  /** Null for a form that is not of this session. A file is not even read. */
  async function noteOf(ctx: Context, sessionUid: string, page: string): Promise<LateNote | null> {
    if (isUpload(ctx)) return 'file';
    const fields = await forms.own(ctx, sessionUid);
    if (!fields) return null;
    if (fields.file) return 'file';
    const carried = carriedOf(fields);
    if (Object.keys(carried).length === 0) return 'again';
    const isKept = await keptForms.keep(sessionUid, page, { action: ctx.path, fields: carried });
    return isKept ? 'kept' : 'lost';
  }

  /** Fills the page in, when the request comes back from the sign-in. */
  async function restore(ctx: Context, sessionUid: string): Promise<void> {
    const { typed: note } = ctx.query;
    if (ctx.method !== 'GET' || note === undefined) return;
    if (note === 'again' || note === 'file' || note === 'lost') return showTyped(ctx, note);
    const kept = note === 'kept' ? await keptForms.find(sessionUid, ctx.path) : null;
    if (kept) showTyped(ctx, 'kept', kept);
  }

  return { keep, restore };
}

/** The templates under `views/`, compiled so that what they are given never becomes an option of the engine. */
import { readFileSync } from 'node:fs';
import ejs, { type TemplateFunction } from 'ejs';

/** Where the templates stand. */
export const VIEWS_FOLDER = new URL('../../views/', import.meta.url);

/** A view by its path without `.ejs`; `variables` are all that it can name. */
export function compileView(
  view: string,
  variables: readonly string[],
  folder = VIEWS_FOLDER,
): TemplateFunction {
  return ejs.compile(readFileSync(new URL(`${view}.ejs`, folder), 'utf8'), {
    strict: true,
    _with: false,
    destructuredLocals: [...variables],
    compileDebug: false,
    rmWhitespace: true,
  });
}

/** The templates under `views/`, compiled so that their variables never become options of the engine. */
import { readFileSync } from 'node:fs';
import ejs, { type TemplateFunction } from 'ejs';

/** The folder of the templates. */
export const VIEWS_FOLDER = new URL('../../views/', import.meta.url);

/** Compiles a view by its path without `.ejs`. It can name the given `variables` only. */
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

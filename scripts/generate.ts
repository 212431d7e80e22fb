/** Writes every generated file of the repository: `npm run generate`. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { generated as generatedConfig } from '../src/config/generate.ts';
import { claims } from './reference/claims.ts';
import { cli } from './reference/cli.ts';
import { help } from './reference/help.ts';
import { accountType, optionTypes } from './reference/option-types.ts';
import { pluginOptions } from './reference/plugin-options.ts';
import { traceability } from './reference/traceability.ts';

/** The contents by path, from the root of the repository. */
export function generated(): Readonly<Record<string, string>> {
  const config = generatedConfig();
  const configFiles = Object.entries(config).map(([name, content]) => [`config/${name}`, content]);
  return {
    ...Object.fromEntries(configFiles),
    'docs/reference/config.md': forSite(config['README.md'] ?? ''),
    'docs/reference/plugin-options.md': pluginOptions(),
    'docs/reference/cli.md': cli(),
    'docs/reference/claims.md': claims(),
    'docs/traceability.md': traceability(),
    ...help(),
    'src/plugin/options/published.ts': optionTypes(),
    'src/plugin/options/published-account.ts': accountType(),
  };
}

/** The files beside `config/README.md` are not on the site: their links become names. */
function forSite(readme: string): string {
  return readme.replaceAll(/\[([\w.]+)\]\(\1\)/g, '`config/$1`');
}

if (import.meta.main) {
  const root = new URL('../', import.meta.url);
  for (const folder of ['docs/reference/', 'views/help/'])
    mkdirSync(new URL(folder, root), { recursive: true });
  for (const [path, content] of Object.entries(generated())) writeFileSync(new URL(path, root), content);
}

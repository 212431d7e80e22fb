/** Makes `config/schema.json` and `config/README.md` from the schema; `npm run generate` writes them. */
import { z } from 'zod';
import { reference } from './reference.ts';
import { configFile } from './schema/file.ts';

/** The files by name, below `config/`. */
export function generated(): Readonly<Record<string, string>> {
  // The input's side: what a file may leave out is not required.
  const schema = z.toJSONSchema(configFile, { target: 'draft-2020-12', io: 'input' });
  const titled = { $schema: schema.$schema, title: 'Doublelock configuration', ...schema };
  return {
    'schema.json': `${JSON.stringify(titled, null, 2)}\n`,
    'README.md': reference(titled),
  };
}

/** The schema and the reference that come with the product are those of the code. */
import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { generated } from '../../src/config/generate.ts';

interface Schema {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: unknown;
  readonly items?: Schema;
  readonly oneOf?: readonly Schema[];
}

describe('the generated files [U.5]', () => {
  const files = generated();

  for (const name of ['schema.json', 'README.md']) {
    it(`include a fresh ${name}: npx node src/config/generate.ts writes it`, () => {
      const written = readFileSync(new URL(`../../config/${name}`, import.meta.url), 'utf8');
      expect(written).to.equal(files[name]);
    });
  }

  it('explain every key, and allow no other', () => {
    const walk = (schema: Schema, path: string): string[] => {
      const maps = schema.oneOf ?? [schema.items ?? schema];
      return maps.flatMap(({ properties = {}, additionalProperties }) => [
        ...(Object.keys(properties).length > 0 && additionalProperties === undefined ? [path] : []),
        ...Object.entries(properties).flatMap(([key, property]) => [
          ...(property.description === undefined ? [`${path}.${key}`] : []),
          ...walk(property, `${path}.${key}`),
        ]),
      ]);
    };
    const schema = JSON.parse(files['schema.json'] ?? '') as Schema;
    expect(schema).to.include({ $schema: 'https://json-schema.org/draft/2020-12/schema' });
    expect(walk(schema, '')).to.deep.equal([]);
    expect(schema.required).to.equal(undefined);
  });

  it('show the type, the default and the meaning of a key', () => {
    const rows = (files['README.md'] ?? '').split('\n');
    expect(rows).to.include('| `port` | whole number, 1 to 65535 | `3000` | The TCP port to listen on. |');
    expect(rows.find((row) => row.includes('`second_factor.enforcement`'))).to.include(
      '| `off` `optional` `required` | `optional` |',
    );
    expect(rows.find((row) => row.includes('`signing`, `…_file`'))).to.include('sign tokens');
    expect(rows.find((row) => row.includes('`client_id`'))).to.include('| text | *required* |');
  });
});

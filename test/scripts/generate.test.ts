/** The generated files come from the code as it is, and the types of the options are those of their schema. */
import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import type { z } from 'zod';
import { generated } from '../../scripts/generate.ts';
import { type Shape, shapeOf } from '../../scripts/reference/option-shape.ts';
import type { HostAccount, SecondFactorOptions } from '../../src/index.ts';
import { hostAccount } from '../../src/plugin/options/host-account.ts';
import { optionsSchema } from '../../src/plugin/options/schema.ts';

type Read<S extends z.ZodType> = z.input<S>;

/** Each fails to compile when a generated type says less or more than its schema. */
const SAME_TYPES: readonly [
  (options: SecondFactorOptions) => Read<typeof optionsSchema>,
  (options: Read<typeof optionsSchema>) => SecondFactorOptions,
  (account: HostAccount) => Read<typeof hostAccount>,
  (account: Read<typeof hostAccount>) => HostAccount,
] = [(options) => options, (options) => options, (account) => account, (account) => account];

describe('the generated files of the repository [U.5 U.6]', () => {
  const files = generated();

  for (const [path, content] of Object.entries(files)) {
    it(`hold ${path} as npm run generate writes it`, () => {
      expect(readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')).to.equal(content);
    });
  }

  it('have the types of the schema, in both directions', () => {
    for (const same of SAME_TYPES) expect(same).to.be.a('function');
  });

  it('explain every option of the plugin', () => {
    const unexplained = (shape: Shape, path: string): string[] =>
      Object.entries(shape.properties ?? shape.items?.properties ?? {}).flatMap(([key, property]) => [
        ...(property.description === undefined ? [`${path}.${key}`] : []),
        ...unexplained(property, `${path}.${key}`),
      ]);
    expect(unexplained(shapeOf(optionsSchema), '')).to.deep.equal([]);
    expect(unexplained(shapeOf(hostAccount), '')).to.deep.equal([]);
  });

  it('show type, default and meaning of an option', () => {
    const rows = (files['docs/reference/plugin-options.md'] ?? '').split('\n');
    expect(rows).to.include(
      '| `totp.periodSeconds` | whole number, 15 to 120 | `30` | Seconds of one time step (RFC 6238, 5.2). |',
    );
    expect(rows.find((row) => row.includes('`policy.enforcement`'))).to.include('| `optional` |');
    expect(rows.find((row) => row.includes('`encryption[].key`'))).to.include('*required*');
  });

  it('list every command of the program', () => {
    const reference = files['docs/reference/cli.md'] ?? '';
    expect(reference).to.include('| `doublelock keys rotate` |').and.include('| `--limit <number>` |');
  });

  it('show the claims of each scope, and the level that each method reaches', () => {
    const reference = files['docs/reference/claims.md'] ?? '';
    expect(reference).to.include('| `email` | `email`, `email_verified` |');
    expect(reference).to.include('| password and `totp` | `https://refeds.org/profile/mfa` |');
  });
});

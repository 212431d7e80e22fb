/** Each rule about the text of a file finds what it is there to find, and lets pass what is right. */
import { expect } from 'chai';
import * as habits from './habits.ts';
import { parseSource } from './source.ts';

function source(text: string, path = 'src/domain/policy.ts') {
  return [parseSource(path, text)];
}

describe('the rules about source files', () => {
  it('measure the length of a file, and the median', () => {
    const long = source('let a = 1;\n'.repeat(301));
    expect(habits.sizeFaults(long)).to.deep.equal(['src/domain/policy.ts has 301 lines']);
    expect(habits.sizeFaults(source('let a = 1;\n'.repeat(300)))).to.deep.equal([]);
    const short = source('let a = 1;');
    expect(habits.medianFaults([...long, ...long, ...short])).to.have.lengthOf(1);
    expect(habits.medianFaults([...long, ...short, ...short])).to.deep.equal([]);
  });

  it('refuse catch-all names', () => {
    const vague = [
      'src/utils/time.ts',
      'src/http/helpers.ts',
      'test/lib/x.test.ts',
      'src/common.ts',
      'src/Services/a.ts',
    ];
    expect(habits.nameFaults(vague)).to.have.lengthOf(vague.length);
    const plain = ['src/http/library.ts', 'src/domain/community.ts', 'test/services/ferretdb/main.go'];
    expect(habits.nameFaults(plain)).to.deep.equal([]);
  });

  it('require a doc comment first', () => {
    expect(habits.openingFaults(source('/** What it is. */\nlet a;'))).to.deep.equal([]);
    expect(
      habits.openingFaults(source('#!/usr/bin/env node\n/**\n * What it is.\n */\nlet a;')),
    ).to.deep.equal([]);
    for (const text of ['let a;', '// What it is.\nlet a;', '/** */\nlet a;', '\nlet a; /** Late. */']) {
      expect(habits.openingFaults(source(text)), text).to.have.lengthOf(1);
    }
  });

  it('refuse comments that silence a tool or postpone work, but not mentions of them', () => {
    for (const words of [
      '@ts-ignore',
      '@ts-expect-error',
      'biome-ignore lint: x',
      'c8 ignore next',
      'TODO later',
    ]) {
      expect(habits.commentFaults(source(`let a;\n// ${words}\n`)), words).to.have.lengthOf(1);
    }
    expect(habits.commentFaults(source("let a = '@ts-ignore TODO';"))).to.deep.equal([]);
  });

  it('find any in every position of a type', () => {
    expect(
      habits.anyFaults(source('let a: any;\nfunction f(x: any[]) {}\nlet b = 1 as any;')),
    ).to.have.lengthOf(3);
    expect(habits.anyFaults(source('let any = "any"; // any\n'))).to.deep.equal([]);
  });

  it('refuse default exports and files that only re-export', () => {
    expect(habits.exportFaults(source('export default 1;'))).to.have.lengthOf(1);
    expect(habits.exportFaults(source("export { a } from './a.ts';"))).to.have.lengthOf(1);
    expect(habits.exportFaults(source("export * from './a.ts';\nexport const b = 1;"))).to.have.lengthOf(1);
    expect(habits.exportFaults(source("export { a } from './a.ts';", 'src/index.ts'))).to.deep.equal([]);
    expect(
      habits.exportFaults(source("export type { A } from './a.ts';\nexport const b = 1;")),
    ).to.deep.equal([]);
    expect(habits.exportFaults(source('const a = 1; export { a };'))).to.deep.equal([]);
  });

  it('find every read of the clock, randomness and the environment', () => {
    const reads = [
      'Date.now();',
      'new Date();',
      'new Date;',
      'Date();',
      'Math.random();',
      "Math['random']();",
      'const { now } = Date;',
      'process.env.PORT;',
      'const { env } = process;',
      "import { env } from 'node:process';",
      'const id = () => [1].map(Math.random);',
    ];
    for (const read of reads) expect(habits.worldFaults(source(read)), read).to.have.lengthOf(1);
    expect(habits.worldFaults(source('new Date(at); clock.now(); Math.max(1); process.exit;'))).to.deep.equal(
      [],
    );
    expect(
      habits.worldFaults(source('Date.now(); Math.random();', 'src/adapters/system/clock.ts')),
    ).to.deep.equal([]);
    expect(habits.worldFaults(source('process.env;', 'src/adapters/system/clock.ts'))).to.have.lengthOf(1);
    expect(habits.worldFaults(source('process.env;', 'src/config/sources/environment.ts'))).to.deep.equal([]);
    expect(habits.worldFaults(source('Date.now();', 'src/config/load.ts'))).to.have.lengthOf(1);
  });

  it('refuse an object spread into an argument where parts are wired', () => {
    const call = 'createSignIn({ ...stores, clock });';
    expect(habits.spreadFaults(source(call, 'src/compose/server.ts'))).to.have.lengthOf(1);
    expect(habits.spreadFaults(source(call, 'src/plugin/compose.ts'))).to.have.lengthOf(1);
    const named = 'createSignIn({ accounts, clock }); const all = { ...stores, clock };';
    expect(habits.spreadFaults(source(named, 'src/compose/server.ts'))).to.deep.equal([]);
    expect(habits.spreadFaults(source(call, 'src/http/server/app.ts'))).to.deep.equal([]);
  });
});

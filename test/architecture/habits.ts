/** How a source file is written: size, names, exports, comments, and where the clock and the environment are read. */
import { Visitor } from 'oxc-parser';
import { layerOf } from './layers.ts';
import type { Source } from './source.ts';

const MOST_LINES = 300;
const MOST_LINES_MEDIAN = 90;

export function sizeFaults(sources: readonly Source[]): string[] {
  return sources.flatMap(({ path, lines }) => (lines > MOST_LINES ? [`${path} has ${lines} lines`] : []));
}

export function medianFaults(sources: readonly Source[]): string[] {
  const lengths = sources.map(({ lines }) => lines).sort((a, b) => a - b);
  const median = lengths[Math.floor((lengths.length - 1) / 2)] ?? 0;
  return median > MOST_LINES_MEDIAN ? [`the median file has ${median} lines`] : [];
}

/** Names under which anything could be put, and so everything would be. */
const DUMPING_GROUNDS = /^(utils?|helpers?|common|services?|libs?)$/i;

/** Programs that the tests start beside the product, each in a folder of its own. */
const STARTED_BY_TESTS = /^test\/services\//;

export function nameFaults(paths: readonly string[]): string[] {
  return paths.flatMap((path) => {
    const named = path.replace(STARTED_BY_TESTS, '');
    const vague = named.split('/').find((part) => DUMPING_GROUNDS.test(part.split('.')[0] ?? ''));
    return vague === undefined ? [] : [`${path} is called "${vague}"`];
  });
}

export function openingFaults(sources: readonly Source[]): string[] {
  return sources.flatMap(({ path, text }) =>
    /^(#!.*\n)?\/\*\*[\s*]*[^\s*/]/.test(text) ? [] : [`${path} does not open with a doc comment`],
  );
}

const FORBIDDEN_COMMENT =
  /@ts-(ignore|expect-error|nocheck)|biome-ignore|c8 ignore|v8 ignore|\bTODO\b|\bFIXME\b/;

export function commentFaults(sources: readonly Source[]): string[] {
  return sources.flatMap(({ path, comments, lineOf }) =>
    comments.flatMap(({ value, start }) => {
      const found = FORBIDDEN_COMMENT.exec(value);
      return found === null ? [] : [`${path}:${lineOf(start)} says ${found[0]}`];
    }),
  );
}

export function anyFaults(sources: readonly Source[]): string[] {
  return sources.flatMap(({ path, program, lineOf }) => {
    const faults: string[] = [];
    new Visitor({
      TSAnyKeyword: ({ start }) => faults.push(`${path}:${lineOf(start)} says any`),
    }).visit(program);
    return faults;
  });
}

/** The catalogue of methods, and the entry of each published subpath. */
const BARRELS = ['src/domain/methods/index.ts', 'src/index.ts', 'src/server.ts', 'src/delivery.ts'];

/** A barrel only passes on what other files export. */
export function exportFaults(sources: readonly Source[]): string[] {
  return sources.flatMap(({ path, module }) => {
    const entries = module.staticExports.flatMap((statement) => statement.entries);
    const passedOn = entries.filter(({ moduleRequest }) => moduleRequest !== null);
    const isBarrel =
      entries.some(({ importName }) => importName.kind === 'AllButDefault') ||
      (entries.length > 0 && passedOn.length === entries.length);
    return [
      ...(entries.some(({ exportName }) => exportName.kind === 'Default')
        ? [`${path} has a default export`]
        : []),
      ...(isBarrel && !BARRELS.includes(path) ? [`${path} only passes on what other files export`] : []),
    ];
  });
}

/** Reads of the world that only one place may do: what is read, by the words that read it. */
const CLOCK_AND_CHANCE = ['Date.now', 'Math.random', 'new Date()', 'Date()'];
const ENVIRONMENT = 'process.env';

function worldReads({ program, module, lineOf }: Source): { what: string; line: number }[] {
  const reads: { what: string; line: number }[] = [];
  const add = (what: string, start: number) => reads.push({ what, line: lineOf(start) });
  new Visitor({
    MemberExpression({ object, property, start }) {
      const name =
        property.type === 'Identifier' ? property.name : property.type === 'Literal' ? property.value : '';
      if (object.type === 'Identifier') add(`${object.name}.${name}`, start);
    },
    VariableDeclarator({ id, init, start }) {
      if (id.type !== 'ObjectPattern' || init?.type !== 'Identifier') return;
      for (const property of id.properties) {
        if (property.type === 'Property' && property.key.type === 'Identifier') {
          add(`${init.name}.${property.key.name}`, start);
        }
      }
    },
    NewExpression({ callee, arguments: given, start }) {
      if (callee.type === 'Identifier' && given.length === 0) add(`new ${callee.name}()`, start);
    },
    CallExpression({ callee, start }) {
      if (callee.type === 'Identifier') add(`${callee.name}()`, start);
    },
  }).visit(program);
  for (const { moduleRequest, entries, start } of module.staticImports) {
    if (!/^(node:)?process$/.test(moduleRequest.value)) continue;
    for (const { importName } of entries) add(`process.${importName.name ?? ''}`, start);
  }
  return reads;
}

export function worldFaults(sources: readonly Source[]): string[] {
  return sources.flatMap((source) => {
    const layer = layerOf(source.path);
    const forbidden = [
      ...(layer === 'adapters/system' ? [] : CLOCK_AND_CHANCE),
      ...(layer === 'config' ? [] : [ENVIRONMENT]),
    ];
    return worldReads(source)
      .filter(({ what }) => forbidden.includes(what))
      .map(({ what, line }) => `${source.path}:${line} reads ${what}`);
  });
}

/** Files that hand parts to one another. */
const WIRING =
  /^src\/(compose\/|plugin\/(area|compose|configure|delivery-sender|host-notices|second-factor|use-cases)\.ts$)/;

/** Objects that are spread into an argument: no search finds the function that gets a part so. */
export function spreadFaults(sources: readonly Source[]): string[] {
  return sources.flatMap(({ path, program, lineOf }) => {
    if (!WIRING.test(path)) return [];
    const faults: string[] = [];
    new Visitor({
      CallExpression({ arguments: given }) {
        for (const argument of given) {
          if (argument.type !== 'ObjectExpression') continue;
          for (const { type, start } of argument.properties)
            if (type === 'SpreadElement') faults.push(`${path}:${lineOf(start)} spreads into an argument`);
        }
      },
    }).visit(program);
    return faults;
  });
}

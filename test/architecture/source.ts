/** A source file as the architecture rules see it: what it imports, and what stands in it. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { type Comment, type EcmaScriptModule, type Program, parseSync, Visitor } from 'oxc-parser';

export interface Import {
  /** As written: `./account.ts`, `node:fs`, `@koa/router`. */
  readonly specifier: string;
  /** The imported file's path in the project; null for a package. */
  readonly target: string | null;
  /** Erased before the program runs. */
  readonly isType: boolean;
  readonly line: number;
}

export interface Source {
  /** From the project's root, with slashes. */
  readonly path: string;
  readonly text: string;
  readonly lines: number;
  readonly imports: readonly Import[];
  readonly program: Program;
  readonly module: EcmaScriptModule;
  readonly comments: readonly Comment[];
  lineOf(offset: number): number;
}

interface Span {
  readonly specifier: string;
  readonly isType: boolean;
  readonly start: number;
}

function staticSpans({ staticImports, staticExports }: EcmaScriptModule): Span[] {
  const imported = staticImports.map(({ moduleRequest, entries, start }) => ({
    specifier: moduleRequest.value,
    isType: entries.length > 0 && entries.every(({ isType }) => isType),
    start,
  }));
  const exported = staticExports.flatMap(({ entries }) =>
    entries.flatMap(({ moduleRequest, isType, start }) =>
      moduleRequest === null ? [] : [{ specifier: moduleRequest.value, isType, start }],
    ),
  );
  return [...imported, ...exported];
}

/** `import('…')` and, in types, `import('…').Name`. */
function inlineSpans(program: Program): Span[] {
  const spans: Span[] = [];
  new Visitor({
    ImportExpression({ source, start }) {
      const specifier = source.type === 'Literal' ? String(source.value) : '';
      spans.push({ specifier, isType: false, start });
    },
    TSImportType({ source, start }) {
      spans.push({ specifier: source.value, isType: true, start });
    },
  }).visit(program);
  return spans;
}

export function parseSource(path: string, text: string): Source {
  const { program, module, comments, errors } = parseSync(path, text);
  if (errors[0]) throw new Error(`${path}: ${errors[0].message}`);
  const lineOf = (offset: number) => text.slice(0, offset).split('\n').length;
  const imports = [...staticSpans(module), ...inlineSpans(program)].map(({ specifier, isType, start }) => ({
    specifier,
    target: specifier.startsWith('.') ? posix.join(posix.dirname(path), specifier) : null,
    isType,
    line: lineOf(start),
  }));
  const lines = text.replace(/\n$/, '').split('\n').length;
  return { path, text, lines, imports, program, module, comments, lineOf };
}

/** Scripts build and fetch programs into these folders, which are no part of the project. */
const BUILT = /^test\/services\/[^/]+\/bin\//;

/** The files under these folders of the project, by their paths from its root, in order. */
export function listFiles(root: string, folders: readonly string[]): string[] {
  return folders
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => posix.relative(root, posix.join(entry.parentPath, entry.name))),
    )
    .filter((path) => !BUILT.test(path))
    .sort();
}

export function readSources(root: string, folders: readonly string[]): Source[] {
  return listFiles(root, folders)
    .filter((path) => path.endsWith('.ts'))
    .map((path) => parseSource(path, readFileSync(join(root, path), 'utf8')));
}

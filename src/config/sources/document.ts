/** Reads a YAML file as plain data, with the line of each value. */
import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  visit,
} from 'yaml';
import { type Fault, type Path, pathText } from '../faults.ts';

/** Aliases of one file; more could expand exponentially. */
const MAX_ALIASES = 100;
/** Faults of syntax that are listed; later ones mostly follow from the first. */
const MAX_SYNTAX_FAULTS = 10;

export interface ConfigDocument {
  /** Null when the file is no map. */
  readonly data: Readonly<Record<string, unknown>> | null;
  readonly faults: readonly Fault[];
  /** The line of the value, or of the map that would hold an absent value. */
  lineOf(path: Path): number | null;
  /** The characters of a scalar as written. YAML reads `+31612345678` as a number. */
  writtenAt(path: Path): string | null;
}

/** Faults never quote the file, since the characters beside a misplaced quote may be a password. */
export function readDocument(text: string): ConfigDocument {
  const lines = new LineCounter();
  const yaml = parseDocument(text, { prettyErrors: false, uniqueKeys: false, lineCounter: lines });
  const lineAt = (offset: number | null): number | null =>
    offset === null ? null : lines.linePos(offset).line;

  const keys = takeOutBadKeys(yaml).map(
    ({ path, offset, message }): Fault => ({ path: pathText(path), line: lineAt(offset), message }),
  );
  const structure = [...syntaxFaults(yaml), ...aliasFaults(yaml)].map(
    ({ offset, message }): Fault => ({ path: '', line: lineAt(offset), message }),
  );
  const data = structure.length > 0 ? null : toData(yaml);
  if (data === null && structure.length === 0) {
    structure.push({ path: '', line: null, message: 'is not a map of keys and values' });
  }
  return {
    data,
    faults: [...structure, ...keys],
    lineOf: (path) => lineAt(nodeAt(yaml, path).offset),
    writtenAt: (path) => nodeAt(yaml, path).written,
  };
}

interface Spot {
  readonly offset: number | null;
  readonly message: string;
}

function syntaxFaults(yaml: Document): Spot[] {
  return [...yaml.errors, ...yaml.warnings].slice(0, MAX_SYNTAX_FAULTS).map(({ code, pos }) => ({
    offset: pos[0],
    message: `not valid YAML (${code.toLowerCase().replaceAll('_', ' ')})`,
  }));
}

/** An alias may refer to an earlier node, never to itself, and a limited number of times. */
function aliasFaults(yaml: Document): Spot[] {
  const faults: Spot[] = [];
  visit(yaml, {
    Alias(_, alias, ancestors) {
      const target = alias.resolve(yaml);
      if (target !== undefined && !ancestors.some((ancestor) => ancestor === target)) return;
      const message = target ? 'an alias contains itself' : 'an alias has no anchor; quote a text with *';
      faults.push({ offset: startOf(alias), message });
    },
  });
  if (faults.length > 0) return faults;
  try {
    yaml.toJS({ maxAliasCount: MAX_ALIASES });
    return [];
  } catch {
    return [{ offset: null, message: 'repeats its anchors too often' }];
  }
}

/** Keys that would be lost silently or would change a prototype: given twice, not a text, `__proto__`. */
function takeOutBadKeys(yaml: Document): (Spot & { path: Path })[] {
  const faults: (Spot & { path: Path })[] = [];
  visit(yaml, {
    Map(_, map, ancestors) {
      const seen = new Set<string>();
      map.items = map.items.filter(({ key }) => {
        const name = isScalar(key) ? String(key.value) : '';
        const message = keyFault(key, name, seen);
        seen.add(name);
        if (message === null) return true;
        faults.push({ path: [...pathOf([...ancestors, map]), name], offset: startOf(key), message });
        return false;
      });
    },
  });
  return faults;
}

function keyFault(key: unknown, name: string, seen: ReadonlySet<string>): string | null {
  if (!isScalar(key)) return 'a key must be a text';
  if (name === '__proto__') return 'unknown key';
  return seen.has(name) ? 'the key is given twice' : null;
}

/** The path through maps and lists to the last of these nodes. */
function pathOf(ancestors: readonly unknown[]): Path {
  return ancestors.flatMap((node, index): Path => {
    if (isPair(node) && isScalar(node.key)) return [String(node.key.value)];
    return isSeq(node) && index < ancestors.length - 1 ? [node.items.indexOf(ancestors[index + 1])] : [];
  });
}

function toData(yaml: Document): Readonly<Record<string, unknown>> | null {
  return isMap(yaml.contents) ? yaml.toJS({ maxAliasCount: MAX_ALIASES }) : null;
}

function startOf(node: unknown): number | null {
  return isNode(node) ? (node.range?.[0] ?? null) : null;
}

/** Follows the path as far as the file has it. */
function nodeAt(yaml: Document, path: Path): { offset: number | null; written: string | null } {
  let node: unknown = yaml.contents;
  let offset = startOf(node);
  for (const step of path) {
    if (isAlias(node)) node = node.resolve(yaml);
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === step);
      if (pair === undefined) return { offset, written: null };
      offset = startOf(pair.key) ?? offset;
      node = pair.value;
    } else if (isSeq(node) && typeof step === 'number') {
      node = node.items[step];
      offset = startOf(node) ?? offset;
    } else {
      return { offset, written: null };
    }
  }
  return { offset, written: isScalar(node) ? (node.source ?? null) : null };
}

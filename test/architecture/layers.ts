/** The allowed imports between layers. A rule is a function from sources to the faults it found, one line each. */
import { Visitor } from 'oxc-parser';
import type { Import, Source } from './source.ts';

/** Programs and published subpaths. They start something or re-export it, and nothing imports them. */
const ENTRIES = [
  'main',
  'cli',
  'index',
  'server',
  'embedded',
  'mongo',
  'redis',
  'delivery',
  'resource-server',
].map((name) => `src/${name}.ts`);

/** Folders of which each folder below is a layer of its own. */
const SPLIT_BY_FOLDER = ['adapters', 'http'];

const LAYERS = [
  'domain',
  'ports',
  'use-cases',
  'config',
  'presentation',
  'messages',
  'oidc',
  'plugin',
  'jobs',
  'compose',
  'cli',
  'resource-server',
];

/** Parts of `http` that every area may use. */
const SHARED_BY_AREAS = ['http/server', 'http/middleware', 'http/guards', 'http/pages'];

/** The pages of an enrolment appear in a sign-in and in self-service. */
const USERS_OF_ENROLMENT = ['http/second-factor', 'http/account'];

/**
 * The name of a layer: `domain`, `adapters/NAME`, `http/AREA`, `entry` and so on. Null for a file outside every layer: it
 * lies loose where a folder should hold it.
 */
export function layerOf(path: string): string | null {
  if (ENTRIES.includes(path)) return 'entry';
  const [, layer = '', folder, ...rest] = path.split('/');
  if (SPLIT_BY_FOLDER.includes(layer)) return rest.length > 0 ? `${layer}/${folder}` : null;
  if (layer === 'use-cases') return rest.length > 0 ? layer : null;
  return LAYERS.includes(layer) && folder !== undefined ? layer : null;
}

/** The layers that each layer may import beside itself. An area of `http` has its own rule below. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  domain: [],
  ports: ['domain'],
  'use-cases': ['domain', 'ports'],
  config: ['domain'],
  presentation: ['domain', 'ports'],
  messages: ['domain', 'ports', 'presentation'],
  jobs: ['domain', 'ports', 'use-cases'],
  oidc: ['domain', 'ports', 'use-cases'],
  // An API that installs the package for it loads nothing else of the product.
  'resource-server': [],
  cli: ['domain', 'ports', 'use-cases', 'config', 'compose'],
};

function mayImport(from: string, to: string, { target, isType }: Import): boolean {
  if (from === to) return true;
  if (from === 'entry') return true;
  if (to === 'entry' || to === 'cli') return false;
  if (from === 'compose') return true;
  if (to === 'compose') return from === 'cli';
  if (from === 'plugin') return true;
  if (to === 'plugin') return false;
  if (from.startsWith('adapters/')) return to === 'domain' || to === 'ports';
  if (from.startsWith('http/')) return areaMayImport(from, to, { target, isType });
  return ALLOWED[from]?.includes(to) ?? false;
}

function areaMayImport(
  from: string,
  to: string,
  { target, isType }: Pick<Import, 'target' | 'isType'>,
): boolean {
  if (to === 'config') return isType && target === 'src/config/shape.ts';
  if (to === 'http/enrolment') return USERS_OF_ENROLMENT.includes(from);
  if (to === 'resource-server') return from === 'http/demo';
  if (SHARED_BY_AREAS.includes(to)) return true;
  return ['domain', 'ports', 'use-cases', 'presentation', 'messages', 'oidc'].includes(to);
}

/** Stores are for use cases. The adapter of oidc-provider is a store itself. */
const STORE_PORTS = ['src/ports/stores.ts', 'src/ports/keys.ts'];
const ADAPTER_OF_PROVIDER = /^src\/oidc\/adapter\//;

/** A store port that a file of `http` or `oidc` imports: a route calls a use case instead. */
export function storeFaults(sources: readonly Source[]): string[] {
  return sources.flatMap(({ path, imports }) => {
    if (!/^src\/(http|oidc)\//.test(path) || ADAPTER_OF_PROVIDER.test(path)) return [];
    return imports
      .filter(({ target }) => target !== null && STORE_PORTS.includes(target))
      .map(({ target, line }) => `${path}:${line} imports ${target}`);
  });
}

/** Ports behind the event log. A reader of stored audit lines has `AuditReader`. */
const BEHIND_EVENTS = ['Notify', 'AuditLog', 'AuditStore'];

/** A notice or an audit line that is written beside the event log: a use case or a route appends one event instead. */
export function eventFaults(sources: readonly Source[]): string[] {
  return sources.flatMap(({ path, module, lineOf }) => {
    if (!/^src\/(use-cases|http|oidc)\//.test(path) || path.startsWith('src/use-cases/events/')) return [];
    return module.staticImports.flatMap(({ moduleRequest, entries, start }) =>
      entries.flatMap(({ importName: { name } }) =>
        moduleRequest.value.includes('/ports/') && name != null && BEHIND_EVENTS.includes(name)
          ? [`${path}:${lineOf(start)} imports ${name}`]
          : [],
      ),
    );
  });
}

/**
 * A function type of `domain` that returns a promise: it would promise input or output. Such a type stands beside the use
 * case that implements it.
 */
export function asyncTypeFaults(sources: readonly Source[]): string[] {
  return sources.flatMap(({ path, program, lineOf }) => {
    if (!path.startsWith('src/domain/')) return [];
    const faults: string[] = [];
    new Visitor({
      TSTypeReference({ typeName, start }) {
        if (typeName.type === 'Identifier' && /^Promise(Like)?$/.test(typeName.name))
          faults.push(`${path}:${lineOf(start)} says ${typeName.name}`);
      },
    }).visit(program);
    return faults;
  });
}

const MOST_FILES = 16;

/** Folders that hold more files than a reader takes in at a glance. */
export function crowdedFaults(paths: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const path of paths) {
    const folder = path.slice(0, path.lastIndexOf('/'));
    counts.set(folder, (counts.get(folder) ?? 0) + 1);
  }
  return [...counts].flatMap(([folder, count]) =>
    count > MOST_FILES ? [`${folder} has ${count} files`] : [],
  );
}

export function layerFaults(sources: readonly Source[]): string[] {
  return sources.flatMap((source) => {
    const from = layerOf(source.path);
    if (from === null) return [`${source.path} belongs to no layer`];
    return source.imports.flatMap((imported) => {
      if (imported.target === null) return [];
      const to = layerOf(imported.target);
      const fine = to !== null && mayImport(from, to, imported);
      return fine ? [] : [`${source.path}:${imported.line} (${from}) imports ${imported.target}`];
    });
  });
}

const DOMAIN_PACKAGES = [
  'libphonenumber-js',
  'otplib',
  '@otplib/plugin-crypto-node',
  'node:crypto',
  'node:url',
];

function packageOf(specifier: string): string {
  const [scopeOrName = '', name = ''] = specifier.split('/');
  return scopeOrName.startsWith('@') ? `${scopeOrName}/${name}` : scopeOrName;
}

function mayUse(layer: string, name: string): boolean {
  if (layer === 'domain') return DOMAIN_PACKAGES.includes(name);
  if (layer === 'ports' || layer === 'use-cases') return false;
  if (name === 'oidc-provider') return layer === 'oidc' || layer === 'plugin';
  if (name === 'jose') return layer === 'resource-server';
  if (name === 'openid-client') return layer === 'http/demo';
  if (['koa', '@koa/router', 'ejs'].includes(name))
    return /^(http\/|oidc|plugin|presentation|messages)/.test(layer);
  return true;
}

export function packageFaults(sources: readonly Source[]): string[] {
  return sources.flatMap((source) => {
    const layer = layerOf(source.path) ?? '';
    return source.imports.flatMap(({ specifier, target, line }) => {
      if (target !== null) return [];
      const name = packageOf(specifier);
      return mayUse(layer, name) ? [] : [`${source.path}:${line} (${layer}) uses ${name || 'import()'}`];
    });
  });
}

/** Imports that lead back to where they began; types count, since they must be read in a circle too. */
export function cycleFaults(sources: readonly Source[]): string[] {
  const edges = new Map(sources.map(({ path, imports }) => [path, imports.flatMap((i) => i.target ?? [])]));
  const done = new Set<string>();
  const faults: string[] = [];

  function walk(path: string, auditLog: readonly string[]): void {
    const at = auditLog.indexOf(path);
    if (at >= 0) faults.push([...auditLog.slice(at), path].join(' → '));
    if (at >= 0 || done.has(path)) return;
    for (const next of edges.get(path) ?? []) walk(next, [...auditLog, path]);
    done.add(path);
  }

  for (const path of edges.keys()) walk(path, []);
  return faults;
}

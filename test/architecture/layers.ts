/** Who may import whom. A rule is a function from sources to the faults it found, one line each. */
import type { Import, Source } from './source.ts';

/** The only files that know oidc-provider. */
const OIDC_PROVIDER_FILES = [
  'src/http/app.ts',
  'src/http/first-party.ts',
  'src/http/provider.ts',
  'src/http/provider-adapter.ts',
  'src/http/provider-pages.ts',
  'src/http/provider-read-ahead.ts',
  'src/http/provider-session.ts',
  'src/http/provider-session-adapter.ts',
  'src/http/provider-session-merge.ts',
  'src/http/provider-tickets.ts',
  'src/http/second-factor/configure.ts',
  'src/http/second-factor/index.ts',
  'src/http/second-factor/options.ts',
  'src/http/second-factor/prompt.ts',
  'src/http/second-factor/records.ts',
  'src/plugin.ts',
];

/**
 * Programs (and the parts of the command, in `src/cli`) and published entries: above everything, imported by nothing
 * but each other.
 */
const ENTRIES = ['src/main.ts', 'src/cli.ts', 'src/index.ts', 'src/server.ts'];

/** Where adapters are named: for the server, and for what a guest chooses of them. */
const COMPOSITIONS = [
  'src/assemble.ts',
  'src/delivery.ts',
  'src/embedded.ts',
  'src/keys.ts',
  'src/mongo.ts',
  'src/notices.ts',
  'src/opener-checks.ts',
  'src/plugin.ts',
  'src/redis.ts',
  'src/senders.ts',
  'src/upkeep.ts',
];

/**
 * `domain`, `ports`, `use-cases`, `config`, `adapters/NAME`, `http` (files of every area), `http/AREA`, `assemble`,
 * `entry`; null for a file that belongs nowhere.
 */
export function layerOf(path: string): string | null {
  if (ENTRIES.includes(path) || path.startsWith('src/cli/')) return 'entry';
  if (COMPOSITIONS.includes(path)) return 'assemble';
  if (path === 'src/config.ts') return 'config';
  const [, layer, folder, ...rest] = path.split('/');
  if (layer === 'adapters') return rest.length > 0 ? `adapters/${folder}` : null;
  if (layer === 'http') return rest.length > 0 ? `http/${folder}` : 'http';
  return ['domain', 'ports', 'use-cases', 'config'].includes(layer ?? '') && folder !== undefined
    ? (layer ?? null)
    : null;
}

function isShared(layer: string): boolean {
  return layer === 'http' || layer === 'http/middleware';
}

/** Whether a file of one layer may import one of another; what is not said here is refused. */
function mayImport(from: string, to: string, { target, isType }: Import): boolean {
  if (from === 'assemble') return to !== 'entry';
  if (from === 'entry') return !to.startsWith('adapters/');
  if (to === 'domain') return true;
  if (from === 'domain') return false;
  if (to === 'ports') return from !== 'config';
  if (from === 'config') return to === 'config';
  if (from.startsWith('adapters/')) return to === from;
  if (!from.startsWith('http')) return false;
  if (to === 'config') return isType && target === 'src/config/shape.ts';
  if (to === 'use-cases') return from !== 'http/middleware';
  if (from === 'http') return to.startsWith('http');
  return isShared(to) || to === from;
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

const DOMAIN_PACKAGES = ['libphonenumber-js', 'otplib', '@otplib/plugin-crypto-node', 'node:crypto'];

function packageOf(specifier: string): string {
  const [scopeOrName = '', name = ''] = specifier.split('/');
  return scopeOrName.startsWith('@') ? `${scopeOrName}/${name}` : scopeOrName;
}

function mayUse(path: string, layer: string, name: string): boolean {
  if (layer === 'domain') return DOMAIN_PACKAGES.includes(name);
  if (layer === 'ports' || layer === 'use-cases') return false;
  if (name === 'oidc-provider') return OIDC_PROVIDER_FILES.includes(path);
  if (name === 'openid-client') return layer === 'http/demo';
  if (['koa', '@koa/router', 'ejs'].includes(name)) return layer.startsWith('http') || layer === 'assemble';
  return true;
}

export function packageFaults(sources: readonly Source[]): string[] {
  return sources.flatMap((source) => {
    const layer = layerOf(source.path) ?? '';
    return source.imports.flatMap(({ specifier, target, line }) => {
      if (target !== null) return [];
      const name = packageOf(specifier);
      return mayUse(source.path, layer, name)
        ? []
        : [`${source.path}:${line} (${layer}) uses ${name || 'import()'}`];
    });
  });
}

/** Imports that lead back to where they began; types count, since they must be read in a circle too. */
export function cycleFaults(sources: readonly Source[]): string[] {
  const edges = new Map(sources.map(({ path, imports }) => [path, imports.flatMap((i) => i.target ?? [])]));
  const done = new Set<string>();
  const faults: string[] = [];

  function walk(path: string, trail: readonly string[]): void {
    const at = trail.indexOf(path);
    if (at >= 0) faults.push([...trail.slice(at), path].join(' → '));
    if (at >= 0 || done.has(path)) return;
    for (const next of edges.get(path) ?? []) walk(next, [...trail, path]);
    done.add(path);
  }

  for (const path of edges.keys()) walk(path, []);
  return faults;
}

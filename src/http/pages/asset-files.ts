/** The product's own static files. Their paths carry their hash, so that browsers may keep them for good. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { OWN_SITE, type Site } from './site.ts';

export const ASSET_NAMES = [
  'campaign-progress.js',
  'copy-key.js',
  'doublelock.css',
  'mark.svg',
  'passkey.js',
  'passkey-ability.js',
  'passkey-offer.js',
  'passkey-sign-in.js',
  'passkey-signals.js',
  'password-field.js',
  'recovery-codes.js',
  'self-submit.js',
] as const;
export type AssetName = (typeof ASSET_NAMES)[number];

export interface AssetFile {
  /** `/assets/doublelock.1a2b3c4d5e6f.css` */
  readonly path: string;
  readonly type: string;
  readonly body: Buffer;
}

const TYPES: Readonly<Record<AssetName, string>> = {
  'campaign-progress.js': 'text/javascript; charset=utf-8',
  'copy-key.js': 'text/javascript; charset=utf-8',
  'doublelock.css': 'text/css; charset=utf-8',
  'mark.svg': 'image/svg+xml',
  'passkey.js': 'text/javascript; charset=utf-8',
  'passkey-ability.js': 'text/javascript; charset=utf-8',
  'passkey-offer.js': 'text/javascript; charset=utf-8',
  'passkey-sign-in.js': 'text/javascript; charset=utf-8',
  'passkey-signals.js': 'text/javascript; charset=utf-8',
  'password-field.js': 'text/javascript; charset=utf-8',
  'recovery-codes.js': 'text/javascript; charset=utf-8',
  'self-submit.js': 'text/javascript; charset=utf-8',
};

const VIEW_ASSETS = new URL('../../../views/assets/', import.meta.url);

/** The parts of our own style, in the order in which they build on each other. */
const STYLES = ['doublelock.css', 'forms.css', 'pages.css', 'preferences.css'];

/** Pico stands in a cascade layer, so that our own rules and the tenant's take precedence over it. */
function stylesheet(): Buffer {
  const pico = new URL(import.meta.resolve('@picocss/pico/css/pico.classless.min.css'));
  // `@charset` counts only at the very start of a file. The Content-Type header already names the encoding.
  const base = readFileSync(pico, 'utf8').replace(/^@charset "UTF-8";/, '');
  const own = STYLES.map((name) => readFileSync(new URL(name, VIEW_ASSETS)));
  return Buffer.concat([Buffer.from(`@layer pico{${base}}\n`), ...own]);
}

/** A script of ours, after the WebAuthn library. The package's single file for all browsers is not among its exports. */
function passkeyScript(name: AssetName): Buffer {
  const library = new URL('../dist/bundle/index.umd.min.js', import.meta.resolve('@simplewebauthn/browser'));
  const own = readFileSync(new URL(name, VIEW_ASSETS));
  return Buffer.concat([readFileSync(library), Buffer.from('\n'), own]);
}

const JOINED: Partial<Record<AssetName, (name: AssetName) => Buffer>> = {
  'doublelock.css': stylesheet,
  'passkey.js': passkeyScript,
  'passkey-offer.js': passkeyScript,
  'passkey-sign-in.js': passkeyScript,
  'passkey-signals.js': passkeyScript,
};

function load(name: AssetName, root: string): AssetFile {
  const body = JOINED[name]?.(name) ?? readFileSync(new URL(name, VIEW_ASSETS));
  const hash = createHash('sha256').update(body).digest('hex').slice(0, 12);
  return { path: `${root}/assets/${name.replace('.', `.${hash}.`)}`, type: TYPES[name], body };
}

export function loadAssets({ root }: Pick<Site, 'root'> = OWN_SITE): Readonly<Record<AssetName, AssetFile>> {
  return {
    'campaign-progress.js': load('campaign-progress.js', root),
    'copy-key.js': load('copy-key.js', root),
    'doublelock.css': load('doublelock.css', root),
    'mark.svg': load('mark.svg', root),
    'passkey.js': load('passkey.js', root),
    'passkey-ability.js': load('passkey-ability.js', root),
    'passkey-offer.js': load('passkey-offer.js', root),
    'passkey-sign-in.js': load('passkey-sign-in.js', root),
    'passkey-signals.js': load('passkey-signals.js', root),
    'password-field.js': load('password-field.js', root),
    'recovery-codes.js': load('recovery-codes.js', root),
    'self-submit.js': load('self-submit.js', root),
  };
}

/** The path of a tenant's colour and logo. Both are checked when the configuration is loaded. */
export const brandStylePath = ({ root }: Pick<Site, 'root'>, tenantId: string): string =>
  `${root}/assets/brand/${encodeURIComponent(tenantId)}.css`;
export const logoPath = ({ root }: Pick<Site, 'root'>, tenantId: string): string =>
  `${root}/assets/brand/${encodeURIComponent(tenantId)}/logo`;

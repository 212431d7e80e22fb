/** The static files: the product's own, and each tenant's colour and logo. */
import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import Router from '@koa/router';
import type { Context, Next } from 'koa';
import type { Tenant } from '../../domain/tenant.ts';
import { brandStyle, logoOf } from '../../presentation/brand.ts';
import { type AssetFile, brandStylePath, loadAssets, logoPath } from '../pages/asset-files.ts';
import { OWN_SITE, type Site } from '../pages/site.ts';

/** Seconds: one year, since the path changes with the content. */
const FOR_GOOD = 'public, max-age=31536000, immutable';
/** Seconds: five minutes, then revalidated by ETag, since a reload of the configuration may change it. */
const FOR_NOW = 'public, max-age=300';

interface Served extends Omit<AssetFile, 'path'> {
  readonly caching: string;
  readonly tag: string;
  /** For text files only, since images are compressed already. */
  readonly zipped: Buffer | null;
}

export interface AssetRoutesOptions {
  readonly tenants: readonly Tenant[];
  readonly site?: Site;
}

export function createAssetRoutes({ tenants, site = OWN_SITE }: AssetRoutesOptions): Router {
  const router = new Router({ prefix: site.root });
  const files = collect(tenants, site);

  router.get('/favicon.ico', (ctx) => serve(ctx, files.get(`${site.root}/favicon.ico`)));
  router.get('/assets/:file', serveByPath);
  router.get('/assets/brand/:file', serveByPath);
  router.get('/assets/brand/:tenant/logo', serveByPath);

  function serveByPath(ctx: Context, next: Next): Promise<void> | void {
    const file = files.get(ctx.path);
    return file === undefined ? next() : serve(ctx, file);
  }

  return router;
}

/** Maps every path to its file in memory, so that no request reaches the file system. */
function collect(tenants: readonly Tenant[], site: Site): ReadonlyMap<string, Served> {
  const own = loadAssets(site);
  const files = new Map(Object.values(own).map((file) => [file.path, served(file, FOR_GOOD)]));
  files.set(`${site.root}/favicon.ico`, served(own['mark.svg'], FOR_NOW));
  for (const tenant of tenants) {
    const style = brandStyle(tenant.brand.colour);
    const logo = logoOf(tenant);
    const type = 'text/css; charset=utf-8';
    if (style !== null)
      files.set(brandStylePath(site, tenant.id), served({ type, body: Buffer.from(style) }, FOR_NOW));
    if (logo !== null) files.set(logoPath(site, tenant.id), served(logo, FOR_NOW));
  }
  return files;
}

function served({ type, body }: Omit<AssetFile, 'path'>, caching: string): Served {
  const tag = createHash('sha256').update(body).digest('base64url').slice(0, 16);
  const isText = type.startsWith('text/') || type === 'image/svg+xml';
  return { type, body, caching, tag, zipped: isText ? gzipSync(body, { level: 9 }) : null };
}

function serve(ctx: Context, file: Served | undefined): void {
  if (file === undefined) return;
  ctx.set('Cache-Control', file.caching);
  ctx.set('X-Content-Type-Options', 'nosniff');
  // An image that is opened by itself runs no script and loads nothing.
  ctx.set('Content-Security-Policy', "default-src 'none'; frame-ancestors 'none'");
  ctx.type = file.type;
  ctx.status = 200;
  const zipped = file.zipped !== null && ctx.acceptsEncodings('gzip', 'identity') === 'gzip';
  if (file.zipped !== null) ctx.vary('Accept-Encoding');
  ctx.etag = zipped ? `${file.tag}-gz` : file.tag;
  if (ctx.fresh) {
    ctx.status = 304;
    return;
  }
  if (zipped) ctx.set('Content-Encoding', 'gzip');
  ctx.body = zipped ? file.zipped : file.body;
  ctx.type = file.type;
}

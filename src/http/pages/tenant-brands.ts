/** Whose name, colour and help a page carries: the tenant's, or the product's. */
import { LOCALES, type Locale } from '../../domain/account.ts';
import type { Tenant } from '../../domain/tenant.ts';
import { brandStyle, logoOf } from '../../presentation/brand.ts';
import { webAddress } from '../../presentation/plain-text.ts';
import { brandStylePath, logoPath } from './asset-files.ts';
import type { Site } from './site.ts';

const PRODUCT = 'Doublelock';

export interface Brand {
  readonly name: string;
  /** Null on a page that belongs to no tenant. */
  readonly tenantName: string | null;
  readonly styleHref: string | null;
  readonly logoHref: string | null;
  readonly support: { readonly email: string | null; readonly url: string | null };
  /** The administrator's own explanation, in the page's language where there is one. */
  readonly message: { readonly text: string; readonly lang: Locale } | null;
}

const OURS: Brand = {
  name: PRODUCT,
  tenantName: null,
  styleHref: null,
  logoHref: null,
  support: { email: null, url: null },
  message: null,
};

/** Colours and logos are looked at once, so that a page names only what is really served. */
export function brandsOf(
  tenants: readonly Tenant[],
  site: Pick<Site, 'root'>,
): (tenant: Tenant | null, lang: Locale) => Brand {
  const hrefs = new Map(
    tenants.map((tenant) => [
      tenant.id,
      {
        styleHref: brandStyle(tenant.brand.colour) === null ? null : brandStylePath(site, tenant.id),
        logoHref: logoOf(tenant) === null ? null : logoPath(site, tenant.id),
      },
    ]),
  );
  return (tenant, lang) => {
    if (tenant === null) return OURS;
    return {
      name: tenant.name,
      tenantName: tenant.name,
      styleHref: hrefs.get(tenant.id)?.styleHref ?? null,
      logoHref: hrefs.get(tenant.id)?.logoHref ?? null,
      support: { email: tenant.support.email, url: webAddress(tenant.support.url) },
      message: messageIn(tenant, lang),
    };
  };
}

/** In another language rather than not at all. */
function messageIn({ secondFactor: { message } }: Tenant, lang: Locale): Brand['message'] {
  const found = [lang, ...LOCALES].find((locale) => message[locale]);
  return found === undefined ? null : { text: message[found] ?? '', lang: found };
}

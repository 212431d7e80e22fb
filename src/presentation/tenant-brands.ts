/** The name, colour and support contact on a page: those of the tenant or those of the product. */
import { LOCALES, type Locale } from '../domain/account.ts';
import type { Tenant } from '../domain/tenant.ts';
import { brandStyle, logoOf } from './brand.ts';
import { webAddress } from './plain-text.ts';

const PRODUCT = 'Doublelock';

export interface Brand {
  readonly name: string;
  /** Null on a page that belongs to no tenant. */
  readonly tenantName: string | null;
  readonly styleHref: string | null;
  readonly logoHref: string | null;
  readonly support: { readonly email: string | null; readonly url: string | null };
  /** The administrator's explanation, in the page's language if it exists. */
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

/** The URLs at which the files of a tenant are served. */
export interface BrandUrls {
  readonly style: (tenantId: string) => string;
  readonly logo: (tenantId: string) => string;
}

/** Checks colours and logos once, so that a page names only files that are served. */
export function brandsOf(
  tenants: readonly Tenant[],
  urls: BrandUrls,
): (tenant: Tenant | null, lang: Locale) => Brand {
  const hrefs = new Map(
    tenants.map((tenant) => [
      tenant.id,
      {
        styleHref: brandStyle(tenant.brand.colour) === null ? null : urls.style(tenant.id),
        logoHref: logoOf(tenant) === null ? null : urls.logo(tenant.id),
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

/** Falls back to the first language that has a message. */
function messageIn({ secondFactor: { message } }: Tenant, lang: Locale): Brand['message'] {
  const found = [lang, ...LOCALES].find((locale) => message[locale]);
  return found === undefined ? null : { text: message[found] ?? '', lang: found };
}

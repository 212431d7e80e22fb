/** What the package gives to somebody else's oidc-provider. */
export type { Mounted } from './http/mount.ts';
export type { Frame, Pages, RenderSome, SecondFactorPage } from './http/pages.ts';
export type { HostAccount, HostTenant, SecondFactorOptions } from './http/second-factor/options.ts';
export { type SecondFactor, secondFactor } from './plugin.ts';
export type * from './ports/log.ts';
export type * from './ports/stores.ts';
export type * from './ports/system.ts';

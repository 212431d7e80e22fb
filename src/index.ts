/** What the package gives to somebody else's oidc-provider. */
export { type SecondFactorOptions, secondFactor } from './http/second-factor/index.ts';
export type * from './ports/stores.ts';
export type * from './ports/system.ts';

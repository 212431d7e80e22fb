/** The catalogue: the methods that this release can do, in the order in which they are offered. */
import type { CodeMethod, MethodName } from '../method.ts';
import { createTotp, type TotpSettings } from './totp.ts';

export const CATALOGUE = ['totp'] as const satisfies readonly MethodName[];

export interface MethodSettings {
  readonly totp: TotpSettings;
}

/** The methods at work, under their names. */
export type Methods = Readonly<Record<(typeof CATALOGUE)[number], CodeMethod>>;

export function createMethods(settings: MethodSettings): Methods {
  return { totp: createTotp(settings.totp) };
}

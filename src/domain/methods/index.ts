/** The catalogue: every method has one line here, in the order in which methods are offered. */

import { app } from './app.ts';
import type {
  BrowserMethod,
  Catalogue,
  ContactKind,
  Method,
  MethodDefinition,
  MethodTraits,
  SentMethod,
  SetMethod,
  SettingsByMethod,
} from './contract.ts';
import { type EmailSettings, email } from './email.ts';
import type { MethodName } from './method.ts';
import { passkey } from './passkey.ts';
import { recovery } from './recovery-code.ts';
import { type SmsSettings, sms } from './sms.ts';
import { type TotpSettings, totp } from './totp.ts';
import type { PasskeySite } from './webauthn.ts';

export const CATALOGUE: Catalogue = [passkey, app, totp, sms, email, recovery];

/** The methods that this release can do. */
export const BUILT_METHODS: readonly MethodName[] = CATALOGUE.filter(({ isBuilt }) => isBuilt).map(
  ({ name }) => name,
);

/** The settings of the methods of the product. */
export type MethodSettings = SettingsByMethod & {
  readonly totp: TotpSettings;
  /** Null: no mail can be sent. */
  readonly email: EmailSettings | null;
  /** Null: no SMS can be sent. */
  readonly sms: SmsSettings | null;
};

/** The methods at work. */
export interface Methods {
  readonly all: readonly Method[];
  /** Null for a name that no method at work has. */
  find(name: MethodName): Method | null;
  /** The method of codes that are sent under this name; null for every other method. */
  sent(name: MethodName): SentMethod | null;
  /** The method whose codes go to the account's address; null when no mail can be sent. */
  readonly toAddress: SentMethod | null;
  readonly browser: BrowserMethod;
  /** Codes on paper that come with the first factor. */
  readonly paper: SetMethod;
}

/** Puts the methods of a catalogue to work. Throws a TypeError where it has no recovery codes or no passkeys. */
export function createMethods(settings: SettingsByMethod, catalogue: Catalogue = CATALOGUE): Methods {
  const all = catalogue.flatMap((definition) => definition.create(settings) ?? []);
  const byName = new Map(all.map((method) => [method.name, method]));
  const paper = all.find((method) => method.kind === 'set');
  const browser = all.find((method) => method.kind === 'browser');
  if (!paper || !browser) throw new TypeError('the catalogue has no recovery codes or no passkeys');
  const find = (name: MethodName) => byName.get(name) ?? null;
  return {
    all,
    find,
    sent(name) {
      const method = find(name);
      return method?.kind === 'sent' ? method : null;
    },
    toAddress:
      all.filter((method) => method.kind === 'sent').find(({ sends }) => sends === 'address') ?? null,
    browser,
    paper,
  };
}

/** The names of those that can be used; `site` null: no browser would make passkeys here. */
export function availableOf({ all }: Methods, site: PasskeySite | null): readonly MethodName[] {
  return all.filter(({ kind }) => kind !== 'browser' || site !== null).map(({ name }) => name);
}

export function definitionOf(name: MethodName, catalogue: Catalogue = CATALOGUE): MethodDefinition | null {
  return catalogue.find((definition) => definition.name === name) ?? null;
}

/** Null for a name that is not in the catalogue. */
export function traitsOf(name: MethodName, catalogue: Catalogue = CATALOGUE): MethodTraits | null {
  return definitionOf(name, catalogue)?.traits ?? null;
}

/** The method whose codes go to this kind of contact; null: there is none. */
export function methodSentTo(kind: ContactKind): MethodName | null {
  return CATALOGUE.find(({ traits }) => traits.sends === kind)?.name ?? null;
}

/** The kind of contact that codes of a method go to; null for a method that sends none. */
export function sentTo(name: MethodName): ContactKind | null {
  return traitsOf(name)?.sends ?? null;
}

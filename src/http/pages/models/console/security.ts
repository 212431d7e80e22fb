/** The models of the pages on which an administrator changes the settings of the tenant. */
import type { MethodName } from '../../../../domain/methods/method.ts';
import type { Enforcement, Minimum } from '../../../../domain/tenant.ts';
import type { SettingField, TypedSettings } from '../../../../domain/tenant-settings/form.ts';
import type { SettingName, TenantSettings } from '../../../../domain/tenant-settings/settings.ts';
import type { PreviewTotals } from '../../../../use-cases/administration/settings/preview-settings.ts';
import type { Form } from '../../page-parts.ts';

/** A value before and after. */
export interface SettingChange {
  readonly name: SettingName;
  readonly from: TenantSettings[SettingName];
  readonly to: TenantSettings[SettingName];
}

/** A key that the configuration file writes. */
export interface WrittenSetting {
  /** As in the file: `second_factor.grace_days`. */
  readonly key: string;
  readonly value: TenantSettings[SettingName];
  /** Whether the file leaves no other value. */
  readonly isFixed: boolean;
}

export interface VersionView {
  readonly number: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** The e-mail address of the administrator. Null: the account is gone. */
  readonly by: string | null;
  readonly reason: string | null;
  readonly revertOf: number | null;
  readonly changes: readonly SettingChange[];
  readonly isCurrent: boolean;
}

export interface ConsoleSecurityPages {
  'admin-security': {
    readonly form: Form;
    readonly version: number;
    readonly typed: Required<TypedSettings>;
    readonly written: Readonly<Partial<Record<SettingField, WrittenSetting>>>;
    readonly enforcements: readonly Enforcement[];
    readonly minimums: readonly Minimum[];
    readonly methods: readonly { readonly name: MethodName; readonly isChosen: boolean }[];
    /** After a conflict: the saved value of each setting that differs from what was typed. */
    readonly saved: readonly Pick<SettingChange, 'name' | 'to'>[];
    readonly versions: readonly VersionView[];
    /** Whether the settings of the configuration alone can come back. */
    readonly canRevertAll: boolean;
    readonly olderHref: string | null;
    /** The number of the version that was just made. */
    readonly done: number | null;
  };
  'admin-preview': {
    readonly form: Form;
    readonly draft: string;
    readonly revertOf: number | null;
    readonly changes: readonly SettingChange[];
    /** The settings that ask less than before. */
    readonly loosened: readonly SettingName[];
    readonly needsSecond: boolean;
    readonly totals: PreviewTotals;
    /** The names of applications that ask for a second step of everybody. */
    readonly strictClients: readonly string[];
    readonly reason: string;
  };
}

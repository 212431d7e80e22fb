/** The collection of the settings of tenants. */
import { Schema } from 'mongoose';
import { OPTIONS } from './options.ts';

export interface TenantSettingsDocument {
  /** Tenant and number. */
  _id: string;
  tenantId: string;
  number: number;
  /** JSON. */
  settings: string;
  by: string;
  at: Date;
  reason: string | null;
  revertOf: number | null;
}

export const tenantSettings = new Schema<TenantSettingsDocument>(
  {
    _id: String,
    tenantId: String,
    number: Number,
    settings: String,
    by: String,
    at: Date,
    reason: String,
    revertOf: Number,
  },
  { ...OPTIONS, collection: 'tenant_settings' },
).index({ tenantId: 1, number: -1 });

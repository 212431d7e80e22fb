/** Composes the short-lived drafts of people: each kind has a model of its own in the store of the provider. */
import type { DraftStore } from '../ports/administration/drafts.ts';
import type { Cipher } from '../ports/system.ts';
import { createKeptForms, type KeptForms } from '../use-cases/account/kept-forms.ts';
import type { Parts, Stores } from './parts.ts';

export function draftsOf(
  { providerShortLived: store }: Pick<Stores, 'providerShortLived'>,
  model: 'SettingsDraft' | 'KeptForm',
): DraftStore {
  return {
    put: (key, draft, expiresAt) => store.upsert(model, key, draft, expiresAt),
    find: (key, now) => store.find(model, key, now),
    remove: (key) => store.destroy(model, key),
  };
}

/** The text of forms that came too late. */
export function keptFormsOf({ stores, clock }: Pick<Parts, 'stores' | 'clock'>, cipher: Cipher): KeptForms {
  return createKeptForms({ drafts: draftsOf(stores, 'KeptForm'), cipher, clock });
}

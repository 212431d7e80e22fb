/** Composes the security settings of the console. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { SecurityPageDeps } from '../../http/admin/security/security.ts';
import type { PeopleStore } from '../../ports/administration/people-store.ts';
import { createChangeSettings } from '../../use-cases/administration/settings/change-settings.ts';
import { createFindNames } from '../../use-cases/administration/settings/find-names.ts';
import { createPreviewSettings } from '../../use-cases/administration/settings/preview-settings.ts';
import type { Server } from '../composition.ts';
import { draftsOf } from '../drafts.ts';

export function securitySettingsOf(
  { config, effectiveTenants, events, parts, plugin, clients, guards: { forms }, render }: Server,
  people: PeopleStore,
): SecurityPageDeps {
  const { stores, clock, random, logger } = parts;
  const { available, trustedBrowsers } = plugin.useCases;
  return {
    changeSettings: createChangeSettings({
      effectiveTenants,
      tenantSettings: stores.tenantSettings,
      drafts: draftsOf(stores, 'SettingsDraft'),
      available,
      async endTrust(tenant) {
        const { finish } = await trustedBrowsers.endWhereForbidden([tenant]);
        // The request need not wait for it: the policy of the tenant counts already.
        finish().catch((error: unknown) => logger.warn({ event: 'store.sweep_failed', error }));
      },
      events,
      clock,
      random,
    }),
    previewSettings: createPreviewSettings({
      people,
      administration: stores.administration,
      listTrusted: trustedBrowsers.list,
      available,
      othersFirst: () => nextTurn(),
      clock,
    }),
    findNames: createFindNames({ administration: stores.administration }),
    strictClients: (tenantId) =>
      config.clients
        .filter(
          ({ secondFactor, ...client }) =>
            secondFactor === 'always' && (client.tenantId ?? tenantId) === tenantId,
        )
        .map(({ clientId }) => clients.nameOf(clientId)),
    forms,
    render,
  };
}

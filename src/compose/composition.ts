/** The composed server as one typed object. `server.ts` builds it, and `areas.ts` reads it. */
import type { Config } from '../config/shape.ts';
import type { DemoSessions } from '../http/demo/sessions.ts';
import type { FormTokens } from '../http/guards/forms.ts';
import type { KnownBrowser } from '../http/guards/known-browser.ts';
import type { RequireAdministrator } from '../http/guards/require-administrator.ts';
import type { RequireSession } from '../http/guards/require-session.ts';
import type { TypedFields } from '../http/guards/typed-fields.ts';
import type { VisitCookie } from '../http/guards/visit-cookie.ts';
import type { Render } from '../http/pages/page-contract.ts';
import type { WayOn } from '../http/pages/way-on.ts';
import type { DeviceState } from '../oidc/device/device-state.ts';
import type { ProviderPages } from '../oidc/page-hooks.ts';
import type { createProvider } from '../oidc/provider.ts';
import type { ProviderSession } from '../oidc/session/provider-session.ts';
import type { Plugin } from '../plugin/compose.ts';
import type { EventLog } from '../ports/events.ts';
import type { Cipher } from '../ports/system.ts';
import type { FindAccount } from '../use-cases/account/find-account.ts';
import type { EffectiveTenants } from '../use-cases/administration/settings/effective-tenants.ts';
import type { DeviceCodes } from '../use-cases/device/device-codes.ts';
import type { EndSessions } from '../use-cases/sign-in/end-sessions.ts';
import type { SignIn } from '../use-cases/sign-in/password.ts';
import type { AccountUseCases } from './account/account.ts';
import type { ClientNames } from './client-names.ts';
import type { Notices } from './notices.ts';
import type { Parts } from './parts.ts';

/** Whether the process takes new sign-ins. A process that is stopping does not. */
export type Readiness = () => Promise<{ ready: true } | { ready: false; reason: string }>;

/** The server of one configuration, before its areas. */
export interface Server {
  /** Its tenants have their effective settings. */
  readonly config: Config;
  readonly effectiveTenants: EffectiveTenants;
  readonly parts: Parts;
  readonly cipher: Cipher;
  readonly events: EventLog;
  readonly notices: Notices;
  readonly endSessions: EndSessions;
  readonly readiness: Readiness;
  readonly demoSessions: DemoSessions;
  readonly plugin: Plugin;
  readonly provider: ReturnType<typeof createProvider>;
  readonly providerPages: ProviderPages;
  readonly session: ProviderSession;
  readonly deviceState: DeviceState;
  readonly useCases: {
    readonly signIn: SignIn;
    readonly deviceCodes: DeviceCodes;
    readonly findAccount: FindAccount;
  } & AccountUseCases;
  readonly guards: {
    readonly forms: FormTokens;
    readonly knownBrowser: KnownBrowser;
    readonly requireSession: RequireSession;
    readonly requireAdministrator: RequireAdministrator;
    readonly typedFields: TypedFields;
    readonly visitCookie: VisitCookie;
  };
  readonly render: Render;
  readonly clients: ClientNames;
  readonly wayOn: WayOn;
}

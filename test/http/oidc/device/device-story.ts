/** A device and its person: asks for a code, types it, confirms, and fetches the tokens. */
import * as client from 'openid-client';
import type { Yaml } from '../../../support/app.ts';
import { type App, CALLBACK } from '../../../support/app.ts';
import type { RelyingParty } from '../../../support/hosts/relying-party.ts';
import type { Page } from '../../../support/pages/page.ts';
import type { Visitor } from '../../../support/visitor.ts';
import { confidential, partyOf, withClients } from '../story.ts';

const DEVICE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code';

/** The interval of our server, and a second more. */
const AFTER_INTERVAL_MS = 6000;

/** The standard clients, and devices of several kinds. */
export function withDevices(): Yaml {
  const grants = { grant_types: [DEVICE_GRANT, 'refresh_token'], redirect_uris: [] };
  return withClients(
    confidential('tv', { ...grants, client_name: 'Television' }),
    { client_id: 'cli', ...grants, first_party: true },
    confidential('third-tv', { ...grants, first_party: false }),
    confidential('strict-tv', { ...grants, tenant: 'strict' }),
    confidential('always-tv', { ...grants, second_factor: 'always' }),
    confidential('linked-tv', { ...grants, initiate_login_uri: 'http://tv.test/login' }),
  );
}

export type DeviceAnswer = Awaited<ReturnType<typeof client.initiateDeviceAuthorization>>;
export type DeviceTokens = Awaited<ReturnType<typeof client.pollDeviceAuthorizationGrant>>;

export function deviceParty(app: App, clientId = 'tv'): Promise<RelyingParty> {
  return clientId === 'cli' ? partyOf(app, clientId, CALLBACK, null) : partyOf(app, clientId);
}

export function ask(
  rp: RelyingParty,
  parameters: Readonly<Record<string, string>> = {},
): Promise<DeviceAnswer> {
  return client.initiateDeviceAuthorization(rp.configuration, { scope: 'openid', ...parameters });
}

/** One request of the device to the token endpoint, after its interval. Rejects with the error of the answer. */
export function poll(app: App, rp: RelyingParty, { device_code: code }: DeviceAnswer): Promise<DeviceTokens> {
  app.clock.nextStep(AFTER_INTERVAL_MS);
  return pollAtOnce(rp, code);
}

export function pollAtOnce(rp: RelyingParty, deviceCode: string): Promise<DeviceTokens> {
  return client.genericGrantRequest(rp.configuration, DEVICE_GRANT, { device_code: deviceCode });
}

/** Opens `/device` and types the code. The answer is not followed. */
export async function type(visitor: Visitor, userCode: string): Promise<Page> {
  const page = await visitor.open('/device');
  return visitor.submit(page, { user_code: userCode });
}

/** From `/device` to the confirmed request. Follows to where that leads: the sign-in, or the end. */
export async function confirm(visitor: Visitor, userCode: string): Promise<Page> {
  const page = await visitor.follow(await type(visitor, userCode));
  return visitor.follow(await visitor.submit(page, {}, 'confirm'));
}

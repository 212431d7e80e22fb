import { expect } from 'chai';
import { initiateDeviceAuthorization, pollDeviceAuthorizationGrant } from 'openid-client';
import { BARE } from '../../support/hosts/guest-kinds.ts';
import { interaction, login, MFA, setUp } from '../story.ts';

describe('other flows of a host [A15]', () => {
  const at = interaction(BARE, {
    configuration: {
      features: {
        devInteractions: { enabled: false },
        deviceFlow: {
          enabled: true,
          userCodeConfirmSource(ctx, form) {
            ctx.body = `${form}<button form="op.deviceConfirmForm">Yes</button>`;
          },
          successSource(ctx) {
            ctx.body = 'done';
          },
        },
      },
    },
    clientGrants: ['urn:ietf:params:oauth:grant-type:device_code'],
  });

  it('ask for the second factor in the device flow', async () => {
    const device = await initiateDeviceAuthorization(at.rp.configuration, { scope: 'openid' });
    const visitor = at.host.visitor();
    const entry = await visitor.open(String(device.verification_uri_complete));
    // The library's page submits itself; then it asks whether the code is the one on the device.
    const confirm = await visitor.follow(await visitor.submit(entry, {}));
    await visitor.follow(await visitor.submit(confirm, {}));
    expect((await login(visitor, 'ann')).name).to.equal('set-up-choose');
    await setUp(at.host, visitor);
    const tokens = await pollDeviceAuthorizationGrant(at.rp.configuration, { ...device, interval: 0.01 });
    expect(tokens.claims()).to.include({ sub: 'ann', acr: MFA });
  });
});

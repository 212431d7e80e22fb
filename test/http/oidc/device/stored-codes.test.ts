/** The stores hold neither the code of a device nor the one that its person types. */
import { expect } from 'chai';
import type { Stores } from '../../../../src/compose/parts.ts';
import { interaction } from '../story.ts';
import { ask, confirm, deviceParty, withDevices } from './device-story.ts';

describe('the codes of a device', () => {
  const written: string[] = [];

  /** Keeps everything that is written into the short-lived store. */
  function around(stores: Stores): Stores {
    const { providerShortLived } = stores;
    const upsert: typeof providerShortLived.upsert = async (...given) => {
      written.push(JSON.stringify(given));
      return providerShortLived.upsert(...given);
    };
    return { ...stores, providerShortLived: { ...providerShortLived, upsert } };
  }

  const at = interaction(withDevices, { around });

  it('are stored as digests and encrypted only [A109]', async () => {
    const device = await ask(await deviceParty(at.app));
    await confirm(at.app.visitor(), device.user_code);
    const all = written.join('\n');
    expect(all).to.include('DeviceCode');
    for (const secret of [device.device_code, device.user_code, device.user_code.replace('-', '')])
      expect(all).not.to.include(secret);
  });
});

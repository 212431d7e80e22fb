/** Chromium's own virtual authenticators, plugged into a window (https://chromedevtools.github.io/devtools-protocol, WebAuthn). */
import type { Page } from 'playwright-core';

export interface VirtualAuthenticator {
  /** Whether the finger, the face or the PIN is the right one. */
  verifies(isRight: boolean): Promise<void>;
  unplug(): Promise<void>;
}

export interface Sockets {
  /** Built into the device, and verifies its owner. */
  builtIn(): Promise<VirtualAuthenticator>;
  /** A key in the socket, which notices that somebody touches it, and no more. */
  plainKey(): Promise<VirtualAuthenticator>;
}

export async function socketsOf(page: Page): Promise<Sockets> {
  const devTools = await page.context().newCDPSession(page);
  await devTools.send('WebAuthn.enable', { enableUI: false });

  async function plugIn(transport: 'internal' | 'usb', hasUserVerification: boolean) {
    const { authenticatorId } = await devTools.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        transport,
        hasUserVerification,
        isUserVerified: hasUserVerification,
        automaticPresenceSimulation: true,
      },
    });
    return {
      async verifies(isUserVerified: boolean) {
        await devTools.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified });
      },
      async unplug() {
        await devTools.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId });
      },
    };
  }

  return {
    builtIn: () => plugIn('internal', true),
    plainKey: () => plugIn('usb', false),
  };
}

/** Chromium's own virtual authenticators, plugged into a window (https://chromedevtools.github.io/devtools-protocol, WebAuthn). */
import type { Page } from 'playwright-core';

/** A passkey as the authenticator keeps it. */
interface KeptPasskey {
  readonly credentialId: string;
  readonly signCount: number;
}

export interface VirtualAuthenticator {
  /** Its passkeys. */
  passkeys(): Promise<readonly KeptPasskey[]>;
  /** Sets the counters of its passkeys back, as a copy from a backup has them. */
  rewind(signCount: number): Promise<void>;
  /** Whether a finger, a face or a PIN comes by itself when it is asked for. */
  answers(doesSo: boolean): Promise<void>;
  /** Whether the finger, the face or the PIN is the right one. */
  verifies(isRight: boolean): Promise<void>;
  unplug(): Promise<void>;
}

export interface Sockets {
  /** Built into the device, and verifies its owner. */
  builtIn(): Promise<VirtualAuthenticator>;
  /** The same, and it knows by itself whose passkeys it has. */
  withAccounts(): Promise<VirtualAuthenticator>;
  /** The same again, with passkeys that are kept in sync. */
  synced(): Promise<VirtualAuthenticator>;
  /** A key in the socket, which notices that somebody touches it, and no more. */
  plainKey(): Promise<VirtualAuthenticator>;
}

export async function socketsOf(page: Page): Promise<Sockets> {
  const devTools = await page.context().newCDPSession(page);
  await devTools.send('WebAuthn.enable', { enableUI: false });

  async function plugIn(
    transport: 'internal' | 'usb',
    hasUserVerification: boolean,
    { hasResidentKey = false, isSynced = false } = {},
  ) {
    const { authenticatorId } = await devTools.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        transport,
        hasResidentKey,
        hasUserVerification,
        isUserVerified: hasUserVerification,
        defaultBackupEligibility: isSynced,
        defaultBackupState: isSynced,
        automaticPresenceSimulation: true,
      },
    });
    return {
      async passkeys() {
        return (await devTools.send('WebAuthn.getCredentials', { authenticatorId })).credentials;
      },
      async rewind(signCount: number) {
        const { credentials } = await devTools.send('WebAuthn.getCredentials', { authenticatorId });
        for (const credential of credentials) {
          const { credentialId } = credential;
          await devTools.send('WebAuthn.removeCredential', { authenticatorId, credentialId });
          const rewound = { ...credential, signCount };
          await devTools.send('WebAuthn.addCredential', { authenticatorId, credential: rewound });
        }
      },
      async answers(enabled: boolean) {
        await devTools.send('WebAuthn.setAutomaticPresenceSimulation', { authenticatorId, enabled });
      },
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
    withAccounts: () => plugIn('internal', true, { hasResidentKey: true }),
    synced: () => plugIn('internal', true, { hasResidentKey: true, isSynced: true }),
    plainKey: () => plugIn('usb', false),
  };
}

/**
 * Reads codes from the outbox of the servers under test. It opens the store itself, so that the servers do no work for
 * it.
 */
import { openStores } from '../src/compose/parts.ts';
import { type Place, readConfig, writeConfig } from './settings.ts';

export interface Mailbox {
  /** The newest code that was sent to this address. Rejects when none was. */
  codeFor(email: string): Promise<string>;
  close(): Promise<void>;
}

/** How many messages are looked through, the newest ones: first those of a moment, then those of a while. */
const LOOKS = [16, 1000];

export async function openMailbox(place: Place): Promise<Mailbox> {
  // No server is started with this file: any port will do.
  const stores = await openStores(readConfig(writeConfig(1, place), 'silent'));
  return {
    async codeFor(email) {
      for (const most of LOOKS) {
        const message = (await stores.outbox.list(most)).find(({ to }) => to === email);
        const code = message && /\b\d{6}\b/.exec(message.text)?.[0];
        if (code) return code;
      }
      throw new Error(`no code was sent to ${email}`);
    },
    close: async () => stores.close(),
  };
}

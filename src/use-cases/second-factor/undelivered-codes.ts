/** Remembers the sent codes that a mail server refused for good after the request that sent them. */
import type { Challenge } from '../../domain/sign-in/challenge.ts';
import type { OnceStore } from '../../ports/stores.ts';
import type { Clock } from '../../ports/system.ts';

interface UndeliveredCodesDeps {
  readonly onceKeys: Pick<OnceStore, 'first' | 'peek'>;
  readonly clock: Clock;
}

/** Milliseconds: as long as an interaction lives, so that its page can tell. */
const KEPT_MS = 15 * 60 * 1000;

export function createUndeliveredCodes({ onceKeys, clock }: UndeliveredCodesDeps) {
  /** Notes the refusal. Several processes share the note, since each of them may send the code. */
  async function note(sendingId: string): Promise<void> {
    const now = clock.now();
    await onceKeys.first(keyOf(sendingId), String(now), now + KEPT_MS);
  }

  /** Whether the code was refused for good. Nothing is read without a code. */
  async function includes(sent: Pick<Challenge, 'id'> | null): Promise<boolean> {
    return sent !== null && (await onceKeys.peek(keyOf(sent.id))) !== null;
  }

  return { note, includes };
}

export type UndeliveredCodes = ReturnType<typeof createUndeliveredCodes>;

function keyOf(sendingId: string): string {
  return `undelivered:${sendingId}`;
}

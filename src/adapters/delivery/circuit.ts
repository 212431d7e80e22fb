/** A circuit breaker: after repeated failures it refuses messages at once for a while, without asking the gateway. */
import type { Log } from '../../ports/log.ts';
import { DeliveryFailed, type MessageSender } from '../../ports/senders.ts';
import type { Clock } from '../../ports/system.ts';
import { GatewayFailed } from './sms/gateway-failed.ts';

export interface CircuitOptions {
  readonly sender: MessageSender;
  readonly clock: Clock;
  readonly log: Log;
  /** Failures in a row after which it opens. */
  readonly failures?: number;
}

const FAILURES = 5;
/** Milliseconds for which it stays open, doubled with each trial that fails, up to the most. */
const FIRST_REST_MS = 30_000;
const MOST_REST_MS = 10 * 60 * 1000;

/**
 * Counts failures of the gateway alone: a number that it refuses, which anybody can type, closes it to nobody. Open, it
 * rejects at once; after its rest one message is let through as a trial. It never sends anything twice.
 */
export function createCircuit({ sender, clock, log, failures = FAILURES }: CircuitOptions): MessageSender {
  let inARow = 0;
  let rests = 0;
  let openUntil: number | null = null;
  let trial: symbol | null = null;

  function open(restMs: number, reason: string): void {
    openUntil = Math.max(openUntil ?? 0, clock.now() + Math.min(restMs, MOST_REST_MS));
    log({ event: 'sms.gateway_left_alone', reason });
  }

  function failed({ message, retryAfterMs }: GatewayFailed, wasTrial: boolean): void {
    inARow += 1;
    if (retryAfterMs !== null) open(retryAfterMs, message);
    // A message that was sent before the circuit opened says nothing new.
    else if (wasTrial || (openUntil === null && inARow >= failures)) {
      open(FIRST_REST_MS * 2 ** Math.min(rests, 10), message);
      rests += 1;
    }
  }

  function answered(wasTrial: boolean): void {
    if (openUntil !== null && !wasTrial) return;
    inARow = 0;
    rests = 0;
    openUntil = null;
  }

  return {
    async send(message) {
      const own = Symbol('trial');
      if (openUntil !== null) {
        if (trial !== null || clock.now() < openUntil)
          throw new DeliveryFailed('the gateway is being left alone');
        trial = own;
      }
      try {
        await sender.send(message);
        answered(trial === own);
      } catch (error) {
        const refusal = error instanceof DeliveryFailed ? error : gatewayOfTheirs(error);
        if (refusal instanceof GatewayFailed) failed(refusal, trial === own);
        else answered(trial === own);
        throw refusal;
      } finally {
        if (trial === own) trial = null;
      }
    },
  };
}

/** A sender that is not ours says in its own way that it failed. */
function gatewayOfTheirs(error: unknown): GatewayFailed {
  return new GatewayFailed('the gateway failed', null, { cause: error });
}

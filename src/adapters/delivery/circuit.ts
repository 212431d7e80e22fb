/** A circuit breaker: after repeated failures it refuses messages at once for a while, without asking the gateway. */
import { createBreaker, FAILURES } from '../../domain/breaker.ts';
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

/**
 * Counts failures of the gateway alone: a number that it refuses, which anybody can type, closes it to nobody. Open, it
 * rejects at once; after its rest one message is let through as a trial. It never sends anything twice.
 */
export function createCircuit({ sender, clock, log, failures = FAILURES }: CircuitOptions): MessageSender {
  const breaker = createBreaker(failures);

  return {
    async send(message) {
      const call = breaker.begin(clock.now());
      if (call === null) throw new DeliveryFailed('the gateway is being left alone');
      try {
        await sender.send(message);
        call.succeeded();
      } catch (error) {
        const refusal = error instanceof DeliveryFailed ? error : gatewayOfTheirs(error);
        if (!(refusal instanceof GatewayFailed)) call.succeeded();
        else if (call.failed(clock.now(), refusal.retryAfterMs))
          log({ event: 'sms.gateway_left_alone', reason: refusal.message });
        throw refusal;
      } finally {
        call.over();
      }
    },
  };
}

/** A sender that is not ours says in its own way that it failed. */
function gatewayOfTheirs(error: unknown): GatewayFailed {
  return new GatewayFailed('the gateway failed', null, { cause: error });
}

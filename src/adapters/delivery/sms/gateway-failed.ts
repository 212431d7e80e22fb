/** The gateway itself failed, independently of the message. The circuit breaker counts these failures. */
import { DeliveryFailed } from '../../../ports/senders.ts';

export class GatewayFailed extends DeliveryFailed {
  override name = 'GatewayFailed';
  /** How long it asked to be left alone, in milliseconds; null: it did not say. */
  readonly retryAfterMs: number | null;

  constructor(message: string, retryAfterMs: number | null = null, options?: ErrorOptions) {
    super(message, options);
    this.retryAfterMs = retryAfterMs;
  }
}

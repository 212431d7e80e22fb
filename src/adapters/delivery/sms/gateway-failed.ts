/** The gateway itself did not do its work, whatever the message was: what a circuit counts. */
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

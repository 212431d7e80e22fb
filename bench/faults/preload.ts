/** Loaded before a program whose clock the run moves, and whose memory it measures. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { moveMachine } from '../../test/http/oidc/machine-clock.ts';

/** Milliseconds: the program's clock goes this far ahead of the machine's. Or: measure memory. */
export type Order = { readonly aheadMs: number } | 'memory';

/** MiB in use after a collection of garbage, outside of the heap included. */
export interface Used {
  readonly usedMiB: number;
}

const MIB = 2 ** 20;

const clock = moveMachine();
let ahead = 0;

process.on('message', (order: Order) => {
  if (order === 'memory') {
    setFlagsFromString('--expose-gc');
    const collect: () => void = runInNewContext('gc');
    collect();
    const { heapUsed, external } = process.memoryUsage();
    const used: Used = { usedMiB: (heapUsed + external) / MIB };
    process.send?.(used);
    return;
  }
  clock.nextStep(order.aheadMs - ahead);
  ahead = order.aheadMs;
});
// The program ends when its own work is over.
process.channel?.unref();

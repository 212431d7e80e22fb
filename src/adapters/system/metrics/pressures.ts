/** How busy the connections to the stores are, read each time that somebody reads the metrics. */
import { Counter, Gauge, type Registry } from 'prom-client';
import type { Pressure, StorePressure } from '../../../ports/telemetry/metrics.ts';

interface Gauged {
  readonly name: string;
  readonly help: string;
  readonly of: (pressure: Pressure) => number;
}

const GAUGES: readonly Gauged[] = [
  {
    name: 'doublelock_store_connections_limit',
    help: 'The most connections of this process to a store.',
    of: ({ limit }) => limit,
  },
  {
    name: 'doublelock_store_connections_in_use',
    help: 'Acts that hold a connection to a store.',
    of: ({ inUse }) => inUse,
  },
  {
    name: 'doublelock_store_connections_waiting',
    help: 'Acts that wait for a connection to a store.',
    of: ({ waiting }) => waiting,
  },
];

export function createPressures(registers: Registry[]) {
  const watched: StorePressure[] = [];
  for (const { name, help, of } of GAUGES) {
    new Gauge({
      name,
      help,
      labelNames: ['store'],
      registers,
      collect() {
        for (const { store, read } of watched) this.set({ store }, of(read()));
      },
    });
  }
  new Counter({
    name: 'doublelock_store_connections_refused_total',
    help: 'Acts that got no connection to a store in time. The request was answered with 503, and nothing was counted.',
    labelNames: ['store'],
    registers,
    collect() {
      this.reset();
      for (const { store, read } of watched) this.inc({ store }, read().refused);
    },
  });
  return {
    watch(of: StorePressure): void {
      watched.push(of);
    },
  };
}

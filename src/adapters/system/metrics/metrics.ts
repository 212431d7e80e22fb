/** Counts and times in the format of Prometheus; each process has its own registry and its own numbers. */
import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { Metrics } from '../../../ports/telemetry/metrics.ts';
import { createDurations } from './durations.ts';
import { createPressures } from './pressures.ts';

/** Seconds: from a page out of memory to what a person would give up on. */
const REQUEST_BUCKETS = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];
/** Seconds: from a read in SQLite to the time-out of a store that is away. */
const STORE_BUCKETS = [0.00005, 0.0001, 0.0005, 0.001, 0.005, 0.025, 0.1, 0.5, 2.5];

/** `droppedLines`: lines of the log that found no room since the start. */
export function createMetrics(droppedLines: () => number = () => 0): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, prefix: 'doublelock_' });
  const registers = [registry];
  const events = new Counter({
    name: 'doublelock_events_total',
    help: 'Events of the audit trail: sign-ins, attempts, lock-outs, changes of factors.',
    labelNames: ['event', 'method', 'reason'],
    registers,
  });
  // The first one is worth a look, and a rate begins with the second value.
  events.inc({ event: 'account.reported', method: '', reason: '' }, 0);
  const messages = new Counter({
    name: 'doublelock_messages_undelivered_total',
    help: 'Messages that did not arrive: refused, or given up in the end.',
    labelNames: ['channel'],
    registers,
  });
  for (const channel of ['email', 'sms']) messages.inc({ channel }, 0);
  new Counter({
    name: 'doublelock_log_lines_dropped_total',
    help: 'Lines of the log that were lost, because nobody read the log.',
    registers,
    collect() {
      this.reset();
      this.inc(droppedLines());
    },
  });
  const clocks = new Gauge({
    name: 'doublelock_clock_ahead_seconds',
    help: 'How far the clock of this process is ahead of that of a store.',
    labelNames: ['store'],
    registers,
  });
  const pressures = createPressures(registers);
  const logouts = new Counter({
    name: 'doublelock_back_channel_logouts_total',
    help: 'Ends of sessions that applications asked to hear of: told, or given up after five minutes.',
    labelNames: ['outcome'],
    registers,
  });
  for (const outcome of ['told', 'not_told']) logouts.inc({ outcome }, 0);
  const throttled = new Counter({
    name: 'doublelock_requests_throttled_total',
    help: 'Requests that were refused, because too many began something from their network or by their person.',
    labelNames: ['endpoint'],
    registers,
  });
  throttled.inc({ endpoint: 'authorization' }, 0);
  const requests = createDurations({
    name: 'doublelock_request_duration_seconds',
    help: 'How long requests took, by the pattern of their path.',
    buckets: REQUEST_BUCKETS,
  });
  const requestNotes = new Map<string, (ms: number) => void>();
  const acts = createDurations({
    name: 'doublelock_store_duration_seconds',
    help: 'How long the stores took for each act.',
    buckets: STORE_BUCKETS,
  });

  return {
    event({ event, method, reason }) {
      events.inc({ event, method: method ?? '', reason: reason ?? '' });
    },
    undelivered(channel) {
      messages.inc({ channel });
    },
    clockAhead(store, ms) {
      clocks.set({ store }, ms / 1000);
    },
    pressure: pressures.watch,
    logout(outcome) {
      logouts.inc({ outcome });
    },
    throttled(endpoint) {
      throttled.inc({ endpoint });
    },
    request({ method, path, status, ms }) {
      const key = `${method} ${path} ${status}`;
      const note = requestNotes.get(key) ?? requests.series({ method, path, status: String(status) });
      requestNotes.set(key, note);
      note(ms);
    },
    storeAct({ store, act }) {
      const [done, failed] = ['true', 'false'].map((ok) => acts.series({ store, act, ok }));
      return (ok, ms) => (ok ? done : failed)?.(ms);
    },
    async exposition() {
      const texts = await Promise.all([registry.metrics(), requests.text(), acts.text()]);
      return { type: registry.contentType, text: texts.join('') };
    },
  };
}

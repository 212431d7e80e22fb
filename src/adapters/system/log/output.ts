/**
 * Writes the log lines of one moment together to standard output. It never waits for a reader: a pipe whose reader has
 * stopped would stop the whole process. Lines that find no room are dropped and counted.
 */
import { setTimeout as later } from 'node:timers';
import type { DestinationStream } from 'pino';
import { createSink } from './sink.ts';

/** Milliseconds that a line may wait: what is lost of the log when the process is killed without warning. */
const TOGETHER_MS = 10;
/** Milliseconds until the next try at an output that takes nothing. */
const RETRY_MS = 50;
/** Bytes that are not waited with. */
const ENOUGH = 8 * 1024;
/** Bytes that are kept for an output that takes none; what comes after them is dropped. */
const MOST = 1024 * 1024;
/** Milliseconds that the end of the process waits for a slow reader. */
const LAST_WORDS_MS = 100;
const PAUSE_MS = 5;

export interface LogOutput extends DestinationStream {
  /** Writes at once what still waits, as far as the output takes it. */
  flush(): void;
  /** Lines that found no room since the start. */
  readonly dropped: number;
  /** Calls `tell` with the number of lost lines when the output takes lines again. */
  whenDropped(tell: (count: number) => void): void;
}

let standard: LogOutput | null = null;

/** The standard output of this process, shared by whatever writes to it. */
export function standardOutput(): LogOutput {
  standard ??= createLogOutput(1);
  return standard;
}

/** Written at the latest when the process ends by itself. */
export function createLogOutput(fd: number): LogOutput {
  const write = createSink(fd);
  let waiting = '';
  /** The rest of lines of which the output has taken a part. */
  let rest: Buffer | null = null;
  let isScheduled = false;
  let dropped = 0;
  let told = 0;
  let tellDropped: (count: number) => void = () => {};

  const isEmpty = () => rest === null && waiting === '';

  function schedule(afterMs: number): void {
    if (isScheduled) return;
    isScheduled = true;
    // Nobody is kept alive by it.
    later(() => {
      isScheduled = false;
      flush();
    }, afterMs).unref();
  }

  /** Gives what waits to the output until it takes no more. */
  function flush(): void {
    while (!isEmpty()) {
      const bytes = rest ?? Buffer.from(waiting);
      if (rest === null) waiting = '';
      const taken = write(bytes);
      rest = taken < bytes.length ? bytes.subarray(taken) : null;
      if (rest !== null) {
        schedule(RETRY_MS);
        return;
      }
    }
    if (told === dropped) return;
    const lost = dropped - told;
    told = dropped;
    tellDropped(lost);
  }

  /** The last lines often say why the process ends, so they are worth a moment. */
  function flushLast(): void {
    const pause = new Int32Array(new SharedArrayBuffer(4));
    for (let waited = 0; waited < LAST_WORDS_MS; waited += PAUSE_MS) {
      flush();
      if (isEmpty()) return;
      Atomics.wait(pause, 0, 0, PAUSE_MS);
    }
  }
  process.once('exit', flushLast);

  return {
    write(line) {
      if ((rest?.length ?? 0) + waiting.length + line.length > MOST) {
        dropped += 1;
        return;
      }
      waiting += line;
      if (rest === null && waiting.length >= ENOUGH) flush();
      else schedule(rest === null ? TOGETHER_MS : RETRY_MS);
    },
    flush,
    get dropped() {
      return dropped;
    },
    whenDropped(tell) {
      tellDropped = tell;
    },
  };
}

/** Writes the log lines of one moment together to standard output, since each write delays all requests. */
import { type DestinationStream, destination } from 'pino';

/** Milliseconds that a line may wait: what is lost of the log when the process is killed without warning. */
const TOGETHER_MS = 10;
/** Bytes that are not waited with. */
const ENOUGH = 8 * 1024;
/** Bytes that are kept for an output that takes none; what comes after them is dropped. */
const MOST = 1024 * 1024;

export interface LogOutput extends DestinationStream {
  /** Writes at once what still waits. */
  flush(): void;
}

let standard: LogOutput | null = null;

/** The standard output of this process, shared by whatever writes to it. */
export function standardOutput(): LogOutput {
  standard ??= createLogOutput(1);
  return standard;
}

/** Written at the latest when the process ends by itself. */
export function createLogOutput(fd: number): LogOutput {
  const output = destination({ dest: fd, sync: true, minLength: ENOUGH, maxLength: MOST });
  // A log that nobody takes keeps nobody from signing in.
  output.on('error', () => {});
  let waits = false;

  function flush(): void {
    waits = false;
    // Not flushSync: that tries a full disk for ever, and waits for the disk each time.
    output.flush();
  }
  process.once('exit', flush);

  return {
    write(line) {
      output.write(line);
      if (waits) return;
      waits = true;
      // Nobody is kept alive by it.
      setTimeout(flush, TOGETHER_MS).unref();
    },
    flush,
  };
}

/** Opens an output for writes that never wait for its reader. */
import { constants, fstatSync, openSync, writeSync } from 'node:fs';
import { Socket } from 'node:net';

/** Writes as much as the output takes now, and gives the number of bytes. 0: it takes nothing. Never throws. */
export type Sink = (bytes: Buffer) => number;

/** The file is opened again, because the flags of the descriptor are shared with other processes. */
const WITHOUT_WAITING = constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY;

export function createSink(fd: number): Sink {
  const kind = fstatSync(fd);
  if (kind.isSocket()) return toSocket(fd);
  const mayWait = kind.isFIFO() || kind.isCharacterDevice();
  return toDescriptor(mayWait ? (reopened(fd) ?? fd) : fd);
}

/** Null where the system has no such path: then a write may wait. */
function reopened(fd: number): number | null {
  try {
    return openSync(`/proc/self/fd/${fd}`, WITHOUT_WAITING);
  } catch {
    return null;
  }
}

function toDescriptor(fd: number): Sink {
  return (bytes) => {
    try {
      return writeSync(fd, bytes);
    } catch (error) {
      // A log that nobody can take keeps nobody from signing in: what can't be written counts as written.
      return hasCode(error, 'EAGAIN') ? 0 : bytes.length;
    }
  };
}

/** A socket can't be opened again. Node.js writes to it without waiting, and keeps what it does not take. */
function toSocket(fd: number): Sink {
  const socket = new Socket({ fd, readable: false, writable: true });
  socket.unref();
  socket.on('error', () => {});
  return (bytes) => {
    if (socket.writableLength > 0) return 0;
    socket.write(bytes);
    return bytes.length;
  };
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

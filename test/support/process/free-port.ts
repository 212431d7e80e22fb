/** A port of this machine that nobody listens on, and that nobody else is given before it is used. */
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * Below those that the system gives to whoever names none (Linux: from 32768 on, net.ipv4.ip_local_port_range), with
 * room for the 10 000 more at which the nodes of a Redis cluster speak to each other; above 10080, which browsers refuse.
 */
const FIRST = 11_000;
const BEYOND = 21_000;

/** Runs of mocha that go on at once have different ones (test/run.ts). */
const LANES = 2;
const { TEST_LANE } = process.env;

const given = new Set<number>();

/** Another one each time. */
export async function freePort(): Promise<number> {
  for (;;) {
    const lane = TEST_LANE === undefined ? randomInt(LANES) : Number(TEST_LANE);
    const port = FIRST + LANES * randomInt((BEYOND - FIRST) / LANES) + lane;
    if (given.has(port)) continue;
    given.add(port);
    if (await isFree(port)) return port;
  }
}

async function isFree(port: number): Promise<boolean> {
  const probe = createServer().listen(port, '127.0.0.1');
  try {
    await once(probe, 'listening');
  } catch {
    return false;
  }
  probe.close();
  await once(probe, 'close');
  return true;
}

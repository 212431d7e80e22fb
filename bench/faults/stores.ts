/** The stores of a run, and the trouble that can be made for them. */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { startTcpProxy, type TcpProxy } from '../../test/support/process/tcp-proxy.ts';
import { HOST, type Place } from '../settings.ts';

/** Each act gives the function that ends it. */
export interface StoreTrouble {
  /** No write gets through; on servers no read either. */
  cut(): () => void;
  /** Each write waits for as many milliseconds or less. */
  slow(byMs: number): () => void;
}

export interface TroubledStores {
  /** The location that the processes are told. */
  readonly place: Place;
  readonly trouble: StoreTrouble;
  close(): Promise<void>;
}

export async function troubled(place: Place): Promise<TroubledStores> {
  return place.servers ? behindProxies(place, place.servers) : withLocks(place);
}

const FILES = ['accounts.sqlite', 'short-lived.sqlite'];
/** Milliseconds between two locks of a slow disk, in which the writes that wait are made. */
const FREE_MS = 60;

/** Another process may hold the write lock of a SQLite file: whoever writes waits, or is refused in the end. */
function withLocks(place: Place): TroubledStores {
  const files = FILES.map((file) => {
    const database = new DatabaseSync(join(place.dataDir, file));
    database.exec('PRAGMA busy_timeout = 2000');
    return database;
  });
  const lock = () => {
    for (const file of files) file.exec('BEGIN IMMEDIATE');
  };
  const unlock = () => {
    for (const file of files) if (file.isTransaction) file.exec('ROLLBACK');
  };
  const trouble: StoreTrouble = {
    cut() {
      lock();
      return unlock;
    },
    slow(byMs) {
      let isOver = false;
      const again = (): void => {
        if (isOver) return;
        lock();
        setTimeout(() => {
          unlock();
          setTimeout(again, FREE_MS);
        }, byMs);
      };
      again();
      return () => {
        isOver = true;
        unlock();
      };
    },
  };
  return {
    place,
    trouble,
    async close() {
      for (const file of files) file.close();
    },
  };
}

async function behindProxies(
  place: Place,
  { mongo, redis }: NonNullable<Place['servers']>,
): Promise<TroubledStores> {
  const targets = [new URL(mongo), new URL(redis)] as const;
  const portOf = ({ port }: URL) => Number(port);
  const proxies = await Promise.all(targets.map((url) => startTcpProxy(portOf(url))));
  const [toMongo, toRedis] = proxies;
  if (!toMongo || !toRedis) throw new Error('there are two servers');
  const servers = { mongo: through(targets[0], toMongo), redis: through(targets[1], toRedis) };
  const trouble: StoreTrouble = {
    cut() {
      for (const proxy of proxies) {
        proxy.leadTo(0);
        proxy.breakAll();
      }
      return () => {
        for (const [n, proxy] of proxies.entries()) proxy.leadTo(portOf(targets[n] ?? targets[0]));
      };
    },
    slow(byMs) {
      for (const proxy of proxies) proxy.delayReplies(byMs);
      return () => {
        for (const proxy of proxies) proxy.delayReplies(0);
      };
    },
  };
  return {
    place: { ...place, servers },
    trouble,
    async close() {
      await Promise.all(proxies.map((proxy) => proxy.close()));
    },
  };
}

/** The same database, reached through the proxy. */
function through(url: URL, { port }: TcpProxy): string {
  const next = new URL(url);
  next.host = `${HOST}:${port}`;
  return next.href;
}

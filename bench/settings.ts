/**
 * The configuration of every server of a run: one tenant that requires a second factor, one relying party, and the
 * stores.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { loadConfig } from '../src/config/load.ts';
import type { Config } from '../src/config/shape.ts';
import { BUILT_METHODS } from '../src/domain/methods/index.ts';

export const TENANT = 'bench';
export const CLIENT = { id: 'rp', secret: 'a-secret-of-more-than-thirty-two-characters' } as const;
/** Nobody listens there: the load stops at it. */
export const CALLBACK = 'http://rp.test/callback';
export const SCOPE = 'openid email profile';

/** Shared by all accounts: each has an enrolment of its own, and the load makes one code for all of them. */
export const SECRET = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP';
/** The group of those whose second factor is a code by mail: the bare provider knows them by it. */
export const BY_MAIL = 'mail';
export const PASSWORD = 'correct horse battery staple';

export const HOST = '127.0.0.1';

export type Driver = 'embedded' | 'mongo-redis';

/** The location of a run's stores. */
export interface Place {
  readonly dataDir: string;
  /** Null: embedded. */
  readonly servers: { readonly mongo: string; readonly redis: string } | null;
}

/** Writes the file that a server on this port is started with, and gives its path. */
export function writeConfig(port: number, place: Place): string {
  const file = join(place.dataDir, `config-${port}.yaml`);
  writeFileSync(file, stringify(configOf(port, place)));
  return file;
}

/** The content of such a file. */
export function configOf(port: number, { dataDir, servers }: Place): Readonly<Record<string, unknown>> {
  const remote = servers && {
    accounts: { driver: 'mongo', uri: servers.mongo },
    short_lived: { driver: 'redis', uri: servers.redis },
  };
  const client = {
    client_id: CLIENT.id,
    client_secret: CLIENT.secret,
    redirect_uris: [CALLBACK],
    first_party: true,
  };
  const secondFactor = { enforcement: 'required', methods: ['totp', 'email'], set_up_proof: 'none' };
  return {
    issuer: `http://${HOST}:${port}`,
    listen: { host: HOST, port },
    // The load comes from one address. The limit is high, so that each request is counted as in production.
    limits: { anonymous_per_address_per_minute: 1_000_000 },
    storage: { data_dir: dataDir, ...remote },
    tenants: [{ id: TENANT, name: 'Bench', second_factor: secondFactor }],
    clients: [client],
  };
}

export function readConfig(file: string, logLevel: Config['logLevel'] = 'info'): Config {
  return loadConfig({
    file,
    env: { LOG_LEVEL: logLevel },
    cwd: process.cwd(),
    availableMethods: BUILT_METHODS,
  });
}

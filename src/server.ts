/** `doublelock/server`: the whole server as a request handler, for a process of your own. */

export type { Readiness } from './compose/composition.ts';
export { openParts, type Parts, type Stores, startUpkeep } from './compose/parts.ts';
export { createServer, type Serve } from './compose/server.ts';
export type { Fault } from './config/faults.ts';
export { ConfigFaults, type ConfigSource, loadConfig } from './config/load.ts';
export type * from './config/shape.ts';
export type { Environment } from './config/sources/environment.ts';
export type { Handler } from './http/server/app.ts';
export type * from './ports/log.ts';
export type * from './ports/system.ts';
export type * from './ports/telemetry/metrics.ts';

/** The log of the running product: one event a line, with no field outside this closed list. */

export type LogLevel = 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace';

/** The names are those of the line that is written. */
export interface LogFields {
  /** The name of the event, in dotted words: `request`, `server.stopped`. */
  readonly event: string;
  readonly request_id?: string | undefined;
  /** The support reference of the request. The log adds it to each line that is written for a request. */
  readonly reference?: string | undefined;
  /** Our own id, never the address that was typed. */
  readonly account_id?: string | undefined;
  readonly tenant?: string | undefined;
  readonly client?: string | undefined;
  /** A registered client, of a request to the provider. */
  readonly client_id?: string | undefined;
  readonly grant_type?: string | undefined;
  /** The name of an endpoint of the provider: `token`. */
  readonly endpoint?: string | undefined;
  /** An error code of the protocol (RFC 6749, 5.2). */
  readonly error_code?: string | undefined;
  /** HTTP method or second-factor method. */
  readonly method?: string | undefined;
  /** A pattern or a path, without its query. */
  readonly path?: string | undefined;
  readonly status?: number | undefined;
  readonly duration_ms?: number | undefined;
  /** A refusal's code, or a sentence of ours. */
  readonly reason?: string | undefined;
  /** An IP address; only its network is written. */
  readonly ip?: string | undefined;
  /** The log contains its name, message, stack and its cause's message, and no other property. */
  readonly error?: unknown;
}

export type Log = (fields: LogFields) => void;

export type Logger = Readonly<Record<LogLevel, Log>>;

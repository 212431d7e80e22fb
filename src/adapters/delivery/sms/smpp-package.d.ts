/** The used part of the untyped npm package `smpp` 0.5: sessions and servers of SMPP 3.4. */
declare module 'smpp' {
  import type { EventEmitter } from 'node:events';
  import type { Server as NetServer } from 'node:net';
  import type { ConnectionOptions, TlsOptions } from 'node:tls';

  /** The fields of the protocol by their own names. */
  interface Pdu {
    readonly command: string;
    readonly command_status: number;
    readonly sequence_number: number;
    readonly [field: string]: unknown;
    response(fields?: Readonly<Record<string, unknown>>): Pdu;
  }

  interface Session extends EventEmitter {
    on(event: 'pdu', listener: (pdu: Pdu) => void): this;
    on(event: 'error', listener: (error: Error) => void): this;
    on(event: 'connect' | 'secureConnect' | 'close', listener: () => void): this;
    on(event: string, listener: (pdu: Pdu) => void): this;
    /** False: the connection can't be written to. */
    send(pdu: Pdu, onResponse?: (pdu: Pdu) => void): boolean;
    bind_transceiver(fields: Readonly<Record<string, unknown>>, onResponse: (pdu: Pdu) => void): boolean;
    submit_sm(fields: Readonly<Record<string, unknown>>, onResponse: (pdu: Pdu) => void): boolean;
    enquire_link(onResponse: (pdu: Pdu) => void): boolean;
    unbind(onResponse?: (pdu: Pdu) => void): boolean;
    close(): void;
    destroy(): void;
  }

  export function connect(options: ConnectionOptions & { readonly tls: boolean }): Session;
  export function createServer(options: TlsOptions, onSession: (session: Session) => void): NetServer;
}

declare module 'smpp/lib/defs.js' {
  interface Encoding {
    match(text: string): boolean;
    encode(text: string): Buffer;
    decode(bytes: Buffer): string;
  }

  export const encodings: Readonly<Record<'ASCII' | 'LATIN1' | 'UCS2', Encoding>>;
}

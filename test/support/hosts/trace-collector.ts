/** A collector of traces: takes spans as OTLP over HTTP in JSON, and keeps them. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { LOOPBACK } from '../process/raw-request.ts';

export interface TakenSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly attributes: readonly {
    readonly key: string;
    readonly value: { readonly stringValue?: string; readonly intValue?: number };
  }[];
  readonly status: { readonly code?: number; readonly message?: string };
}

export interface TraceCollector {
  readonly url: string;
  readonly spans: readonly TakenSpan[];
  /** The names of the services that have sent. */
  readonly services: ReadonlySet<string>;
  /** Everything as it was sent. */
  readonly text: string;
  /** Resolves after this number of further deliveries. */
  deliveries(count: number): Promise<void>;
  /** The status of each answer from now on. */
  answer(status: number): void;
}

/** Called in a `describe`: one for each test. */
export function traceCollectors(): () => Promise<TraceCollector> {
  let close = (): void => {};
  afterEach(() => close());
  return async () => {
    const spans: TakenSpan[] = [];
    const services = new Set<string>();
    let status = 200;
    let text = '';
    let delivered = Promise.withResolvers<void>();
    const server = createServer((request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (chunk: string) => {
        body += chunk;
      });
      request.on('end', () => {
        text += body;
        for (const { resource, scopeSpans } of JSON.parse(body).resourceSpans) {
          for (const { key, value } of resource.attributes)
            if (key === 'service.name') services.add(value.stringValue);
          spans.push(...scopeSpans.flatMap((scope: { spans: TakenSpan[] }) => scope.spans));
        }
        response.writeHead(status, { 'content-type': 'application/json' }).end('{}');
        delivered.resolve();
        delivered = Promise.withResolvers();
      });
    }).listen(0, LOOPBACK);
    await once(server, 'listening');
    close = () => {
      server.close();
      server.closeAllConnections();
    };
    return {
      url: `http://${LOOPBACK}:${(server.address() as AddressInfo).port}`,
      spans,
      services,
      get text() {
        return text;
      },
      async deliveries(count) {
        for (let left = count; left > 0; left -= 1) await delivered.promise;
      },
      answer(next) {
        status = next;
      },
    };
  };
}

/** Spans by OpenTelemetry, sent to a collector in batches (OTLP over HTTP). Nothing global is set. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { type Context, ROOT_CONTEXT, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { parseTraceParent } from '@opentelemetry/core';
import { defaultResource, resourceFromAttributes } from '@opentelemetry/resources';
import {
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  type SpanExporter,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import type { RequestSpan, Tracing } from '../../../ports/telemetry/tracing.ts';

interface TracingOptions {
  readonly serviceName: string;
  /** The share of new traces that is kept, from 0 to 1. */
  readonly share: number;
  readonly exporter: SpanExporter;
}

const NAME = 'doublelock';

export function createTracing({ serviceName, share, exporter }: TracingOptions): Tracing {
  const provider = new TracerProvider({
    resource: defaultResource().merge(resourceFromAttributes({ 'service.name': serviceName })),
    sampler: new ParentBasedSampler({
      root: share < 1 ? new TraceIdRatioBasedSampler(share) : new AlwaysOnSampler(),
    }),
    spanProcessors: [new BatchSpanProcessor({ exporter })],
  });
  const tracer = provider.getTracer(NAME);
  const contexts = new AsyncLocalStorage<Context>();

  async function within<T>(span: Span, context: Context, work: () => Promise<T>): Promise<T> {
    try {
      return await contexts.run(trace.setSpan(context, span), work);
    } catch (error) {
      // The message of an error may hold what a person typed.
      const name = error instanceof Error ? error.name : 'Error';
      span.setStatus({ code: SpanStatusCode.ERROR, message: name }).setAttribute('error.type', name);
      throw error;
    } finally {
      span.end();
    }
  }

  return {
    request(traceparent, reference, work) {
      const remote = traceparent === null ? null : parseTraceParent(traceparent);
      const parent = remote
        ? trace.setSpanContext(ROOT_CONTEXT, { ...remote, isRemote: true })
        : ROOT_CONTEXT;
      const attributes = { 'doublelock.reference': reference };
      const span = tracer.startSpan('request', { kind: SpanKind.SERVER, attributes }, parent);
      return within(span, parent, () => work(requestSpan(span)));
    },
    storeAct(name, run) {
      const parent = contexts.getStore() ?? ROOT_CONTEXT;
      return within(tracer.startSpan(name, { kind: SpanKind.CLIENT }, parent), parent, run);
    },
    async close(withinMs) {
      await Promise.race([provider.shutdown().catch(() => {}), pause(withinMs, undefined, { ref: false })]);
    },
  };
}

/** Attributes of OpenTelemetry's "Semantic conventions for HTTP spans". */
function requestSpan(span: Span): RequestSpan {
  return {
    end({ method, route, status }) {
      span.updateName(`${method} ${route}`);
      span.setAttributes({
        'http.request.method': method,
        'http.route': route,
        'http.response.status_code': status,
      });
      if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
    },
  };
}

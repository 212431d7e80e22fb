/** Sends spans to the collector that the environment names, and logs when it stops and begins to take them. */
import { ExportResultCode } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import type { SpanExporter } from '@opentelemetry/sdk-trace';
import type { Log } from '../../../ports/log.ts';

export function createCollector(log: Log): SpanExporter {
  const otlp = new OTLPTraceExporter();
  let isAway = false;
  return {
    export(spans, done) {
      otlp.export(spans, (result) => {
        const isRefused = result.code !== ExportResultCode.SUCCESS;
        if (isRefused !== isAway) {
          isAway = isRefused;
          log(
            isRefused
              ? { event: 'tracing.not_sent', reason: 'the collector of traces does not take them' }
              : { event: 'tracing.sent_again' },
          );
        }
        done(result);
      });
    },
    shutdown: () => otlp.shutdown(),
    forceFlush: () => otlp.forceFlush?.() ?? Promise.resolve(),
  };
}

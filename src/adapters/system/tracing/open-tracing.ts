/** Opens the tracing of this process where the environment names a collector. Elsewhere nothing of it is loaded. */
import type { Log } from '../../../ports/log.ts';
import type { Tracing } from '../../../ports/telemetry/tracing.ts';

export type TracingEnvironment = Readonly<Record<string, string | undefined>>;

/** OpenTelemetry, "OTLP Exporter Configuration": the exporter reads both itself. */
const COLLECTORS = ['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'OTEL_EXPORTER_OTLP_ENDPOINT'] as const;

/**
 * Null: no collector is named, or the packages of OpenTelemetry are not installed, which is logged. Throws one line where
 * a variable has no meaning.
 */
export async function openTracing(env: TracingEnvironment, log: Log): Promise<Tracing | null> {
  if (env.OTEL_SDK_DISABLED === 'true' || COLLECTORS.every((name) => !env[name])) return null;
  const share = shareOf(env);
  try {
    const { createTracing } = await import('./tracing.ts');
    const { createCollector } = await import('./collector.ts');
    return createTracing({
      serviceName: env.OTEL_SERVICE_NAME ?? 'doublelock',
      share,
      exporter: createCollector(log),
    });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND')) throw error;
    log({ event: 'tracing.not_installed', reason: 'the packages of OpenTelemetry are not installed' });
    return null;
  }
}

/** OpenTelemetry, "General SDK Configuration". */
function shareOf({
  OTEL_TRACES_SAMPLER: sampler,
  OTEL_TRACES_SAMPLER_ARG: argument,
}: TracingEnvironment): number {
  if (!sampler?.endsWith('traceidratio')) return 1;
  const share = Number(argument ?? 1);
  if (!(share >= 0 && share <= 1)) throw new Error('OTEL_TRACES_SAMPLER_ARG must be a number from 0 to 1');
  return share;
}

import { expect } from 'chai';
import { openTracing } from '../../../../src/adapters/system/tracing/open-tracing.ts';
import type { LogFields } from '../../../../src/ports/log.ts';
import type { Tracing } from '../../../../src/ports/telemetry/tracing.ts';
import { type TraceCollector, traceCollectors } from '../../../support/hosts/trace-collector.ts';

const WITHIN_MS = 5000;
const TRACE = '0af7651916cd43dd8448eb211c80319c';
const CALLER = 'b7ad6b7169203331';

describe('tracing', () => {
  const open = traceCollectors();
  let collector: TraceCollector;
  let lines: LogFields[];

  beforeEach(async () => {
    collector = await open();
    lines = [];
  });

  /** The variables that the exporter reads from the process itself stand there meanwhile. */
  async function opened(more: Readonly<Record<string, string>> = {}): Promise<Tracing> {
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, ...more };
    process.env.OTEL_EXPORTER_OTLP_ENDPOINT = collector.url;
    try {
      const tracing = await openTracing(env, (line) => lines.push(line));
      if (!tracing) throw new Error('a collector is named');
      return tracing;
    } finally {
      delete process.env.OTEL_EXPORTER_OTLP_ENDPOINT;
    }
  }

  const serve = (tracing: Tracing, traceparent: string | null = null) =>
    tracing.request(traceparent, 'AAAA-BBBB', async (span) => {
      await tracing.storeAct('accounts.find', async () => 'found');
      span.end({ method: 'GET', route: '/account', status: 200 });
    });

  it('is off, and loads nothing, where no collector is named or it is switched off', async () => {
    const log = (line: LogFields) => void lines.push(line);
    expect(await openTracing({}, log)).to.equal(null);
    expect(await openTracing({ OTEL_EXPORTER_OTLP_ENDPOINT: '' }, log)).to.equal(null);
    const off = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_SDK_DISABLED: 'true' };
    expect(await openTracing(off, log)).to.equal(null);
    expect(lines).to.deep.equal([]);
  });

  it('puts the acts of the stores below their request, under the name of the service', async () => {
    const tracing = await opened({ OTEL_SERVICE_NAME: 'sign-in' });
    await serve(tracing);
    await tracing.close(WITHIN_MS);
    const [act, request] = collector.spans;
    expect([act?.name, request?.name]).to.deep.equal(['accounts.find', 'GET /account']);
    expect(act?.parentSpanId).to.equal(request?.spanId);
    expect(act?.traceId).to.equal(request?.traceId);
    expect([...collector.services]).to.deep.equal(['sign-in']);
    const attributes = Object.fromEntries(request?.attributes.map(({ key, value }) => [key, value]) ?? []);
    expect(attributes).to.deep.equal({
      'doublelock.reference': { stringValue: 'AAAA-BBBB' },
      'http.request.method': { stringValue: 'GET' },
      'http.route': { stringValue: '/account' },
      'http.response.status_code': { intValue: 200 },
    });
  });

  it('continues the trace of a caller, and begins one of its own for a malformed header', async () => {
    const tracing = await opened();
    await serve(tracing, `00-${TRACE}-${CALLER}-01`);
    await serve(tracing, 'nonsense');
    await tracing.close(WITHIN_MS);
    const [, continued, , begun] = collector.spans;
    expect(continued).to.include({ traceId: TRACE, parentSpanId: CALLER });
    expect(begun?.traceId).not.to.equal(TRACE);
    expect(begun?.parentSpanId ?? '').to.equal('');
  });

  it('tells that an act failed by the name of its error, never by its words [A98]', async () => {
    const tracing = await opened();
    const failing = tracing.storeAct('accounts.find', async () => {
      throw new TypeError('secret@acme.test');
    });
    await failing.catch(() => {});
    await tracing.close(WITHIN_MS);
    expect(collector.spans[0]?.status).to.deep.equal({ code: 2, message: 'TypeError' });
    expect(collector.text).not.to.include('secret@acme.test');
  });

  it('keeps the share of traces that the environment asks for', async () => {
    const none = await opened({ OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '0' });
    await serve(none);
    await none.close(WITHIN_MS);
    expect(collector.spans).to.deep.equal([]);
    const wrong = opened({ OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '2' });
    const fault = await wrong.then(
      () => null,
      (error: Error) => error.message,
    );
    expect(fault).to.equal('OTEL_TRACES_SAMPLER_ARG must be a number from 0 to 1');
  });

  it('logs once that the collector refuses spans, and works on', async () => {
    collector.answer(400);
    const tracing = await opened();
    await serve(tracing);
    await tracing.close(WITHIN_MS);
    expect(lines.map(({ event }) => event)).to.deep.equal(['tracing.not_sent']);
  });
});

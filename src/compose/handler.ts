/** Composes the handler of requests from a server and its areas: what stands around them, and in which order. */
import { createCookieSignatures } from '../adapters/system/cookie-signatures.ts';
import { systemRequests } from '../adapters/system/requests.ts';
import type { Secrets } from '../config/shape.ts';
import { createCodeForm } from '../http/device/code-form.ts';
import { clockGuard } from '../http/middleware/clock-guard.ts';
import { errorPages } from '../http/middleware/errors.ts';
import { securityHeaders } from '../http/middleware/headers.ts';
import { oneRequest } from '../http/middleware/one-request.ts';
import { requestLog } from '../http/middleware/request-log.ts';
import { traces } from '../http/middleware/traces.ts';
import { wholeRequest } from '../http/middleware/whole-request.ts';
import { createApp, type Handler } from '../http/server/app.ts';
import { type Area, headerExceptionsOf } from '../http/server/area.ts';
import { createDevicePolling } from '../oidc/device/polling.ts';
import { installMiddleware } from '../oidc/provider.ts';
import type { Server } from './composition.ts';

export function handlerOf(
  { config, parts, provider, providerPages, useCases: { deviceCodes }, guards, render, wayOn }: Server,
  areas: readonly Area[],
  { cookies }: Pick<Secrets, 'cookies'>,
): Handler {
  const { clock, random, logger, metrics, tracing, clockWatch } = parts;
  const { issuer, listen, environment } = config;
  const { formsLeadAway, ownWindow, listens } = headerExceptionsOf(areas);
  const around = [
    oneRequest(systemRequests, random),
    ...(tracing ? [traces(tracing, listen.trustedProxies > 0)] : []),
    wholeRequest,
    requestLog({ log: logger.info, count: metrics.request, clock, random }),
    errorPages({ render, log: logger.error, warn: logger.warn, issuer, wayOn }),
    securityHeaders({ https: issuer.startsWith('https:'), formsLeadAway, ownWindow, listens }),
    clockGuard(() => clockWatch.wrong() !== null),
  ];
  const { knownBrowser } = guards;
  const deviceForm = createCodeForm({ origin: new URL(issuer).origin, deviceCodes, knownBrowser });
  installMiddleware(
    provider,
    [...around, deviceForm, createDevicePolling(deviceCodes)],
    providerPages,
    config.clients,
    logger.warn,
  );
  return createApp({
    issuer,
    trustedProxies: listen.trustedProxies,
    cookieSignatures: createCookieSignatures(cookies),
    around,
    areas,
    home: environment === 'development' ? '/demo' : '/account',
    warn: logger.warn,
  });
}

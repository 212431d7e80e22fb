/** The check as middleware for Koa and Express, and around handlers of `fetch` style. */
import type { AccessToken, Requirements } from './access-token.ts';
import type { Check } from './check.ts';
import { checkRequirements, type Settings } from './options.ts';
import type { Refusal } from './refusal.ts';

/** The part of Koa's context that counts here. */
export interface KoaContext {
  readonly method: string;
  readonly protocol: string;
  readonly host: string;
  readonly originalUrl: string;
  readonly state: Record<string, unknown>;
  status: number;
  body: unknown;
  get(header: string): string;
  set(headers: { [header: string]: string }): unknown;
}

/** The part of Express's request that counts here. */
export interface ExpressRequest {
  readonly method: string;
  readonly protocol: string;
  readonly originalUrl: string;
  get(header: string): string | undefined;
  /** The verified token. */
  accessToken?: AccessToken;
}

/** The part of Express's response that counts here. */
export interface ExpressResponse {
  status(code: number): unknown;
  set(headers: Record<string, string>): unknown;
  send(body: string): unknown;
}

type Origin = Pick<Settings, 'origin' | 'levels'>;

export function createKoa(check: Check, settings: Origin) {
  return (requirements: Requirements = {}) => {
    checkRequirements(requirements, settings);
    return async (ctx: KoaContext, next: () => Promise<unknown>): Promise<void> => {
      const verdict = await check(
        {
          method: ctx.method,
          // Koa's own `origin` is the header of that name, which a page of another site sends.
          url: `${settings.origin ?? `${ctx.protocol}://${ctx.host}`}${ctx.originalUrl}`,
          authorization: ctx.get('authorization'),
          dpop: ctx.get('dpop'),
        },
        requirements,
      );
      if (verdict.ok) {
        ctx.state.accessToken = verdict.token;
        await next();
        return;
      }
      const { status, headers, body } = verdict.refusal;
      ctx.status = status;
      ctx.body = body;
      ctx.set({ ...headers });
    };
  };
}

export function createExpress(check: Check, settings: Origin) {
  return (requirements: Requirements = {}) => {
    checkRequirements(requirements, settings);
    return (request: ExpressRequest, response: ExpressResponse, next: (error?: unknown) => void): void => {
      const origin = settings.origin ?? `${request.protocol}://${request.get('host')}`;
      check(
        {
          method: request.method,
          url: `${origin}${request.originalUrl}`,
          authorization: request.get('authorization'),
          dpop: request.get('dpop'),
        },
        requirements,
      ).then((verdict) => {
        if (!verdict.ok) return answer(response, verdict.refusal);
        request.accessToken = verdict.token;
        next();
      }, next);
    };
  };
}

function answer(response: ExpressResponse, { status, headers, body }: Refusal): void {
  response.status(status);
  response.set({ ...headers });
  response.send(body);
}

export function createFetch(check: Check, settings: Origin) {
  return <Rest extends readonly unknown[]>(
    handler: (request: Request, token: AccessToken, ...rest: Rest) => Response | Promise<Response>,
    requirements: Requirements = {},
  ) => {
    checkRequirements(requirements, settings);
    return async (request: Request, ...rest: Rest): Promise<Response> => {
      const { origin, pathname, search } = new URL(request.url);
      const verdict = await check(
        {
          method: request.method,
          url: `${settings.origin ?? origin}${pathname}${search}`,
          authorization: request.headers.get('authorization'),
          dpop: request.headers.get('dpop'),
        },
        requirements,
      );
      if (verdict.ok) return handler(request, verdict.token, ...rest);
      const { status, headers, body } = verdict.refusal;
      return new Response(body, { status, headers });
    };
  };
}

/** A sign-in with an authenticator app, request by request, for tests that measure each request. */
import { expect } from 'chai';
import { PASSWORD } from '../../support/app.ts';
import { type InteractionContext, nextCode } from '../oidc/story.ts';

/** Sends one request of the sign-in, measures it under its name, and returns its answer. */
type Step = <T>(name: string, request: () => Promise<T>) => Promise<T>;

/** From the authorization request to userinfo, by a person whose only factor is the app. */
export async function signInBySteps(s: InteractionContext, email: string, step: Step): Promise<void> {
  const visitor = s.app.visitor();
  const url = await s.rp.authorizationUrl();
  const begun = await step('authorization', () => visitor.get(url));
  const passwordPage = await step('password page', () => visitor.get(begun.location ?? ''));
  const typed = { email, password: PASSWORD };
  const password = await step('password', () => visitor.submit(passwordPage, typed));
  const codePage = await step('code page', () => visitor.get(password.location ?? ''));
  const ended = await step('code', () => visitor.submit(codePage, { code: nextCode(s.app) }));
  const resumed = await step('resume', () => visitor.get(ended.location ?? ''));
  const tokens = await step('token', () => s.rp.exchange(resumed.location ?? ''));
  const authorization = `Bearer ${tokens.access_token}`;
  const told = await step('userinfo', () => fetch(`${s.app.origin}/me`, { headers: { authorization } }));
  expect(told.status).to.equal(200);
}

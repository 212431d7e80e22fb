/** Sign-in forms that are filled in and waiting to be sent, all at once if need be. */
import { CALLBACK, CLIENT_SECRET, PASSWORD } from '../support/app.ts';
import { createRelyingParty, type RelyingParty } from '../support/hosts/relying-party.ts';
import { type RawAnswer, rawRequest } from '../support/process/raw-request.ts';
import type { Program } from './program.ts';

export interface ReadyForm {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export function partyAt({ origin }: Pick<Program, 'origin'>, clientId = 'rp'): Promise<RelyingParty> {
  return createRelyingParty({ issuer: origin, clientId, clientSecret: CLIENT_SECRET, redirectUri: CALLBACK });
}

/** A browser for each address, on its sign-in page. */
export async function openForms(
  program: Pick<Program, 'origin' | 'visitor'>,
  emails: readonly string[],
): Promise<ReadyForm[]> {
  const rp = await partyAt(program);
  const forms: ReadyForm[] = [];
  for (const email of emails) {
    const visitor = program.visitor();
    const page = await visitor.open(await rp.authorizationUrl());
    const { action, body } = page.form({ email, password: PASSWORD });
    const headers = {
      // Behind a balancer the request goes to one instance, for the address of all.
      host: new URL(program.origin).host,
      origin: program.origin,
      'content-type': 'application/x-www-form-urlencoded',
      cookie: visitor.jar.getCookieStringSync(action),
    };
    forms.push({ path: new URL(action).pathname, headers, body: body.toString() });
  }
  return forms;
}

export function send({ port }: Program, { path, headers, body }: ReadyForm): Promise<RawAnswer> {
  return rawRequest(port, { method: 'POST', path, headers, body });
}

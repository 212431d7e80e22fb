/** A host's own login page and consent, two lines each: no password, no page of ours. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Provider } from 'oidc-provider';

/** Shown at the host's own interaction URL. Consent is given without asking. */
export async function showLogin(
  provider: Provider,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { prompt, uid, params, session, grantId } = await provider.interactionDetails(request, response);
  if (prompt.name !== 'consent') {
    response.setHeader('content-type', 'text/html');
    response.end(
      `<body data-page="host-login"><form method="post"><input name="login"> ${uid}</form></body>`,
    );
    return;
  }
  const given = { accountId: String(session?.accountId), clientId: String(params.client_id) };
  const grant = (grantId && (await provider.Grant.find(grantId))) || new provider.Grant(given);
  grant.addOIDCScope(String(params.scope));
  const result = { consent: { grantId: await grant.save() } };
  await provider.interactionFinished(request, response, result);
}

/** Its form: whoever says a name is believed. */
export async function takeLogin(
  provider: Provider,
  request: IncomingMessage,
  response: ServerResponse,
  accountId: string,
): Promise<void> {
  await provider.interactionFinished(request, response, { login: { accountId } });
}

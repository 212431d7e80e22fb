/** Back-channel logout by the queue of the server, in place of the library's one attempt within the request. */
import { type Adapter, type AdapterPayload, type Client, Provider } from 'oidc-provider';
import type { LogoutNotice } from '../../ports/logout.ts';
import { OutboundRefused } from '../../ports/outbound.ts';
import type { Attempt } from '../../ports/queue.ts';
import type { SessionClients } from '../../use-cases/sign-in/session-clients.ts';

type AdapterOf = (model: string) => Adapter;

/** A method of the library's clients that its types lack: makes a new logout token, and sends it once. */
interface LogoutClient extends Client {
  backchannelLogout(accountId: string, sid: string | undefined): Promise<void>;
}

/** Models that lead to tokens of a session. */
const LEADING_TO_TOKENS = ['AuthorizationCode', 'DeviceCode'];

/** Around the provider's adapter: notes the application of each code beside the code, in no round trip of its own. */
export function notingClients(adapterOf: AdapterOf, { note }: Pick<SessionClients, 'note'>): AdapterOf {
  async function noteClient({ sessionUid, accountId, clientId, sid }: AdapterPayload): Promise<void> {
    const { client, session } = Provider.ctx?.oidc ?? {};
    if (!client?.backchannelLogoutUri || client.clientId !== clientId) return;
    const known = sid ?? session?.sidFor(client.clientId);
    if (sessionUid && accountId && known) await note({ sessionUid, accountId, clientId, sid: known });
  }

  return (model) => {
    const adapter = adapterOf(model);
    if (!LEADING_TO_TOKENS.includes(model)) return adapter;
    return {
      ...adapter,
      async upsert(id, payload, expiresIn) {
        await Promise.all([adapter.upsert(id, payload, expiresIn), noteClient(payload)]);
      },
    };
  };
}

/**
 * A sign-out at the provider queues a notice instead of sending it. Returns what sends one: the library's own method, with
 * the current keys of the provider.
 */
export function replaceBackChannelLogout(
  provider: Provider,
  { signedOut }: Pick<SessionClients, 'signedOut'>,
): (notice: LogoutNotice) => Promise<Attempt> {
  const prototype = provider.Client.prototype as LogoutClient;
  const { backchannelLogout: send } = prototype;
  prototype.backchannelLogout = async function (accountId, sid) {
    const sessionUid = Provider.ctx?.oidc.session?.uid;
    if (sessionUid !== undefined && sid !== undefined)
      await signedOut({ sessionUid, clientId: this.clientId, accountId, sid });
  };

  return async ({ clientId, accountId, sid }) => {
    try {
      const client = await provider.Client.find(clientId);
      if (!client?.backchannelLogoutUri) return refused('it asks for no notice any more');
      await send.call(client as LogoutClient, accountId, sid);
      return { outcome: 'accepted' };
    } catch (error) {
      return outcomeOf(error);
    }
  };
}

const BAD_REQUEST = 400;

/** The application refuses a token with 400 (OpenID Connect Back-Channel Logout 1.0, 2.8). */
function outcomeOf(error: unknown): Attempt {
  if (error instanceof OutboundRefused) return refused(error.message);
  const { response, code, name } = error as { response?: Response; code?: unknown; name?: unknown };
  if (response !== undefined) {
    const reason = `it answered ${response.status}`;
    return response.status === BAD_REQUEST ? refused(reason) : { outcome: 'later', reason };
  }
  return { outcome: 'later', reason: `it gave no answer (${String(code ?? name ?? 'unknown')})` };
}

function refused(reason: string): Attempt {
  return { outcome: 'refused', reason };
}

/** Builds the SMS part of the configuration, with the settings of the chosen gateway. */
import type { ConfigFile } from '../schema/file.ts';
import type { Config, SmsGateway } from '../shape.ts';

type SmsFile = ConfigFile['sms'];

/** The API of Twilio in its default region. */
export const TWILIO_URL = 'https://api.twilio.com';

/** Default bodies by content type; most gateways understand them. */
export const DEFAULT_BODIES: Readonly<Record<string, string>> = {
  'application/json': '{"to":"{to}","from":"{from}","text":"{text}"}',
  'application/x-www-form-urlencoded': 'to={to}&from={from}&text={text}',
};

export function buildSms(sms: SmsFile): Config['sms'] {
  const { per_block_hour: perBlockHour, per_tenant_day: perTenantDay, per_day: perDay } = sms.limits;
  return {
    transport: sms.transport,
    from: sms.from,
    allowedPrefixes: sms.allowed_prefixes,
    limits: { perBlockHour, perTenantDay, perDay },
    gateway: gatewayOf(sms),
  };
}

/** The checks have found every value that the transport needs. */
function gatewayOf(sms: SmsFile): SmsGateway | null {
  switch (sms.transport) {
    case 'outbox':
      return null;
    case 'twilio':
      return {
        transport: 'twilio',
        accountSid: sms.account_sid ?? '',
        authToken: sms.auth_token ?? '',
        url: sms.url ?? TWILIO_URL,
      };
    case 'http':
      return {
        transport: 'http',
        url: sms.url ?? '',
        method: sms.method,
        headers: sms.headers,
        body: sms.method === 'GET' ? null : (sms.body ?? DEFAULT_BODIES[sms.content_type] ?? null),
        contentType: sms.content_type,
        success: { statuses: sms.success.status ?? null, body: sms.success.body ?? null },
        bearerToken: sms.bearer_token ?? null,
        password: sms.password ?? null,
      };
    case 'smpp':
      return {
        transport: 'smpp',
        host: sms.host ?? '',
        port: sms.port ?? 0,
        tls: sms.tls,
        systemId: sms.system_id ?? '',
        password: sms.password ?? '',
        systemType: sms.system_type ?? '',
        alphabet: sms.alphabet,
      };
  }
}

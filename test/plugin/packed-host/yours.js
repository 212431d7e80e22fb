/** What a host has before it has heard of the plugin: its configuration, its users, its keys. */
import { generateKeyPairSync } from 'node:crypto';

const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });

export const issuer = process.env.ISSUER;

export const users = new Map([['ann', { email: 'ann@acme.example' }]]);

export const configuration = {
  clients: [
    {
      client_id: 'rp',
      client_secret: 'a-secret-of-more-than-thirty-two-characters',
      redirect_uris: ['http://rp.test/callback'],
      id_token_signed_response_alg: 'ES256',
    },
  ],
  jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), alg: 'ES256', use: 'sig' }] },
  cookies: { keys: ['a key of the host'] },
  findAccount: (_ctx, id) => users.has(id) && { accountId: id, claims: () => ({ sub: id }) },
  features: { devInteractions: { enabled: false } },
};

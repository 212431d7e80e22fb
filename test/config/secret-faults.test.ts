/** The faults that a configuration file can have in its keys. */
import { ecKey, itRefuses, type Row, rsaKey } from './config-file.ts';

const SECRET = 's'.repeat(32);

const ROWS: readonly Row[] = [
  ['a short key', 'secrets: { encryption: [{ id: a, key: short }] }', 'secrets.encryption[0].key', /weak/],
  ['no key', 'secrets: { encryption: [{ id: a }] }', 'secrets.encryption[0].key', /required/],
  ['a short cookie key', `secrets: { cookies: [${SECRET}, short] }`, 'secrets.cookies[1]', /weak/],
  [
    'one id for two keys',
    `secrets: { encryption: [{ id: a, key: ${SECRET} }, { id: a, key: ${SECRET}2 }] }`,
    'secrets.encryption[1].id',
    /"a" is that of secrets\.encryption\[0\]/,
  ],
  [
    'a symmetric key',
    'secrets: { signing: [{ kty: oct, k: abc }] }',
    'secrets.signing[0]',
    /not a private key/,
  ],
  [
    'another curve',
    `secrets: { signing: [${JSON.stringify(ecKey('P-521'))}] }`,
    'secrets.signing[0]',
    /curve/,
  ],
  [
    'a short RSA key',
    `secrets: { signing: [${JSON.stringify(rsaKey(1024))}] }`,
    'secrets.signing[0]',
    /2048/,
  ],
  [
    'a public key',
    `secrets: { signing: [${JSON.stringify({ ...ecKey(), d: undefined })}] }`,
    'secrets.signing[0]',
    /not a private key/,
  ],
  [
    'a key to encrypt with',
    `secrets: { signing: [${JSON.stringify({ ...ecKey(), use: 'enc' })}] }`,
    'secrets.signing[0]',
    /not for signatures/,
  ],
  [
    'a key of another kind',
    'secrets: { signing: [{ kty: OKP, crv: Ed25519, x: 11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo, d: nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A }] }',
    'secrets.signing[0]',
    /other than EC P-256 and RSA/,
  ],
  [
    'another algorithm',
    `secrets: { signing: [${JSON.stringify({ ...rsaKey(), alg: 'PS256' })}] }`,
    'secrets.signing[0]',
    /other than RS256/,
  ],
  [
    'two keys of one id',
    `secrets: { signing: [${[ecKey(), ecKey()].map((key) => JSON.stringify({ ...key, kid: 'a' }))}] }`,
    'secrets.signing[1].kid',
    /another key/,
  ],
];

describe('a file with a fault in its keys [R36]', () => itRefuses(ROWS));

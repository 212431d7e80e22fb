/**
 * Makes what docker-compose.yml keeps secret, each in a file of its own below deploy/compose/secrets (or the folder
 * named as an argument). What is there already stays. Needs Node.js 20 or newer and openssl; with Docker alone:
 *
 *   docker run --rm --user "$(id -u):$(id -g)" -v "$PWD/deploy/compose:/compose" node:24-trixie node /compose/make-secrets.mjs
 */
import { execFileSync } from 'node:child_process';
import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const folder = resolve(process.argv[2] ?? join(import.meta.dirname, 'secrets'));
/** 256 bits. */
const KEY_BYTES = 32;
/** MongoDB takes 6 to 1024 characters of base64. */
const MEMBER_KEY_BYTES = 96;
/** RFC 7518, 3.3: 2048 bits or more. */
const RSA_BITS = 2048;
const CERTIFICATE_DAYS = 365;

/** The folder is the owner's alone; the files in it are read by the containers' users, each of another id. */
process.umask(0o022);
mkdirSync(folder, { recursive: true, mode: 0o700 });

const made = [];

/** The content of the file, which is made when it is not there. */
function secret(name, make) {
  const path = join(folder, name);
  if (!existsSync(path)) {
    writeFileSync(path, `${make()}\n`, { flag: 'wx', mode: 0o644 });
    made.push(name);
  }
  return readFileSync(path, 'utf8').trim();
}

function key() {
  return randomBytes(KEY_BYTES).toString('hex');
}

/** RFC 7638, 3: the digest of the required members, in lexicographic order and without white space. */
function thumbprint(jwk) {
  const required = ['crv', 'e', 'kty', 'n', 'x', 'y'].filter((name) => name in jwk);
  const canonical = JSON.stringify(Object.fromEntries(required.map((name) => [name, jwk[name]])));
  return createHash('sha256').update(canonical).digest('base64url');
}

function signingKey(alg, { privateKey }) {
  const jwk = privateKey.export({ format: 'jwk' });
  return { ...jwk, use: 'sig', alg, kid: thumbprint(jwk) };
}

secret('encryption-key', key);
secret('cookie-key', key);
secret('signing-keys', () =>
  JSON.stringify({
    keys: [
      signingKey('ES256', generateKeyPairSync('ec', { namedCurve: 'P-256' })),
      signingKey('RS256', generateKeyPairSync('rsa', { modulusLength: RSA_BITS })),
    ],
  }),
);

secret('mongodb-member-key', () => randomBytes(MEMBER_KEY_BYTES).toString('base64'));
secret('mongodb-root-password', key);
const mongodbPassword = secret('mongodb-password', key);
const members = 'mongo-1:27017,mongo-2:27017,mongo-3:27017';
secret(
  'mongodb-uri',
  () => `mongodb://doublelock:${mongodbPassword}@${members}/doublelock?replicaSet=doublelock`,
);

const redisPassword = secret('redis-password', key);
secret('redis-auth.conf', () => `requirepass ${redisPassword}`);
secret('redis-url', () => `redis://:${redisPassword}@redis:6379`);

secret('smtp-url', () => 'smtps://user:password@mail.example.org:465');
secret('app-client-secret', key);
secret('admin-password', () => randomBytes(KEY_BYTES / 2).toString('hex'));

if (!existsSync(join(folder, 'tls-key.pem'))) {
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-noenc'];
  const files = ['-keyout', join(folder, 'tls-key.pem'), '-out', join(folder, 'tls-certificate.pem')];
  execFileSync('openssl', ['req', '-x509', '-days', `${CERTIFICATE_DAYS}`, ...key, ...subject, ...files], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  chmodSync(join(folder, 'tls-key.pem'), 0o644);
  made.push('tls-key.pem', 'tls-certificate.pem');
}

console.log(made.length > 0 ? `made in ${folder}: ${made.join(', ')}` : `all there, in ${folder}`);
if (made.includes('smtp-url')) console.log('put the address of your mail server into smtp-url');
if (made.includes('admin-password')) console.log('sign in as admin@example.org with admin-password');

/** After a day's work of the program: nothing that lets somebody in stands in its files or in its output. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import * as client from 'openid-client';
import { CLIENT_SECRET, PASSWORD, SECRET } from '../../support/app.ts';
import { STEP_MS, totpCode } from '../../support/totp.ts';
import type { Visitor } from '../../support/visitor.ts';
import { partyAt } from '../forms.ts';
import { PATIENCE_MS, type Program, programs } from '../program.ts';

const WRONG_PASSWORD = 'wrong horse battery staple';
const EMAIL = 'new@strict.test';
/** Made at the first start and kept in clear, readable by its owner alone; nothing of it stands elsewhere. */
const KEYS = 'secrets.json';

describe('secrets in the files and the output of the program', function () {
  this.timeout(PATIENCE_MS);
  const { start } = programs();

  it('appear in clear text neither in the data directory nor in the output [A98]', async () => {
    const program = await start({ env: { LOG_LEVEL: 'trace' } });
    const secrets = await aDaysWork(program);
    const running = everywhere(program);
    await program.stop();
    const stopped = everywhere(program);

    for (const places of [running, stopped]) {
      expect(findIn(places, EMAIL), 'the search finds what is there').not.to.have.length(0);
      for (const [what, secret] of Object.entries(secrets))
        expect(findIn(places, secret), what).to.deep.equal([]);
    }
  });
});

/** Two sign-ins with all that can go wrong, tokens and what is done with them, and the way out. */
async function aDaysWork(program: Program): Promise<Record<string, string | Buffer>> {
  const rp = await partyAt(program);
  const visitor = program.visitor();
  const cookies = new Map<string, string>();
  const url = await rp.authorizationUrl({ scope: 'openid offline_access' });

  await visitor.open(url);
  await visitor.signIn(EMAIL, WRONG_PASSWORD);
  await visitor.signIn(EMAIL, PASSWORD);
  keepCookies(visitor, cookies);
  const secret = visitor.page.mark('secret').replaceAll(' ', '');
  await visitor.enterCode('135790');
  const setUpCode = totpCode(secret, Date.now());
  const shown = await visitor.follow(await visitor.submit(visitor.page, { code: setUpCode }));
  const [unusedCode = '', usedCode = ''] = shown.marks('recovery-code');
  const end = await visitor.putAway(shown);
  keepCookies(visitor, cookies);
  const tokens = await rp.exchange(end.location ?? '');
  const refreshed = await client.refreshTokenGrant(rp.configuration, tokens.refresh_token ?? '');
  await client.fetchUserInfo(rp.configuration, refreshed.access_token, tokens.claims()?.sub ?? '');
  await client.tokenIntrospection(rp.configuration, refreshed.access_token);
  await visitor.open('/account/security');

  const other = program.visitor();
  await other.open(await rp.authorizationUrl());
  await other.signIn(EMAIL, PASSWORD);
  await other.enterCode('246801');
  await other.enterCode(setUpCode);
  const code = totpCode(secret, Date.now() + STEP_MS);
  const second = await other.enterCode(code);
  keepCookies(other, cookies);
  const lost = program.visitor();
  await lost.open(await rp.authorizationUrl());
  await lost.signIn(EMAIL, PASSWORD);
  await lost.chooseMethod('recovery');
  await lost.enterCode(usedCode);
  keepCookies(lost, cookies);
  const unused = new URL(second.location ?? '').searchParams.get('code') ?? '';

  await visitor.open(`/session/end?id_token_hint=${tokens.id_token}`);
  await client.tokenRevocation(rp.configuration, refreshed.refresh_token ?? '');

  const bytes = base32(secret);
  return {
    'the password': PASSWORD,
    'a wrong password': WRONG_PASSWORD,
    "the client's secret": CLIENT_SECRET,
    'the secret of the authenticator app': secret,
    'the same in groups': secret.replaceAll(/(.{4})(?=.)/g, '$1 '),
    'the same in bytes': bytes,
    'the same in hexadecimal': bytes.toString('hex'),
    'the same in base64': bytes.toString('base64').replaceAll('=', ''),
    'a secret of the configuration': SECRET,
    'the same as bytes': base32(SECRET),
    'the code of the set-up': setUpCode,
    'a code': code,
    'a wrong code at the set-up': '135790',
    'a wrong code': '246801',
    'a recovery code': unusedCode,
    'the same as it is compared': unusedCode.replaceAll('-', ''),
    'a recovery code that was used': usedCode,
    'the used one as it is compared': usedCode.replaceAll('-', ''),
    'an access token': tokens.access_token,
    'a later access token': refreshed.access_token,
    'a refresh token': tokens.refresh_token ?? '',
    'a later refresh token': refreshed.refresh_token ?? '',
    'an ID token': tokens.id_token ?? '',
    'an authorization code': new URL(end.location ?? '').searchParams.get('code') ?? '',
    'an authorization code that was not redeemed': unused,
    ...Object.fromEntries(cookies),
    ...keysOf(program),
  };
}

function keepCookies(visitor: Visitor, into: Map<string, string>): void {
  for (const { key, value } of visitor.jar.serializeSync()?.cookies ?? []) {
    if (/session|interaction|resume/.test(String(key))) into.set(`the cookie ${key}=${value}`, String(value));
  }
}

function keysOf({ dataDir }: Program): Record<string, string> {
  const { encryption, cookies, signing } = JSON.parse(readFileSync(join(dataDir, KEYS), 'utf8'));
  return {
    'the key of the stores': encryption[0].key,
    'the key of the cookies': cookies[0],
    'the signing key': signing[0].d,
  };
}

/** By name: every file of the data directory but the keys', as it lies on the disk, and what was written out. */
function everywhere(program: Program): Map<string, Buffer> {
  const { out, err } = program.output();
  const files = readdirSync(program.dataDir).filter((name) => name !== KEYS);
  return new Map([
    ...files.map((name) => [name, readFileSync(join(program.dataDir, name))] as const),
    ['standard output', Buffer.from(out)],
    ['standard error', Buffer.from(err)],
  ]);
}

function findIn(places: ReadonlyMap<string, Buffer>, secret: string | Buffer): string[] {
  expect(secret).not.to.have.length(0);
  return [...places].filter(([, content]) => includes(content, secret)).map(([name]) => name);
}

/** Digits count when no other digit stands beside them: a moment in milliseconds may hold any six. */
function includes(content: Buffer, secret: string | Buffer): boolean {
  const isCode = typeof secret === 'string' && /^\d+$/.test(secret);
  return isCode
    ? new RegExp(`(?<!\\d)${secret}(?!\\d)`).test(content.toString('latin1'))
    : content.includes(secret);
}

/** RFC 4648, 6. */
function base32(text: string): Buffer {
  const bits = [...text].map((template) =>
    'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(template).toString(2).padStart(5, '0'),
  );
  return Buffer.from((bits.join('').match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
}

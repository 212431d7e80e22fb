/** Authorization requests that are refused: where the answer would go elsewhere, and flows that do not exist. */
import { expect } from 'chai';
import { CALLBACK, PASSWORD } from '../../../support/app.ts';
import { answerOf, confidential, errorOf, interaction, post, signIn, withClients } from '../story.ts';

/** RFC 7636, appendix B. */
const CHALLENGE = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';

const REQUEST = {
  client_id: 'rp',
  response_type: 'code',
  scope: 'openid',
  redirect_uri: CALLBACK,
  state: 's',
  code_challenge: CHALLENGE,
  code_challenge_method: 'S256',
};

const NATIVE = 'http://127.0.0.1/native';

describe('authorization requests', () => {
  const at = interaction(() =>
    withClients(
      confidential('no-pkce', { require_pkce: false }),
      confidential('pkce', { require_pkce: true }),
      confidential('with-query', { redirect_uris: [`${CALLBACK}?tenant=a`] }),
      { client_id: 'native', application_type: 'native', redirect_uris: [NATIVE], first_party: true },
    ),
  );

  function ask(change: Readonly<Record<string, string | null>>) {
    const all = Object.entries({ ...REQUEST, ...change });
    const query = all.flatMap(([name, value]) => (value === null ? [] : [[name, value] as [string, string]]));
    return at.app.visitor().open(`/auth?${new URLSearchParams(query)}`);
  }

  it('leads to the sign-in page when the request is valid [U.3]', async () => {
    expect((await ask({})).name).to.equal('sign-in');
  });

  const elsewhere: Readonly<Record<string, string>> = {
    'a suffix': `${CALLBACK}/more`,
    'a suffix without a slash': `${CALLBACK}s`,
    'a trailing slash': `${CALLBACK}/`,
    'an ending cut off': CALLBACK.slice(0, -1),
    'another case of the path': 'http://rp.test/Callback',
    'another case of the host': 'http://RP.test/callback',
    'another scheme': 'https://rp.test/callback',
    'two dots': 'http://rp.test/x/../callback',
    'encoded dots': 'http://rp.test/x/%2e%2e/callback',
    'an encoded letter': 'http://rp.test/%63allback',
    'user information': 'http://rp.test@evil.test/callback',
    'user information before the host': 'http://evil@rp.test/callback',
    'a suffix of the host': 'http://rp.test.evil.test/callback',
    'a port': 'http://rp.test:8080/callback',
    'an extra query': `${CALLBACK}?next=evil`,
    'a fragment': `${CALLBACK}#evil`,
    'a tab': 'http://rp.test/call\tback',
    'a backslash': 'http://rp.test\\@evil.test/callback',
    'a relative address': '/callback',
    'a protocol-relative address': '//rp.test/callback',
    'javascript:': 'javascript:alert(1)//http://rp.test/callback',
    'data:': 'data:text/html,http://rp.test/callback',
    nothing: '',
    "another client's address": 'http://127.0.0.1:9/spa',
  };
  for (const [what, address] of Object.entries(elsewhere)) {
    it(`refuses a redirect_uri with ${what}, on a page of its own [A83]`, async () => {
      const page = await ask({ redirect_uri: address });
      expect(page).to.include({ status: 400, name: 'error', location: null });
      for (const link of page.$('[href], form').toArray()) {
        const leadsTo = page.$(link).attr('href') ?? page.$(link).attr('action') ?? '';
        expect(new URL(leadsTo, page.url).origin).to.equal(at.app.origin);
      }
    });
  }

  it('requires exactly one redirect_uri [A83]', async () => {
    const none = await ask({ redirect_uri: null });
    expect(none).to.include({ status: 400, name: 'error', location: null });
    const query = new URLSearchParams(REQUEST);
    query.append('redirect_uri', 'http://evil.test/');
    const twice = await at.app.visitor().open(`/auth?${query}`);
    expect(twice).to.include({ status: 400, name: 'error', location: null });
  });

  it('compares a registered query as part of the address [A83]', async () => {
    const asked = (redirect_uri: string) => ask({ client_id: 'with-query', redirect_uri });
    expect((await asked(`${CALLBACK}?tenant=a`)).name).to.equal('sign-in');
    expect((await asked(`${CALLBACK}?tenant=b`)).name).to.equal('error');
    expect((await asked(CALLBACK)).name).to.equal('error');
  });

  it('lets the port of a loopback address vary for an app on a device, and for no web client [A83]', async () => {
    const native = await ask({ client_id: 'native', redirect_uri: 'http://127.0.0.1:51234/native' });
    expect(native.name).to.equal('sign-in');
    const elsewhereOnDevice = { client_id: 'native', redirect_uri: 'http://127.0.0.1:51234/other' };
    expect((await ask(elsewhereOnDevice)).name).to.equal('error');
    expect((await ask({ client_id: 'native', redirect_uri: 'http://localhost:1/native' })).name).to.equal(
      'error',
    );
    expect((await ask({ client_id: 'spa', redirect_uri: 'http://127.0.0.1:10/spa' })).name).to.equal('error');
  });

  it('shows a page for a client that is unknown [A83]', async () => {
    expect(await ask({ client_id: 'nobody' })).to.include({ status: 400, name: 'error', location: null });
    expect(await ask({ client_id: null })).to.include({ status: 400, name: 'error', location: null });
  });

  const refused: Readonly<Record<string, [Record<string, string | null>, string]>> = {
    'response_type=token': [{ response_type: 'token' }, 'unsupported_response_type'],
    'response_type=id_token': [{ response_type: 'id_token', nonce: 'n' }, 'unsupported_response_type'],
    'response_type=code token': [{ response_type: 'code token' }, 'unsupported_response_type'],
    'response_type=code id_token': [
      { response_type: 'code id_token', nonce: 'n' },
      'unsupported_response_type',
    ],
    'response_type=none of a client without it': [{ response_type: 'none' }, 'invalid_request'],
    'no PKCE': [{ code_challenge: null, code_challenge_method: null }, 'invalid_request'],
    'no PKCE of a public client': [
      {
        client_id: 'spa',
        redirect_uri: 'http://127.0.0.1:9/spa',
        code_challenge: null,
        code_challenge_method: null,
      },
      'invalid_request',
    ],
    'PKCE plain': [{ code_challenge_method: 'plain' }, 'invalid_request'],
    'PKCE without a method': [{ code_challenge_method: null }, 'invalid_request'],
    'PKCE with a short challenge': [{ code_challenge: 'short' }, 'invalid_request'],
    'response_mode=fragment': [{ response_mode: 'fragment' }, 'unsupported_response_mode'],
    'response_mode=web_message': [{ response_mode: 'web_message' }, 'unsupported_response_mode'],
    'a request object': [{ request: 'eyJhbGciOiJub25lIn0.e30.' }, 'request_not_supported'],
    'a request_uri of elsewhere': [{ request_uri: 'https://evil.test/r' }, 'request_uri_not_supported'],
    'prompt=none login': [{ prompt: 'none login' }, 'invalid_request'],
    'a prompt that is unknown': [{ prompt: 'select_everything' }, 'invalid_request'],
    'no scope': [{ scope: null }, 'invalid_scope'],
    'an empty scope': [{ scope: ' ' }, 'invalid_scope'],
    'a negative max_age': [{ max_age: '-1' }, 'invalid_request'],
    'claims that are no JSON': [{ claims: '{' }, 'invalid_request'],
    'claims that are a list': [{ claims: '[]' }, 'invalid_request'],
    'a broken id_token_hint': [{ id_token_hint: 'e30.e30.e30' }, 'invalid_request'],
  };
  for (const [what, [change, error]] of Object.entries(refused)) {
    it(`refuses ${what} at the relying party: ${error} [A84]`, async () => {
      const page = await ask(change);
      expect([302, 303]).to.include(page.status);
      const parameters = new URLSearchParams((page.location ?? '').split(/[?#]/).slice(1).join('&'));
      expect(parameters.get('error')).to.equal(error);
      expect(parameters.get('state')).to.equal('s');
      expect(parameters.has('code')).to.equal(false);
    });
  }

  it('says before the password which scope to send, in a pushed request as well [A84]', async () => {
    const description = 'scope is missing: send at least scope=openid';
    expect(answerOf(await ask({ scope: null })).get('error_description')).to.equal(description);
    const { scope: _, ...unscoped } = REQUEST;
    const { status, body } = await post(at.app, '/request', unscoped);
    expect(status).to.equal(400);
    expect(body).to.deep.equal({ error: 'invalid_scope', error_description: description });
  });

  it('lets a confidential client leave PKCE out where its registration says so [A84]', async () => {
    const without = { client_id: 'no-pkce', code_challenge: null, code_challenge_method: null };
    expect((await ask(without)).name).to.equal('sign-in');
    const plain = await ask({ client_id: 'no-pkce', code_challenge_method: 'plain' });
    expect(errorOf(plain)).to.equal('invalid_request');
  });

  it('lets a confidential client send a nonce instead of PKCE, and says so to one that sends neither [A84]', async () => {
    const without = { code_challenge: null, code_challenge_method: null };
    expect((await ask({ ...without, nonce: 'n' })).name).to.equal('sign-in');
    const neither = answerOf(await ask(without));
    expect(neither.get('error')).to.equal('invalid_request');
    expect(neither.get('error_description')).to.match(/PKCE or a nonce is required: send code_challenge/);
  });

  it('requires PKCE despite a nonce of a public client, and of one that its registration demands it of [A84]', async () => {
    const without = { code_challenge: null, code_challenge_method: null, nonce: 'n' };
    for (const from of [
      { client_id: 'spa', redirect_uri: 'http://127.0.0.1:9/spa' },
      { client_id: 'pkce', redirect_uri: CALLBACK },
    ]) {
      const answer = answerOf(await ask({ ...without, ...from }));
      expect(answer.get('error')).to.equal('invalid_request');
      expect(answer.get('error_description')).to.match(/^PKCE is required: send code_challenge/);
    }
  });

  it('answers with the code in the query and the issuer [A84]', async () => {
    const visitor = at.app.visitor();
    const end = await signIn(at.app, visitor, `/auth?${new URLSearchParams(REQUEST)}`, 'new@open.test');
    const url = new URL(end.location ?? '');
    expect(url.hash).to.equal('');
    expect([...url.searchParams.keys()]).to.have.members(['code', 'state', 'iss']);
    expect(url.searchParams.get('iss')).to.equal(at.app.origin);
  });

  const grants = [
    'password',
    'implicit',
    'urn:openid:params:grant-type:ciba',
    'urn:ietf:params:oauth:grant-type:jwt-bearer',
    'urn:ietf:params:oauth:grant-type:token-exchange',
  ];
  for (const grant of grants) {
    it(`knows no grant_type=${grant} [A84]`, async () => {
      const fields = { grant_type: grant, username: 'new@open.test', password: PASSWORD };
      const { status, body } = await post(at.app, '/token', fields);
      expect(status).to.equal(400);
      expect(body.error).to.equal('unsupported_grant_type');
    });
  }

  for (const path of [
    '/reg',
    '/registration',
    '/reg/rp',
    '/backchannel',
    '/bc-authorize',
    '/session/check',
    '/challenge',
    '/credential',
    '/introspect',
  ]) {
    it(`answers 404 at ${path} [A84]`, async () => {
      const visitor = at.app.visitor();
      expect(await visitor.get(path)).to.include({ status: 404, name: 'error' });
      expect((await visitor.post(path, { client_id: 'rp' })).status).to.equal(404);
    });
  }
});

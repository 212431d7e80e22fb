/** Answers without a body: they name neither a type nor a length that is not theirs. */
import { expect } from 'chai';
import { CLIENT_SECRET } from '../../../support/app.ts';
import { rawRequest } from '../../../support/process/raw-request.ts';
import { interaction, tokensFor } from '../story.ts';

describe('an answer without a body', () => {
  const at = interaction();

  const send = (
    path: string,
    init: { method?: string; headers?: Record<string, string>; body?: string } = {},
  ) => rawRequest(Number(new URL(at.app.origin).port), { path, ...init });

  it('has no content type after a revocation, of a known or an unknown token', async () => {
    const { tokens } = await tokensFor(at.app, at.rp, 'new@open.test');
    for (const token of [tokens.access_token, 'unknown']) {
      const answer = await send('/token/revocation', {
        method: 'POST',
        headers: {
          authorization: `Basic ${Buffer.from(`rp:${CLIENT_SECRET}`).toString('base64')}`,
          'content-type': 'application/x-www-form-urlencoded',
        },
        body: new URLSearchParams({ token }).toString(),
      });
      expect([answer.status, answer.body]).to.deep.equal([200, '']);
      expect(answer.headers).not.to.have.property('content-type');
      expect(answer.headers['content-length']).to.equal('0');
    }
  });

  it('has no content type in a preflight and in a redirect of the sign-out', async () => {
    const preflight = await send('/token/revocation', {
      method: 'OPTIONS',
      headers: { origin: 'http://127.0.0.1:9', 'access-control-request-method': 'POST' },
    });
    const signedOut = await send('/session/end');
    expect([preflight.status, signedOut.status]).to.deep.equal([204, 303]);
    for (const { headers, body } of [preflight, signedOut]) {
      expect(body).to.equal('');
      expect(headers).not.to.have.property('content-type');
    }
  });
});

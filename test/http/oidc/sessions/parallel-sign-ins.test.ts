/** Several relying parties ask at the same moment, each in two tabs, as restored ones do: every tab gets its answer. */
import { expect } from 'chai';
import * as client from 'openid-client';
import { PASSWORD } from '../../../support/app.ts';
import { confidential, interaction, redeem, withClients } from '../story.ts';

const IDS = ['one', 'two', 'three', 'four'];

describe('relying parties that ask at the same moment', () => {
  const at = interaction(() => withClients(...IDS.map((id) => confidential(id))));

  it('each receive a code and valid tokens [U.3]', async () => {
    const parties = await Promise.all([...IDS, ...IDS].map((id) => at.app.relyingParty(id)));
    for (let round = 0; round < 5; round += 1) {
      const visitor = at.app.visitor();
      await visitor.open('/account');
      await visitor.signIn('new@open.test', PASSWORD);
      const urls = await Promise.all(parties.map((party) => party.authorizationUrl({ prompt: 'none' })));
      const ends = await Promise.all(urls.map((url) => visitor.get(url)));
      for (const [index, party] of parties.entries()) {
        const end = ends[index];
        if (!end) throw new Error('no answer');
        const { tokens, claims } = await redeem(party, end);
        const info = await client.fetchUserInfo(party.configuration, tokens.access_token, claims.sub);
        expect(info.sub).to.equal(claims.sub);
      }
    }
  });
});

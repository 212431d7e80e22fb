/** The request of a link for a new password reveals to nobody whether an account exists, and has limits. */
import { performance } from 'node:perf_hooks';
import { expect } from 'chai';
import type { Page } from '../../../support/pages/page.ts';
import { eventually } from '../../../support/time/eventually.ts';
import type { Visitor } from '../../../support/visitor.ts';
import { MINUTE } from '../../oidc/machine-clock.ts';
import { interaction, signIn } from '../../oidc/story.ts';
import { accounts, withApp } from '../members.ts';
import { type Sent, sentTo } from '../outbox.ts';

const ASK = '/forgot-password';

describe('the request of a link for a new password', () => {
  const s = interaction(() =>
    accounts(
      { email: 'invited@open.test', tenant: 'open', name: 'Invited' },
      ...Array.from({ length: 7 }, (_, at) => withApp(`known${at}`, 'open', { email_confirmed: true })),
    ),
  );

  async function ask(email: string, visitor: Visitor = s.app.visitor()): Promise<Page> {
    return visitor.submit(await visitor.open(ASK), { email }, 'send');
  }

  async function mailsTo(email: string): Promise<Sent[]> {
    const all = await sentTo(s.app, email);
    return all.filter(({ subject }) => subject.includes('Choose a new password'));
  }

  const bare = (page: Page, email: string) =>
    page.text.replaceAll(email, 'ADDRESS').replace(/(data-mark="reference"[^>]*>)[^<]+/g, '$1');

  function headersOf(page: Page): Record<string, unknown> {
    const own = ['date', 'x-request-id'];
    return Object.fromEntries(Object.entries(page.headers).filter(([name]) => !own.includes(name)));
  }

  it('has the same answer for every address [A95]', async () => {
    s.clock.nextStep(16 * MINUTE);
    const emails = ['known0@open.test', 'ghost0@open.test', 'invited@open.test', 'known6@open.test'];
    const answers = [];
    for (const email of emails) {
      const visitor = s.app.visitor();
      const answer = await ask(email, visitor);
      const page = await visitor.follow(answer);
      answers.push({ status: answer.status, headers: headersOf(answer), text: bare(page, email) });
    }
    for (const answer of answers) expect(answer).to.deep.equal(answers[0]);
  });

  it('says what an address lacks, without looking for it', async () => {
    const refused = await ask('known0');
    expect([refused.status, refused.error]).to.deep.equal([422, 'field_invalid']);
    expect(refused.$('[name=email]').val()).to.equal('known0');
  });

  it('sends five in ten minutes, and then has the same refusal [A95]', async () => {
    s.clock.nextStep(16 * MINUTE);
    const refused: string[] = [];
    for (const email of ['known1@open.test', 'ghost1@open.test']) {
      for (let each = 0; each < 5; each += 1) expect((await ask(email)).status).to.equal(303);
      const page = await ask(email);
      expect([page.status, page.error], email).to.deep.equal([429, 'resend_too_soon']);
      expect(page.headers['retry-after']).to.match(/^\d+$/);
      refused.push(bare(page, email));
    }
    expect(refused[0]).to.equal(refused[1]);
    await eventually(async () => expect(await mailsTo('known1@open.test')).to.have.length(5));
    s.clock.nextStep(11 * MINUTE);
    expect((await ask('known1@open.test')).status).to.equal(303);
  });

  it('lets a browser that knows the address ask, although a stranger has used the limit up [A28]', async () => {
    s.clock.nextStep(16 * MINUTE);
    const owner = s.app.visitor();
    await signIn(s.app, owner, await s.rp.authorizationUrl(), 'known2@open.test');
    for (let each = 0; each < 5; each += 1) await ask('known2@open.test');
    expect((await ask('known2@open.test')).status).to.equal(429);
    expect((await ask('known2@open.test', owner)).status).to.equal(303);
  });

  it('limits one network, whatever the addresses', async () => {
    s.clock.nextStep(16 * MINUTE);
    const statuses: number[] = [];
    for (let each = 0; each < 31; each += 1) statuses.push((await ask(`nobody${each}@open.test`)).status);
    expect(statuses).to.deep.equal([...Array(30).fill(303), 429]);
    s.clock.nextStep(16 * MINUTE);
  });

  it('takes the same time for a known and an unknown address [A95]', async function () {
    this.timeout(60_000);
    const times: Record<string, number[]> = { known: [], ghost: [] };
    for (let round = 0; round < 12; round += 1) {
      s.clock.nextStep(11 * MINUTE);
      for (const kind of round % 2 === 0 ? ['known', 'ghost'] : ['ghost', 'known']) {
        const visitor = s.app.visitor();
        const page = await visitor.open(ASK);
        const begun = performance.now();
        await visitor.submit(page, { email: `${kind}${3 + (round % 3)}@open.test` }, 'send');
        times[kind]?.push(performance.now() - begun);
      }
    }
    const [known = 0, ghost = 0] = Object.values(times).map(
      (each) => each.toSorted((a, b) => a - b)[6] ?? Number.NaN,
    );
    // The other load of the machine makes times differ, but by less than this.
    expect(1 - Math.min(known, ghost) / Math.max(known, ghost)).to.be.below(0.6);
  });
});

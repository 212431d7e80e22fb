import { expect } from 'chai';
import { DeliveryFailed } from '../../src/delivery.ts';
import type { HostAccount } from '../../src/index.ts';
import { IN_EXPRESS } from '../support/hosts/guest-kinds.ts';
import type { Visitor } from '../support/visitor.ts';
import { createPost, type Post, sendAtSetUp } from './post.ts';
import { begin, interaction, redeem } from './story.ts';

const MAIL = 'ann@host.test';
const TWO_STEP = 'urn:doublelock:acr:two-step';
/** As many as go to an account within ten minutes, codes included. */
const MOST_SENDS = 5;

describe('a person with mailed codes only whose e-mail address is no longer confirmed [3.6]', () => {
  const at = interaction(IN_EXPRESS);
  let post: Post;

  async function startWith(more: Parameters<typeof createPost>[1]): Promise<void> {
    post = createPost(() => at, more);
    await at.host.restart(post.options);
    const visitor = at.host.visitor();
    await begin(at, visitor, 'ann');
    await sendAtSetUp(visitor, 'email');
    await redeem(at.rp, await visitor.enterCode(post.codeTo(MAIL)));
    for (const { id, method } of await at.host.lock.factors.list('ann')) {
      if (method === 'recovery') await at.host.lock.factors.remove('ann', { id });
    }
    know({ emailConfirmed: false });
    post.sent.length = 0;
  }

  function know(change: Partial<HostAccount>): void {
    at.host.people.set('ann', { ...at.host.people.get('ann'), ...change });
  }

  const withLink = { confirmUrl: () => `${at.host.issuer}/confirm` };

  async function arrive(): Promise<Visitor> {
    const visitor = at.host.visitor();
    expect(await begin(at, visitor, 'ann')).to.include({
      status: 403,
      name: 'error',
      error: 'email_unconfirmed',
    });
    return visitor;
  }

  it('is told so, without a button when the host has no confirmation link', async () => {
    await startWith({});
    const { page, post: send } = await arrive();
    expect(page.$('button[name=send]').length).to.equal(0);
    const { body } = page.form({}, 'cancel');
    expect((await send(page.url, { _token: String(body.get('_token')) })).status).to.equal(403);
    expect(post.sent).to.deep.equal([]);
  });

  it('gets a link only on request, and continues once the address is confirmed', async () => {
    await startWith(withLink);
    const visitor = await arrive();
    await visitor.open(visitor.page.url);
    expect(post.sent).to.deep.equal([]);
    expect(visitor.page.mark('destination')).to.equal('a••••••@h••••••');

    const answer = await visitor.submit(visitor.page, {}, 'send');
    expect(answer.status).to.equal(303);
    const page = await visitor.follow(answer);
    expect(page.$('[role=status]').text()).to.contain('We sent a link to');
    expect(post.sent.map(({ to, text }) => [to, text.includes(`${at.host.issuer}/confirm`)])).to.deep.equal([
      [MAIL, true],
    ]);

    know({ emailConfirmed: true });
    expect((await visitor.open(page.link('/second-factor') ?? '')).name).to.equal('choose-method');
    await visitor.chooseMethod('email');
    expect((await redeem(at.rp, await visitor.enterCode(post.codeTo(MAIL)))).claims.acr).to.equal(TWO_STEP);
  });

  it('can continue with a click after the confirmation', async () => {
    await startWith(withLink);
    const visitor = await arrive();
    const { page } = visitor;
    know({ emailConfirmed: true });
    const reached = await visitor.follow(await visitor.submit(page, {}, 'send'));
    // A form, unlike a GET, may send a code at once.
    expect([reached.name, post.sent.length]).to.deep.equal(['enter-code', 1]);
  });

  it('gets no more links than codes [A64]', async () => {
    await startWith(withLink);
    const visitor = await arrive();
    for (let sent = 0; sent < MOST_SENDS; sent += 1) {
      await visitor.follow(await visitor.submit(visitor.page, {}, 'send'));
    }
    const refused = await visitor.submit(visitor.page, {}, 'send');
    expect(refused).to.include({ status: 429, error: 'resend_too_soon' });
    expect(post.sent).to.have.lengthOf(MOST_SENDS);
    know({ emailConfirmed: true });
    const other = at.host.visitor();
    await begin(at, other, 'ann');
    expect((await other.chooseMethod('email')).error).to.equal('resend_too_soon');
  });

  it('sees another message when a confirmed address would not help', async () => {
    await startWith(withLink);
    await at.host.restart({ policy: { enforcement: 'required', methods: ['totp'] } });
    const page = await begin(at, at.host.visitor(), 'ann');
    expect([page.error, page.$('button[name=send]').length]).to.deep.equal(['method_not_allowed', 0]);
  });

  it('sees the messages in Dutch, and when a link could not be mailed', async () => {
    await startWith(withLink);
    know({ locale: 'nl' });
    const visitor = await arrive();
    expect(visitor.page.$('button[name=send]').text()).to.equal('Stuur de link');
    await at.host.restart({
      sender: { send: () => Promise.reject(new DeliveryFailed('the server is away')) },
    });
    expect(await visitor.submit(visitor.page, {}, 'send')).to.include({
      status: 422,
      error: 'delivery_failed',
    });
  });
});

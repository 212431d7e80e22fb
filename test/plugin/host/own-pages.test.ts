/** A host that draws every page itself, from the model alone. */
import { expect } from 'chai';
import type { Pages, SecondFactorPage } from '../../../src/index.ts';
import { createAuthenticator } from '../../support/authenticator.ts';
import { IN_EXPRESS } from '../../support/hosts/guest-kinds.ts';
import type { Visitor } from '../../support/visitor.ts';
import { createPost, NUMBER, type Post } from '../post.ts';
import { begin, interaction, redeem, setUp } from '../story.ts';

/**
 * The same list as the type: one that is missing here, or there, does not compile. After a login page of the host the
 * second factor is a step-up, and nothing is offered after that.
 */
const EVERY: Readonly<Record<Exclude<SecondFactorPage, 'offer-passkey' | 'recovery-used'>, true>> = {
  'choose-method': true,
  'enter-code': true,
  'use-passkey': true,
  'set-up-choose': true,
  'set-up-proof': true,
  'set-up-totp': true,
  'set-up-email': true,
  'set-up-sms': true,
  'set-up-passkey': true,
  'recovery-codes': true,
  error: true,
};

const FIELDS = ['method', 'code', 'phone', 'response', 'seen'];
const BUTTONS = ['go', 'send', 'resend', 'saved'];

function drawn(page: SecondFactorPage, model: Pages[SecondFactorPage]): string {
  const form = 'form' in model ? model.form : null;
  const inputs = FIELDS.map((name) => `<input name="${name}" disabled>`).join('');
  const buttons = BUTTONS.map((name) => `<button name="${name}">`).join('');
  const secret = 'secret' in model ? model.secret : '';
  const asked = 'creation' in model ? model.creation : 'request' in model ? model.request : null;
  return `<body data-page="${page}"><form method="post" action="${form?.action}">
    <input name="_token" value="${form?.token}">${inputs}${buttons}</form>
    <b data-mark="secret">${secret}</b><pre data-mark="asked">${JSON.stringify(asked)}</pre></body>`;
}

describe('a host that draws every page itself [U.6]', () => {
  const shown = new Set<string>();
  const at = interaction(IN_EXPRESS, { hostname: 'localhost' });
  let post: Post;

  beforeEach(async () => {
    shown.clear();
    post = createPost(() => at, {
      policy: { enforcement: 'required', setUpProof: 'email' },
      render(ctx, page, model) {
        shown.add(page);
        ctx.body = drawn(page, model);
      },
    });
    await at.host.restart(post.options);
  });

  async function send(visitor: Visitor, fields: Readonly<Record<string, string>>, button = 'go') {
    return visitor.follow(await visitor.submit(visitor.page, fields, button));
  }

  /** Goes from the host's login page through the mailed code to the enrolment page of a method. */
  async function arriveAt(name: string, method: string): Promise<Visitor> {
    const visitor = at.host.visitor();
    await begin(at, visitor, name);
    await send(visitor, { method });
    await send(visitor, {}, 'send');
    await send(visitor, { code: post.codeTo(`${name}@host.test`) });
    return visitor;
  }

  it('can render all of them with the same behaviour as ours', async () => {
    const ann = await arriveAt('ann', 'sms');
    await send(ann, { phone: NUMBER }, 'send');
    await send(ann, { code: post.codeTo(NUMBER) });
    expect((await redeem(at.rp, await send(ann, {}, 'saved'))).claims.amr).to.include('sms');

    const again = at.host.visitor();
    expect((await begin(at, again, 'ann')).name).to.equal('choose-method');
    await send(again, { method: 'sms' });
    expect((await redeem(at.rp, await send(again, { code: post.codeTo(NUMBER) }))).claims.amr).to.include(
      'sms',
    );

    const key = createAuthenticator({ origin: at.host.origin });
    const bob = await arriveAt('bob', 'passkey');
    await send(bob, { response: key.create(JSON.parse(bob.page.mark('asked'))) });
    expect((await redeem(at.rp, await send(bob, {}, 'saved'))).claims.acr).to.equal('phr');
    const later = at.host.visitor();
    await begin(at, later, 'bob');
    await send(later, { method: 'passkey' });
    const given = key.get(JSON.parse(later.page.mark('asked')));
    expect((await redeem(at.rp, await send(later, { response: given }))).claims.acr).to.equal('phr');

    const cas = await arriveAt('cas', 'totp');
    const { end } = await setUp(at.host, cas);
    expect(end.location).to.be.a('string');

    at.host.people.set('dan', { email: 'dan@host.test', emailConfirmed: true });
    await at.host.restart({ policy: { enforcement: 'required' } });
    const dan = at.host.visitor();
    await begin(at, dan, 'dan');
    await send(dan, { method: 'email' });
    await send(dan, {}, 'send');
    await send(dan, { code: post.codeTo('dan@host.test') });
    expect((await redeem(at.rp, await send(dan, {}, 'saved'))).claims.amr).to.include('email');

    await dan.get('/oidc/interaction/nobody/second-factor');
    expect([...shown]).to.have.members(Object.keys(EVERY));
  });
});

/** The token of a trusted browser: it changes with each use, and what its copies are good for. */
import { expect } from 'chai';
import { OVERLAP_MS } from '../../../src/domain/sign-in/trusted-browser.ts';
import { together } from '../../contracts/make-store.ts';
import { freshSetting, NETWORK } from '../setting.ts';
import { DAY, keeping, TRUSTING, trustingIn } from './trusted-browser-story.ts';

describe('the token of a trusted browser', () => {
  const setting = freshSetting({ tenants: TRUSTING });
  const { person, trusted, askedOf, used, usedOnce, signedIn, count } = trustingIn(setting);
  const replays = async () =>
    (await setting().stores.audit.list({ limit: 100 })).filter(({ event }) => event === 'browser.replayed');

  it('changes with each use, and the id of the browser stays [A116]', async () => {
    const bob = await person();
    let kept = await trusted(bob);
    const values = new Set(kept.map(({ value }) => value));
    const [before] = await setting().browsers.list(bob);
    for (let times = 0; times < 5; times += 1) {
      kept = await usedOnce(bob, kept);
      for (const { value } of kept) values.add(value);
    }
    expect(values.size).to.equal(6);
    const [after, ...others] = await setting().browsers.list(bob);
    expect([after?.id, others]).to.deep.equal([before?.id, []]);
    setting().clock.nextStep(20 * DAY);
    expect(await askedOf(bob, kept)).to.equal('satisfied');
  });

  it('has one successor, whoever of 50 parallel requests uses it first [A116]', async () => {
    const bob = await person();
    const kept = await trusted(bob);
    const given = await together(50, () => used(bob, kept));
    const [first] = given;
    expect(new Set(given.map((each) => each?.value))).to.deep.equal(new Set([first?.value]));
    expect(first?.value).not.to.equal(kept[0]?.value);
    setting().clock.nextStep(DAY);
    expect(await askedOf(bob, first ? keeping(kept, first) : [])).to.equal('satisfied');
  });

  it('is good for 30 seconds after its first use, and gets the newest token then [A116]', async () => {
    const bob = await person();
    const kept = await trusted(bob);
    const second = await usedOnce(bob, kept);
    setting().clock.nextStep(OVERLAP_MS / 2);
    const third = await usedOnce(bob, second);
    setting().clock.nextStep(OVERLAP_MS / 2);
    // The answer to the first request was lost, and another tab was faster with the next token.
    expect(await usedOnce(bob, kept)).to.deep.equal(third);
    expect(await signedIn(bob, second)).to.equal('satisfied');
    expect(await replays()).to.deep.equal([]);
    setting().clock.nextStep(1);
    expect(await signedIn(bob, second), 'used 15 seconds ago').to.equal('satisfied');
    expect(await askedOf(bob, kept)).to.equal('prove');
    expect(await count(bob)).to.equal(1);
  });

  it('that is older asks for the factor, ends the trust and tells the owner [A116]', async () => {
    const bob = await person();
    const stolen = await trusted(bob);
    const kept = await usedOnce(bob, stolen);
    setting().clock.nextStep(OVERLAP_MS + 1);
    const evaluations = await together(50, () => signedIn(bob, stolen));
    expect(new Set(evaluations)).to.deep.equal(new Set(['prove']));
    expect(await count(bob)).to.equal(0);
    expect(await askedOf(bob, kept), 'the owner’s own').to.equal('prove');
    const [line, ...others] = await replays();
    expect(others, 'once').to.deep.equal([]);
    expect(line).to.include({ accountId: bob.id, tenantId: 'acme', clientId: 'rp', ip: NETWORK });
    expect(setting().told).to.deep.equal([{ accountId: bob.id, topic: 'trust-ended' }]);
  });

  it('that a thief used first ends the trust when its owner comes back, and the thief’s with it [A116]', async () => {
    const bob = await person();
    const kept = await trusted(bob);
    const thiefs = await usedOnce(bob, kept);
    const trustedBrowserId = setting().browsers.tokenIn(thiefs, bob.id)?.id ?? null;
    const session = async () => (await setting().evaluated(bob, { trustedBrowserId })).decision.kind;
    expect(await session()).to.equal('satisfied');
    setting().clock.nextStep(DAY);
    expect(await signedIn(bob, kept)).to.equal('prove');
    expect(await session()).to.equal('prove');
    expect(await askedOf(bob, thiefs)).to.equal('prove');
    expect(await replays()).to.have.length(1);
  });

  it('of a browser that is trusted again after that has nothing of the old one [A116]', async () => {
    const bob = await person();
    const stolen = await trusted(bob);
    const kept = await usedOnce(bob, stolen);
    setting().clock.nextStep(DAY);
    await signedIn(bob, stolen);
    const anew = await trusted(bob, kept);
    expect(await askedOf(bob, anew)).to.equal('satisfied');
    expect(await signedIn(bob, kept)).to.equal('prove');
    expect(await signedIn(bob, stolen)).to.equal('prove');
    expect(await count(bob)).to.equal(1);
  });

  it('changes when the browser is trusted again, and its copy ends that trust too [A116]', async () => {
    const bob = await person();
    const stolen = await trusted(bob);
    const kept = await trusted(bob, stolen);
    expect(kept).not.to.deep.equal(stolen);
    setting().clock.nextStep(DAY);
    expect(await signedIn(bob, stolen)).to.equal('prove');
    expect(await count(bob)).to.equal(0);
  });

  it('is good when the store has lost its first use [R6]', async () => {
    const bob = await person();
    const kept = await trusted(bob);
    const [before] = await setting().browsers.list(bob);
    const second = await usedOnce(bob, kept);
    await setting().stores.trustedBrowsers.removeAll(bob.id);
    if (before) await setting().stores.trustedBrowsers.insert(before);
    setting().clock.nextStep(DAY);
    const third = await usedOnce(bob, second);
    setting().clock.nextStep(DAY);
    expect(await signedIn(bob, kept)).to.equal('prove');
    expect(await askedOf(bob, third)).to.equal('prove');
  });

  it('gets no successor once the trust has ended', async () => {
    const bob = await person();
    const kept = await trusted(bob);
    const trustToken = setting().browsers.tokenIn(kept, bob.id);
    const policyResult = await setting().evaluated(bob, { trustToken });
    await setting().stores.trustedBrowsers.removeAll(bob.id);
    const browser = { ip: '192.0.2.7', clientId: 'rp', name: '', kept };
    expect(await setting().browsers.use(policyResult, browser, 'The shop')).to.equal(null);
    expect(await count(bob)).to.equal(0);
  });
});

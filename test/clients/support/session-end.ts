/** The end of a session at the provider, by ways that the application has no part in. */
import { expect } from 'chai';
import { linkIn, sentTo } from '../../http/flow/outbox.ts';
import { eventually } from '../../support/time/eventually.ts';
import { totpCode } from '../../support/totp.ts';
import type { Visitor } from '../../support/visitor.ts';
import type { DocumentedClient } from './documented-client.ts';
import type { Person } from './people.ts';

/** A change is made in this browser, and the owner of the account reports it by the link in the mail about it. */
export async function reportedByOwner(at: DocumentedClient, browser: Visitor, person: Person): Promise<void> {
  const security = await browser.open('/account/security');
  const page = await browser.follow(await browser.submit(security, {}, 'set-up'));
  await browser.enterCode(totpCode(page.mark('secret'), at.app.clock.now()));
  const [mail] = await sentTo(at.app, person.email);
  const owner = at.browser();
  const report = await owner.open(linkIn(mail, 'not-me'));
  expect((await owner.submit(report, {}, 'report')).status).to.equal(303);
}

/** Resolves once the application has no session for this browser: it sends it to the provider instead of answering. */
export async function hasEnded(browser: Visitor, address: string): Promise<void> {
  await eventually(async () => expect((await browser.get(address)).status).to.equal(302));
}

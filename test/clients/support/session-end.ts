/** The end of a session at the provider, by ways that the application has no part in. */
import { expect } from 'chai';
import { eventually } from '../../support/time/eventually.ts';
import type { Visitor } from '../../support/visitor.ts';

/** Resolves once the application has no session for this browser: it sends it to the provider instead of answering. */
export async function hasEnded(browser: Visitor, address: string): Promise<void> {
  await eventually(async () => expect((await browser.get(address)).status).to.equal(302));
}

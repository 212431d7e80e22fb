/** The application behind a proxy that signs people in: it answers with the headers that it received, as JSON. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { expect } from 'chai';
import type { Page } from '../../support/pages/page.ts';
import type { Visitor } from '../../support/visitor.ts';
import type { DocumentedClient } from './documented-client.ts';

export type ReceivedHeaders = Readonly<Record<string, string | undefined>>;

/** Called in a `describe`, after the client: there before its tests, gone after them. */
export function upstreamOf(at: Pick<DocumentedClient, 'upstreamPort'>): void {
  const server = createServer(({ headers }, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(headers));
  });
  before(async () => {
    server.listen(at.upstreamPort, 'localhost');
    await once(server, 'listening');
  });
  after(() => {
    server.close();
    server.closeAllConnections();
  });
}

/** The headers in the answer of the upstream. */
export function receivedHeaders(page: Page): ReceivedHeaders {
  return JSON.parse(page.text);
}

/** Opens an address four times at once, as a page with pictures does it; each must reach the upstream. */
export async function fourAtOnce(browser: Visitor, address: string): Promise<ReceivedHeaders[]> {
  const answers = await Promise.all(Array.from({ length: 4 }, () => browser.get(address)));
  expect(answers.map(({ status }) => status)).to.deep.equal([200, 200, 200, 200]);
  return answers.map(receivedHeaders);
}

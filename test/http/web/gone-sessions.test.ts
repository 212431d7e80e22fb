/** The limit on anonymous requests, for a browser that returns with the cookie of a session that is gone. */
import { expect } from 'chai';
import { interaction } from '../oidc/story.ts';
import { createLines, LIMIT, limited } from './limited.ts';

const HOUR = 60 * 60_000;

describe('the cookie of a session that is gone', () => {
  const written: string[] = [];
  const s = interaction(() => limited(), {
    logger: createLines().logger,
    around: (stores) => ({
      ...stores,
      providerShortLived: {
        ...stores.providerShortLived,
        upsert: (model, ...rest) => {
          written.push(model);
          return stores.providerShortLived.upsert(model, ...rest);
        },
        destroy: (model, id) => {
          written.splice(written.indexOf(model), 1);
          return stores.providerShortLived.destroy(model, id);
        },
      },
    }),
  });

  for (const [place, ip] of [
    ['/auth', '198.51.100.1'],
    ['/device', '198.51.100.2'],
  ] as const) {
    it(`leaves a limited number of records at the end of a sign-in that nobody began, at ${place} [A112]`, async () => {
      const headers = { 'x-forwarded-for': ip };
      const visitor = s.app.visitor({ headers });
      await visitor.get('/device');
      const cookie = visitor.jar.getCookieStringSync(s.app.origin);
      s.clock.nextStep(2 * HOUR);
      written.splice(0);
      const statuses: number[] = [];
      for (let each = 0; each < LIMIT + 1; each += 1)
        statuses.push((await s.app.visitor({ headers }).get(`${place}/nowhere`, { cookie })).status);
      expect(statuses).to.deep.equal([...Array<number>(LIMIT).fill(400), 429]);
      expect(written).to.have.length(LIMIT);
    });
  }
});

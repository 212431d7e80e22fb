/** People with an authenticator app, each for one test: a code is good once. */
import type { Clock } from '../../../src/ports/system.ts';
import type { Person as BrowserPerson } from '../../browser/person.ts';
import { PASSWORD, type Yaml } from '../../support/app.ts';
import type { Page } from '../../support/pages/page.ts';
import { STEP_MS, totpCode } from '../../support/totp.ts';
import type { Visitor } from '../../support/visitor.ts';

export interface Person {
  readonly email: string;
  readonly name: string;
  readonly groups: readonly string[];
  readonly password: string;
  readonly workspace: Workspace;
  /** Another one each time: of the present step, then of the next, which is as far as the provider looks ahead. */
  nextCode(): string;
}

/** `strict`: every sign-in asks for the second factor. `plain`: a request for a level does, and nothing else. */
export type Workspace = 'strict' | 'plain';

const PEOPLE_PER_WORKSPACE = 12;
const GROUPS = ['finance', 'staff'];

/** RFC 4648, 6, in which an authenticator app takes its secret. */
const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

interface Entry {
  readonly email: string;
  readonly name: string;
  readonly tenant: Workspace;
  readonly secret: string;
}

const ENTRIES: readonly Entry[] = (['strict', 'plain'] as const).flatMap((tenant) =>
  Array.from({ length: PEOPLE_PER_WORKSPACE }, (_, index) => {
    const letter = BASE32.charAt(index);
    return {
      email: `ann.${letter.toLowerCase()}@${tenant}.test`,
      name: `Ann ${letter}. Bakker`,
      tenant,
      secret: `JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PX${letter}`,
    };
  }),
);

export const ACCOUNTS: readonly Yaml[] = ENTRIES.map(({ email, name, tenant, secret }) => ({
  email,
  name,
  tenant,
  groups: GROUPS,
  password: PASSWORD,
  email_confirmed: true,
  factors: [{ method: 'totp', secret }],
}));

/** Gives another person at each call. */
export function createPeople(clock: Clock): (workspace?: Workspace) => Person {
  const left = [...ENTRIES];
  return (workspace = 'strict') => {
    const index = left.findIndex(({ tenant }) => tenant === workspace);
    const [entry] = index < 0 ? [] : left.splice(index, 1);
    if (entry === undefined) throw new Error(`nobody is left in ${workspace}`);
    const { email, name, secret } = entry;
    let used = 0;
    return {
      email,
      name,
      groups: GROUPS,
      password: PASSWORD,
      workspace,
      nextCode() {
        const present = Math.floor(clock.now() / STEP_MS);
        const step = Math.max(present, used + 1);
        if (step > present + 1) throw new Error(`${email} has no code left`);
        used = step;
        return totpCode(secret, step * STEP_MS);
      },
    };
  };
}

/** From the page `sign-in` to where the sign-in ends: the password, and a code if one is asked for. */
export async function signInAs(visitor: Visitor, person: Person): Promise<Page> {
  const page = await visitor.signIn(person.email, person.password);
  return page.name === 'enter-code' ? visitor.enterCode(person.nextCode()) : page;
}

/** Ends the session of the provider, without a word to the application's own page. */
export async function signOutAtProvider(visitor: Visitor): Promise<void> {
  const page = await visitor.open('/session/end');
  await visitor.follow(await visitor.submit(page, {}, 'logout'));
}

/** Does in a window of Chromium what `signInAs` does, up to the answer to the application. */
export async function signInBy(window: BrowserPerson, person: Person): Promise<void> {
  await window.isOn('sign-in');
  await window.send({ email: person.email, password: person.password }, 'sign_in');
  if (person.workspace === 'plain') return;
  await window.isOn('enter-code');
  await window.send({ code: person.nextCode() }, 'confirm');
}

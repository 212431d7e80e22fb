/** People with an authenticator app, each for one test: a code is good once. */
import { PASSWORD, type Yaml } from '../../support/app.ts';
import type { Page } from '../../support/pages/page.ts';
import { STEP_MS, totpCode } from '../../support/totp.ts';
import type { Visitor } from '../../support/visitor.ts';

export interface Person {
  readonly email: string;
  readonly name: string;
  readonly groups: readonly string[];
  readonly password: string;
  /** Another one each time; three in all, since the clock of the provider stands still. */
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
export function createPeople(nowMs: number): (workspace?: Workspace) => Person {
  const left = [...ENTRIES];
  return (workspace = 'strict') => {
    const index = left.findIndex(({ tenant }) => tenant === workspace);
    const [entry] = index < 0 ? [] : left.splice(index, 1);
    if (entry === undefined) throw new Error(`nobody is left in ${workspace}`);
    const { email, name, secret } = entry;
    const steps = [-1, 0, 1];
    return {
      email,
      name,
      groups: GROUPS,
      password: PASSWORD,
      nextCode() {
        const step = steps.shift();
        if (step === undefined) throw new Error(`${email} has no code left`);
        return totpCode(secret, nowMs + step * STEP_MS);
      },
    };
  };
}

/** From the page `sign-in` to where the sign-in ends: the password, and a code if one is asked for. */
export async function signInAs(visitor: Visitor, person: Person): Promise<Page> {
  const page = await visitor.signIn(person.email, person.password);
  return page.name === 'enter-code' ? visitor.enterCode(person.nextCode()) : page;
}

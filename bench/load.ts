/** Keeps a server busy for a while, and says what that took. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Browser } from './browser.ts';
import { createFlows, type Note, type Step } from './flows.ts';
import type { People } from './people.ts';
import type { Server } from './servers.ts';

/** The results of one server over all its rounds. */
export interface Tally {
  readonly flows: number;
  readonly ms: number;
  readonly cpuMs: number;
  /** 0 where the server does not count them. */
  readonly storeActs: number;
  /** Milliseconds until each answer. */
  readonly steps: ReadonlyMap<Step, readonly number[]>;
}

export interface Round {
  readonly seconds: number;
  /** No more than these, however much time is left. Default: as many as there is time for. */
  readonly flows?: number;
  /** How many people are at it at once. */
  readonly concurrency: number;
}

/** A browser that holds a live session, and whose it is. */
export interface SignedIn {
  readonly email: string;
  readonly browser: Browser;
}

/** Does one thing from begin to end; false: there is nobody left to do it for. */
type Flow = (note: Note) => Promise<boolean>;

/** Complete sign-ins, each of somebody else in a browser of their own, until the time or the people are used up. */
export async function driveSignIns(
  server: Server,
  people: People,
  round: Round,
): Promise<{ tally: Tally; sessions: SignedIn[] }> {
  const sessions: SignedIn[] = [];
  if (people.fresh < people.count / 2) await pause(people.wait);
  const tally = await drive(server, round, async (note) => {
    const person = people.next();
    if (!person) return false;
    const browser = server.browser();
    await createFlows(browser, note).signIn(person);
    sessions.push({ email: person.email, browser });
    return true;
  });
  return { tally, sessions };
}

/** Sign-ins to a relying party in browsers that are signed in already, in turn. */
export async function driveSessions(
  server: Server,
  sessions: readonly SignedIn[],
  round: Round,
): Promise<Tally> {
  // Each belongs to one side: a browser is at one page at a time here.
  const free = [...sessions];
  return drive(server, round, async (note) => {
    const session = free.shift();
    if (!session) return false;
    await createFlows(session.browser, note).signInAgain(session);
    free.push(session);
    return true;
  });
}

async function drive(server: Server, round: Round, flow: Flow): Promise<Tally> {
  const { seconds, concurrency, flows: most = Number.POSITIVE_INFINITY } = round;
  const steps = new Map<Step, number[]>();
  const note: Note = (step, ms) => {
    const times = steps.get(step);
    if (times) times.push(ms);
    else steps.set(step, [ms]);
  };
  const actsBefore = await countOf(server);
  const cpuBefore = server.cpuMs();
  const begun = performance.now();
  let flows = 0;
  const goesOn = () => flows < most && performance.now() - begun < seconds * 1000;
  const sides = Array.from({ length: concurrency }, async () => {
    while (goesOn() && (await flow(note))) flows += 1;
  });
  await Promise.all(sides);
  const ms = performance.now() - begun;
  const cpuMs = server.cpuMs() - cpuBefore;
  if (flows === 0) throw new Error('nobody was there to sign in: use more accounts');
  return { flows, ms, cpuMs, storeActs: (await countOf(server)) - actsBefore, steps };
}

async function countOf(server: Server): Promise<number> {
  const acts = await server.storeActs();
  return [...acts.values()].reduce((sum, count) => sum + count, 0);
}

/** All of them as one. */
export function joined(tallies: readonly Tally[]): Tally {
  const sum = (of: (tally: Tally) => number) => tallies.reduce((total, tally) => total + of(tally), 0);
  const names = new Set(tallies.flatMap(({ steps }) => [...steps.keys()]));
  return {
    flows: sum(({ flows }) => flows),
    ms: sum(({ ms }) => ms),
    cpuMs: sum(({ cpuMs }) => cpuMs),
    storeActs: sum(({ storeActs }) => storeActs),
    steps: new Map([...names].map((name) => [name, tallies.flatMap(({ steps }) => steps.get(name) ?? [])])),
  };
}

export function flowsPerSecond({ flows, ms }: Tally): number {
  return (flows * 1000) / ms;
}

export function cpuMsPerFlow({ flows, cpuMs }: Tally): number {
  return cpuMs / flows;
}

/** The value that this share of them does not exceed; NaN of none. */
export function percentile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.max(0, Math.ceil(values.length * share) - 1)] ?? Number.NaN;
}

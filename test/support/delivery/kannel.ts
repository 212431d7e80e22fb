/** Debian's Kannel as people run it, on free ports of this machine, before an SMS centre that only writes down. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { freePort } from '../process/free-port.ts';
import { eventually } from '../time/eventually.ts';

export interface Kannel {
  /** The URL of `/cgi-bin/sendsms`. */
  readonly url: string;
  readonly user: string;
  readonly password: string;
  /** The delivered messages, each as `FROM TO text WORDS`; a line break starts a new entry. */
  readonly arrived: () => readonly string[];
  readonly stop: () => Promise<void>;
}

type Programs = Readonly<Record<'bearerbox' | 'smsbox' | 'fakesmsc', string>>;

const USER = 'acme';
const PASSWORD = 'a password & more';

const group = (name: string, settings: Readonly<Record<string, string | number>>) =>
  [`group = ${name}`, ...Object.entries(settings).map(([key, value]) => `${key} = "${value}"`), ''].join(
    '\n',
  );

export async function startKannel({ bearerbox, smsbox, fakesmsc }: Programs): Promise<Kannel> {
  const [admin, boxes, centre, http] = await Promise.all([freePort(), freePort(), freePort(), freePort()]);
  const folder = mkdtempSync(join(tmpdir(), 'doublelock-kannel-'));
  const file = join(folder, 'kannel.conf');
  const host = '127.0.0.1';
  const groups = [
    group('core', {
      'admin-port': admin,
      'admin-interface': host,
      'admin-password': PASSWORD,
      'smsbox-port': boxes,
      'smsbox-interface': host,
      'box-allow-ip': host,
    }),
    group('smsc', { smsc: 'fake', 'smsc-id': 'fake', host, port: centre, 'connect-allow-ip': host }),
    group('smsbox', { 'bearerbox-host': host, 'sendsms-port': http, 'sendsms-interface': host }),
    group('sendsms-user', { username: USER, password: PASSWORD, 'max-messages': 5, concatenation: 'true' }),
  ];
  writeFileSync(file, groups.join('\n'));

  const children: ChildProcess[] = [];
  const start = (program: string, args: readonly string[]) => {
    const child = spawn(program, [...args], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
    children.push(child);
    child.stdout.resume();
    return child;
  };
  const listening = (port: number) =>
    eventually(async () => {
      const socket = connect(port, host);
      await once(socket, 'connect').finally(() => socket.destroy());
    }, 15_000);
  async function end(child: ChildProcess): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }

  const arrived: string[] = [];
  async function stop(): Promise<void> {
    await Promise.all(children.map(end));
    rmSync(folder, { recursive: true, force: true });
  }

  try {
    start(bearerbox, ['-v', '4', file]).stderr.resume();
    await Promise.all([listening(boxes), listening(centre)]);
    // It sends one message, to which nobody knows an answer; what it gets, it says.
    const centreProcess = start(fakesmsc, [
      '-H',
      host,
      '-r',
      String(centre),
      '-i',
      '3600',
      '-m',
      '1',
      '1 2 text nop',
    ]);
    createInterface(centreProcess.stderr).on('line', (line) => {
      const [, words] = /Got message \d+: <(.*)>$/.exec(line) ?? [];
      if (words !== undefined) arrived.push(words);
    });
    start(smsbox, ['-v', '4', file]).stderr.resume();
    await listening(http);
    // What Kannel says to that one message: it has been all the way, and back.
    await eventually(async () => {
      if (arrived.shift() !== '2 1 text Request Failed') throw new Error('Kannel does not answer');
    }, 15_000);
  } catch (error) {
    await stop();
    throw error;
  }

  return {
    url: `http://${host}:${http}/cgi-bin/sendsms`,
    user: USER,
    password: PASSWORD,
    arrived: () => arrived,
    stop,
  };
}

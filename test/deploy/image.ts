/**
 * Builds the Dockerfile's result without Docker: the files of its last stage in a folder, and the command to run them.
 */
import { chmodSync, copyFileSync, cpSync, mkdirSync, renameSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ROOT, run } from './reading.ts';

export interface Instruction {
  readonly stage: string;
  readonly keyword: string;
  readonly flags: readonly string[];
  readonly words: readonly string[];
  readonly isExec: boolean;
}

export interface Dockerfile {
  readonly instructions: readonly Instruction[];
  readonly warnings: readonly string[];
  /** The files that `.dockerignore` lets through. */
  readonly context: readonly string[];
}

/** The last stage's, of this keyword; throws when there is not exactly one. */
export function lastOf({ instructions }: Dockerfile, keyword: string): Instruction {
  const found = instructions.filter((one) => one.keyword === keyword && one.stage === '');
  const [only, ...more] = found;
  if (only === undefined || more.length > 0)
    throw new Error(`the last stage has ${found.length} of ${keyword}`);
  return only;
}

/** `NAME=value`, as it is parsed: name, value, sign. */
export function environmentOf(dockerfile: Dockerfile): Record<string, string> {
  const { words } = lastOf(dockerfile, 'ENV');
  const pairs = words.flatMap((word, index) => (index % 3 === 0 ? [[word, words[index + 1] ?? '']] : []));
  return Object.fromEntries(pairs);
}

/**
 * Carries out WORKDIR and COPY of every stage, and RUN of the first: that of the last stage is about users and links of
 * the image's own. Gives the folder that stands for `/` in the last.
 */
export async function makeImage({ instructions, context }: Dockerfile, folder: string): Promise<string> {
  const rootOf = (stage: string) => join(folder, stage || 'image');
  const workdirs = new Map<string, string>();

  for (const { stage, keyword, flags, words } of instructions) {
    const inStage = (path: string) => {
      const base = path.startsWith('/') ? rootOf(stage) : join(rootOf(stage), workdirs.get(stage) ?? '/');
      return join(base, path);
    };
    if (keyword === 'WORKDIR') {
      const [path = '/'] = words;
      mkdirSync(inStage(path), { recursive: true });
      workdirs.set(stage, path);
    }
    if (keyword === 'COPY') {
      const from = flags.find((flag) => flag.startsWith('--from='))?.slice('--from='.length);
      const to = words.at(-1) ?? '';
      for (const source of words.slice(0, -1)) {
        if (from === undefined) copyFromContext(context, source, inStage(to), to.endsWith('/'));
        else renameSync(join(rootOf(from), source), inStage(to));
      }
    }
    if (keyword === 'RUN' && stage !== '') {
      await run('sh', ['-c', words.join(' ')], { cwd: inStage('.'), maxBuffer: 16 * 1024 * 1024 });
    }
  }
  return rootOf('');
}

/** A folder's content goes into the target, and so does a file where that ends in a slash. */
function copyFromContext(
  context: readonly string[],
  source: string,
  target: string,
  isFolder: boolean,
): void {
  const files = context.filter((file) => file === source || file.startsWith(`${source}/`));
  if (files.length === 0) throw new Error(`COPY ${source}: not in the build context`);
  for (const file of files) {
    const within = file === source ? (isFolder ? file : '') : file.slice(source.length + 1);
    const to = join(target, within);
    mkdirSync(dirname(to), { recursive: true });
    copyFileSync(join(ROOT, file), to);
  }
}

/** The base image's Node.js is the one of these tests, where anybody may run it. */
export function putNode(image: string): string {
  const path = join(image, 'usr/local/bin/node');
  mkdirSync(dirname(path), { recursive: true });
  cpSync(process.execPath, path);
  chmodSync(path, 0o755);
  return dirname(path);
}

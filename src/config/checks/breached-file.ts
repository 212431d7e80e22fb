/** Checks the operator's file of breached passwords: its lines at many places of it, and their order. */
import { readSync } from 'node:fs';
import { resolve } from 'node:path';
import { hashOfLine, LONGEST_LINE, lineFault } from '../../domain/password/breached-hash.ts';
import type { Findings } from '../faults.ts';
import type { ConfigSketch } from '../schema/file.ts';
import { fileFault } from './file-fault.ts';

/** Places of the file that are read. All of 40 GB would take minutes at each start. */
const SAMPLES = 1000;

export function checkBreachedFile({ passwords }: ConfigSketch, folder: string, findings: Findings): void {
  const path = passwords?.breached_file;
  const fault = path ? fileFault(resolve(folder, path), faultOfContent) : null;
  if (fault !== null) findings.fault(['passwords', 'breached_file'], fault);
}

function faultOfContent(file: number, size: number): string | null {
  let before = '';
  for (const line of sampledLines(file, size)) {
    const fault = lineFault(line);
    if (fault !== null) return fault;
    const hash = hashOfLine(line) ?? '';
    if (hash < before) return 'is not sorted by hash: download it with the option for one sorted file';
    before = hash;
  }
  return before === '' ? 'is empty' : null;
}

/** The first line, the last one, and lines between them, in the order of the file. */
function* sampledLines(file: number, size: number): Generator<string> {
  const block = Buffer.alloc(LONGEST_LINE * 3);
  const step = Math.max(1, Math.floor(size / SAMPLES));
  const places = Array.from({ length: SAMPLES }, (_, at) => at * step);
  let next = 0;
  for (const position of [...places, size - LONGEST_LINE]) {
    if (position < next || position >= size) continue;
    // From the byte before it, which may be the end of a line.
    const from = Math.max(0, position - 1);
    const text = block.subarray(0, readSync(file, block, 0, block.length, from)).toString('latin1');
    const start = position === 0 ? 0 : text.indexOf('\n') + 1;
    if (position > 0 && start === 0) {
      if (text.length === block.length) yield text;
      continue;
    }
    const lines = text.slice(start).split('\n');
    // The first line is whole. Further ones are where the file ends within the block.
    if (text.length === block.length) lines.splice(1);
    yield* lines.filter((line) => line !== '');
    next = from + start + lines.join('\n').length;
  }
}

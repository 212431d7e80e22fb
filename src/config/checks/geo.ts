/** Checks the operator's file of places by the description at its end (MaxMind DB file format 2.0, "Database Metadata"). */
import { readSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Findings } from '../faults.ts';
import type { ConfigSketch } from '../schema/file.ts';
import { fileFault } from './file-fault.ts';

/** The description begins with this, within the last 128 KiB of the file. */
const BEGINNING = '\xab\xcd\xefMaxMind.com';
const LONGEST_DESCRIPTION = 128 * 1024;

export function checkGeo({ geo }: ConfigSketch, folder: string, findings: Findings): void {
  const path = geo?.database;
  const fault = path ? fileFault(resolve(folder, path), faultOfContent) : null;
  if (fault !== null) findings.fault(['geo', 'database'], fault);
}

function faultOfContent(file: number, size: number): string | null {
  const tail = Buffer.alloc(Math.min(size, LONGEST_DESCRIPTION));
  readSync(file, tail, 0, tail.length, size - tail.length);
  return tail.toString('latin1').includes(BEGINNING) ? null : 'is not a MaxMind DB file (.mmdb)';
}

/** Reads what an operator types: details by the rules of the configuration, and a password from standard input. */
import { text } from 'node:stream/consumers';
import type { z } from 'zod';
import { email, group, text as line, listOf, phone } from '../../config/schema/field.ts';

export const DETAIL_TYPES = { email: email.trim(), name: line, groups: listOf(group), phone };

/** Throws one line that names the option. */
export function checked<T>(name: string, type: z.ZodType<T>, typed: unknown): T {
  const { success, data, error } = type.safeParse(typed);
  if (success) return data;
  throw new Error(`${name} ${error.issues[0]?.message ?? 'is not valid'}`);
}

/** One line, without its end. Throws at a terminal, where the password would be seen. */
export async function readPassword(): Promise<string> {
  if (process.stdin.isTTY)
    throw new Error('no password comes in: write it into a pipe or a file, not at a terminal');
  const password = (await text(process.stdin)).replace(/\r?\n$/, '');
  if (password === '') throw new Error('the password on standard input is empty');
  if (/[\r\n]/.test(password)) throw new Error('the password on standard input has more than one line');
  return password;
}

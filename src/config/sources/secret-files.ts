/** Reads secrets from files of their own: `<key>_file` in the configuration becomes `<key>`. */
import { resolve } from 'node:path';
import { parseKeyList, parseSigningKeys } from '../build/key-text.ts';
import { type Data, isMap, mapAt } from '../data.ts';
import type { Findings } from '../faults.ts';
import { readText } from './text-file.ts';

type Parse = (text: string) => unknown;

/** The maps and keys that allow `_file`, and the parser of the file for each. */
export const FILE_KEYS: readonly (readonly [where: string, keys: Readonly<Record<string, Parse>>])[] = [
  ['storage.accounts', { uri: asItIs }],
  ['storage.short_lived', { uri: asItIs }],
  ['storage.short_lived.sentinel', { password: asItIs }],
  ['secrets', { cookies: parseKeyList, signing: parseSigningKeys }],
  ['secrets.encryption.*', { key: asItIs }],
  ['mail', { url: asItIs }],
  ['sms', { auth_token: asItIs, bearer_token: asItIs, password: asItIs }],
  ['clients.*', { client_secret: asItIs }],
  ['accounts.*', { password: asItIs, password_hash: asItIs }],
  ['accounts.*.factors.*', { secret: asItIs }],
];

/**
 * Replaces the name of each file by its content. A file that can't be read is a fault. Its key stays, so that the other
 * checks do not report the secret as missing.
 */
export function readSecretFiles(data: unknown, folder: string, findings: Findings): unknown {
  return FILE_KEYS.reduce(
    (whole, [where, keys]) =>
      mapAt(whole, where.split('.'), (map, path) =>
        Object.entries(keys).reduce((filled, [key, parse]) => {
          const name = isMap(filled) ? filled[`${key}_file`] : undefined;
          if (!isMap(filled) || typeof name !== 'string') return filled;
          if (filled[key] !== undefined) {
            findings.fault([...path, `${key}_file`], `given together with ${key}: one of them`);
            return filled;
          }
          const value = contentOf(resolve(folder, name), parse);
          if ('fault' in value) findings.fault([...path, `${key}_file`], value.fault);
          return 'fault' in value ? filled : without(filled, `${key}_file`, key, value.content);
        }, map),
      ),
    data,
  );
}

function contentOf(path: string, parse: Parse): { content: unknown } | { fault: string } {
  const file = readText(path);
  if ('fault' in file) return file;
  const trimmed = file.text.trim();
  if (trimmed === '') return { fault: 'names an empty file' };
  const content = parse(trimmed);
  return content === null ? { fault: 'names a file that is no JSON Web Key Set' } : { content };
}

function without(map: Data, fileKey: string, key: string, value: unknown): Data {
  const { [fileKey]: _, ...rest } = map;
  return { ...rest, [key]: value };
}

function asItIs(text: string): string {
  return text;
}

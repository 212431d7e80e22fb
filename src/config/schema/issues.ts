/** Words the issues of the schema by the keys of the file, and never quotes a value. */
import type { z } from 'zod';
import { valueAt } from '../data.ts';
import type { Findings, Path } from '../faults.ts';

type Issue = z.core.$ZodIssue;

export function reportIssues(issues: readonly Issue[], data: unknown, findings: Findings): void {
  for (const issue of issues) {
    const path = pathOf(issue);
    const branch = branchOf(issue, valueAt(data, path));
    if (branch) reportIssues(branch, data, findings);
    else if (issue.code === 'unrecognized_keys') {
      for (const key of issue.keys) findings.fault([...path, key], 'unknown key');
    } else {
      findings.fault(path, messageOf(issue, valueAt(data, path)));
    }
  }
}

/** The issues of the form that the value has, where a key takes a text or a map of keys. Null for every other key. */
function branchOf(issue: Issue, value: unknown): readonly Issue[] | null {
  if (issue.code !== 'invalid_union' || value === null || value === undefined) return null;
  const maps = issue.errors.find((branch) => branch.some(isOfMap));
  if (!maps) return null;
  const isMap = typeof value === 'object' && !Array.isArray(value);
  const own = isMap ? maps : issue.errors.find((branch) => branch !== maps);
  return own ? own.map((each) => ({ ...each, path: [...issue.path, ...each.path] })) : null;
}

function isOfMap(issue: Issue): boolean {
  if (issue.path.length > 0 || issue.code === 'unrecognized_keys') return true;
  return issue.code === 'invalid_type' && issue.expected === 'object';
}

/** Paths of texts that YAML read as numbers, such as `+31…` and `007`. */
export function meantAsText(issues: readonly Issue[], data: unknown): Path[] {
  return issues
    .filter((issue) => issue.code === 'invalid_type' && issue.expected === 'string')
    .map(pathOf)
    .filter((path) => typeof valueAt(data, path) === 'number');
}

function messageOf(issue: Issue, value: unknown): string {
  if (value === undefined) return 'is required';
  if (value === null) return 'has no value: give one, or leave the key out';
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${KINDS[issue.expected] ?? issue.expected}`;
    case 'invalid_value':
      return `must be one of ${issue.values.join(', ')}`;
    case 'invalid_union':
      return 'options' in issue ? `must be one of ${issue.options?.join(', ')}` : issue.message;
    case 'too_small':
    case 'too_big':
      return issue.origin === 'number' || issue.origin === 'int' ? boundOf(issue) : issue.message;
    case 'invalid_key':
      return issue.issues[0]?.message ?? issue.message;
    default:
      return issue.message;
  }
}

function boundOf(issue: z.core.$ZodIssueTooSmall | z.core.$ZodIssueTooBig): string {
  if (issue.code === 'too_big') return `must be ${issue.maximum} or less`;
  return issue.inclusive ? `must be ${issue.minimum} or more` : `must be more than ${issue.minimum}`;
}

const KINDS: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map of keys and values',
  record: 'a map of keys and values',
};

function pathOf(issue: Issue): Path {
  return issue.path.map((step) => (typeof step === 'number' ? step : String(step)));
}

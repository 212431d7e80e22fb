/** The only account that a request accepts. The library compares it with the live session only. */

/**
 * Reads `id_token_hint`, or `sub` in the `claims` parameter. Null: the request accepts every account. A sign-in of another
 * account ends in an error (OIDC Core 3.1.2.1, 5.5.1). The library verified the hint when the interaction began.
 */
export function accountOfIdTokenHint(params: Readonly<Record<string, unknown>>): string | null {
  const { id_token_hint: hint, claims } = params;
  const payload = typeof hint === 'string' ? hint.split('.')[1] : undefined;
  const hinted = payload === undefined ? null : at(json(Buffer.from(payload, 'base64url').toString()), 'sub');
  const claimed = at(at(at(json(claims), 'id_token'), 'sub'), 'value');
  return [hinted, claimed].find((sub) => typeof sub === 'string') ?? null;
}

function json(text: unknown): unknown {
  if (typeof text !== 'string') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function at(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? Reflect.get(value, name)
    : undefined;
}

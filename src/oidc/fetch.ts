/** The requests that the library makes: keys of clients, and back-channel logout. */

/**
 * Fetches without the library's guard against private networks. The guard protects from URLs that strangers register;
 * here every URL stands in the operator's configuration.
 */
export function fetchUnguarded(
  input: string | Request | URL,
  options: RequestInit & { dispatcher?: unknown } = {},
) {
  const { dispatcher: _guard, ...plain } = options;
  return fetch(input, plain);
}

/** The error page of a relying party: the provider's error, or a failed check of its answer. */
import {
  AuthorizationResponseError,
  ClientError,
  ResponseBodyError,
  WWWAuthenticateChallengeError,
} from 'openid-client';

export interface Failure {
  readonly error: string;
  readonly description: string;
  /** The provider did not answer, or not in its protocol. */
  readonly isAway: boolean;
}

/** Characters of a description, which comes through the browser and may be forged. */
const LONGEST = 300;

/** The answer belongs to no request of this browser: an old link, or another person's (RFC 6749, 10.12). */
export const UNASKED: Failure = {
  error: 'invalid_state',
  description: 'This answer belongs to no sign-in that was begun in this browser.',
  isAway: false,
};

export const NO_REFRESH_TOKEN: Failure = {
  error: 'no_refresh_token',
  description: 'The provider gave no refresh token.',
  isAway: false,
};

/** Throws an error that is no failure of the protocol. */
export function failureOf(thrown: unknown): Failure {
  if (thrown instanceof AuthorizationResponseError || thrown instanceof ResponseBodyError) {
    return {
      error: thrown.error,
      description: (thrown.error_description ?? '').slice(0, LONGEST),
      isAway: false,
    };
  }
  if (thrown instanceof WWWAuthenticateChallengeError) {
    const { error, error_description } = thrown.cause[0]?.parameters ?? {};
    return {
      error: error ?? 'invalid_token',
      description: (error_description ?? '').slice(0, LONGEST),
      isAway: false,
    };
  }
  // The message of a ClientError is fixed text. The received values stand in its cause.
  if (thrown instanceof ClientError) {
    return { error: 'invalid_response', description: thrown.message, isAway: true };
  }
  // Undici's error when no server answers.
  if (thrown instanceof TypeError && thrown.message === 'fetch failed') {
    return { error: 'temporarily_unavailable', description: 'The provider does not answer.', isAway: true };
  }
  throw thrown;
}

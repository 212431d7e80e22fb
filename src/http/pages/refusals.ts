/** The status of each refusal, its words, and the fields that it marks. */
import type { MethodTraits } from '../../domain/methods/contract.ts';
import type { PasswordFault, PasswordPattern } from '../../domain/password/fault.ts';
import type { FieldFault, Refusal } from '../../domain/refusal.ts';

/** A sentence of the locale files, with the values to fill in. */
export interface Phrase {
  readonly key: string;
  readonly count?: number;
  /** Milliseconds since the epoch, shown as a wait or as a time of day. */
  readonly until?: number;
}

/** Names whose words a refusal has: those of a method's codes, of a link, of a device's code, or of a reset. */
export type Subject = MethodTraits['words'] | 'link' | 'device' | 'reset';

/** Statuses of RFC 9110, 15.5 and RFC 6585, 4. */
export function statusOf({ code }: Refusal): 400 | 403 | 409 | 422 | 429 {
  switch (code) {
    case 'session_expired':
      return 400;
    case 'forbidden':
      return 403;
    case 'conflict':
      return 409;
    case 'too_many_attempts':
    case 'too_many_requests':
    case 'resend_too_soon':
      return 429;
    case 'delivery_failed':
    case 'phone_invalid':
    case 'email_unconfirmed':
    case 'credentials_invalid':
    case 'code_invalid':
    case 'code_expired':
    case 'code_used':
    case 'method_not_allowed':
    case 'enforced':
    case 'field_invalid':
      return 422;
  }
}

/** The sentences that say what happened and what to do next. */
export function phrasesOf(refusal: Refusal, subject: Subject): readonly Phrase[] {
  switch (refusal.code) {
    case 'code_invalid':
      if (refusal.passkey) return [{ key: `refusal.passkey_${refusal.passkey}` }];
      if (refusal.attemptsLeft === 0) return [...whyLast(refusal.clockOffSeconds), ...attempts(0)];
      if (refusal.noCode) return [likeACode(refusal.noCode.digits, subject)];
      return [...whyInvalid(refusal.clockOffSeconds, subject), ...attempts(refusal.attemptsLeft)];
    case 'code_expired':
      if (refusal.passkey) return [{ key: 'refusal.passkey_expired' }];
      return [{ key: subject === 'device' ? 'refusal.code_expired_device' : 'refusal.code_expired' }];
    case 'too_many_attempts':
      return refusal.retryAt === null
        ? [{ key: 'refusal.too_many_attempts_here' }]
        : [{ key: 'refusal.too_many_attempts', until: refusal.retryAt }];
    case 'method_not_allowed':
      return [{ key: refusal.passkey ? `refusal.passkey_${refusal.passkey}` : 'refusal.method_not_allowed' }];
    case 'too_many_requests':
    case 'resend_too_soon':
      return [
        { key: `refusal.${refusal.code}${subject === 'reset' ? '_reset' : ''}`, until: refusal.retryAt },
      ];
    case 'code_used':
      return [{ key: `refusal.code_used_${subject}` }];
    case 'session_expired':
      return [{ key: subject === 'link' ? 'refusal.link_expired' : 'refusal.session_expired' }];
    case 'credentials_invalid':
      return [{ key: refusal.field ? `refusal.${refusal.field}_wrong` : 'refusal.credentials_invalid' }];
    case 'delivery_failed':
      return [{ key: refusal.because ? 'refusal.delivery_refused' : 'refusal.delivery_failed' }];
    case 'phone_invalid':
    case 'email_unconfirmed':
    case 'enforced':
    case 'conflict':
      return [{ key: `refusal.${refusal.code}` }];
    case 'field_invalid':
      if ('setting' in refusal)
        return [
          {
            key: `refusal.${refusal.setting}`,
            ...(refusal.line === undefined ? {} : { count: refusal.line }),
          },
        ];
      if ('password' in refusal) return passwordPhrases(refusal.password, refusal.patterns);
      return [{ key: `refusal.${'because' in refusal ? refusal.because : refusal.code}` }];
    case 'forbidden':
      return [{ key: `refusal.${refusal.because ?? refusal.code}` }];
  }
}

/** Says how a code looks, to a person who typed something else. */
function likeACode(digits: number | null, subject: Subject): Phrase {
  if (digits !== null) return { key: 'refusal.no_code_digits', count: digits };
  return { key: `refusal.no_code_${subject}` };
}

function whyInvalid(clockOffSeconds: number | null, subject: Subject): readonly Phrase[] {
  if (clockOffSeconds === null) return [{ key: `refusal.code_invalid_${subject}` }];
  return [clockPhrase(clockOffSeconds), { key: 'refusal.clock_mend' }];
}

/** After the last attempt no further code is asked for. */
function whyLast(clockOffSeconds: number | null): readonly Phrase[] {
  if (clockOffSeconds === null) return [{ key: 'refusal.code_invalid_last' }];
  return [clockPhrase(clockOffSeconds), { key: 'refusal.clock_mend_first' }];
}

function clockPhrase(offSeconds: number): Phrase {
  const key = offSeconds > 0 ? 'refusal.clock_ahead' : 'refusal.clock_behind';
  return { key, count: Math.abs(offSeconds) };
}

function passwordPhrases(fault: PasswordFault, patterns: readonly PasswordPattern[]): readonly Phrase[] {
  // A common password is one itself.
  const told = patterns.filter((one) => fault.because !== 'common' || one !== 'known_password');
  const advice = told.map((pattern) => ({ key: `refusal.password_has_${pattern}` }));
  const key = `refusal.password_${fault.because}`;
  if (fault.because === 'too_long') return [{ key, count: fault.maximum }];
  if (fault.because === 'too_short') return [{ key, count: fault.minimum }, ...advice];
  return [{ key }, ...advice, { key: 'refusal.password_advice' }];
}

function attempts(left: number | null): readonly Phrase[] {
  return left === null ? [] : [{ key: 'refusal.attempts_left', count: left }];
}

const FIELD_OF: Readonly<Record<FieldFault, string>> = {
  email_incomplete: 'email',
  password_missing: 'password',
  current_password_missing: 'current_password',
  email_known: 'email',
  email_elsewhere: 'email',
  groups_unfit: 'groups',
  groups_not_managed: 'groups',
  file_missing: 'file',
  file_unreadable: 'file',
  file_too_long: 'file',
  list_unknown: 'filter',
  list_place_unknown: 'after',
  nobody_unconfirmed: 'send',
  person_unknown: 'email',
  subject_unknown: 'person',
  actor_unknown: 'actor',
  event_unknown: 'event',
  reference_malformed: 'reference',
  since_malformed: 'since',
  until_malformed: 'until',
  until_too_early: 'until',
};

/** The fields that are marked as wrong. The first of them gets the focus. */
export function fieldsOf(refusal: Refusal): readonly string[] {
  switch (refusal.code) {
    // Both, so that the mark does not reveal which of the two was right.
    case 'credentials_invalid':
      return refusal.field ? [refusal.field] : ['password', 'email'];
    case 'code_invalid':
    case 'code_expired':
    case 'code_used':
      return ['code'];
    case 'field_invalid':
      if ('field' in refusal) return [refusal.field];
      if ('password' in refusal) return ['password'];
      return [FIELD_OF[refusal.because]];
    case 'method_not_allowed':
      return ['method'];
    case 'phone_invalid':
      return ['phone'];
    case 'resend_too_soon':
    case 'delivery_failed':
    case 'email_unconfirmed':
    case 'too_many_attempts':
    case 'too_many_requests':
    case 'session_expired':
    case 'forbidden':
    case 'enforced':
    case 'conflict':
      return [];
  }
}

/** Seconds for `Retry-After` (RFC 9110, 10.2.3). Null when waiting does not help. */
export function retryAfter(refusal: Refusal, now: number): number | null {
  if (!('retryAt' in refusal)) return null;
  // 0, because a new sign-in or another method works at once.
  return refusal.retryAt === null ? 0 : Math.max(1, Math.ceil((refusal.retryAt - now) / 1000));
}

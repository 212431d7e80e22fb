/** The fields and marks of the samples of a person's details and sessions, by selector. */

export const ACCOUNT_FIELDS: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  account: {
    'nav a[href="/account"][aria-current=page]': 1,
    'nav a[href="/account/sessions"]': 1,
    'nav a[href="/session/end"]': 1,
    'form:has(button[name=save]) input[name=name]': 1,
    'form:has(button[name=save]) select[name=locale] option': 3,
    'form:has(button[name=change-phone]) input[name=phone]': 1,
    'form:has(button[name=change-email]) input[name=email]': 1,
    'form:has(button[name=change-email]) input[name=notification_email]': 1,
    'button[name=stop-change]': 0,
  },
  'account-waiting': { 'button[name=stop-change]': 2, '[role=status]': 1, 'option[value=nl][selected]': 1 },
  'account-refused': { 'input[name=email][aria-invalid=true][autofocus]': 1 },
  'account-frozen': { '.notice[role=note]': 1 },
  'change-email-code': {
    'input[name=code][autofocus]': 1,
    'button[name=resend]': 1,
    'a[href="/account"]': 2,
  },
  sessions: {
    '[data-mark=session]': 2,
    '[data-mark=this-session]': 1,
    'button[name=end][value=session-2]': 1,
    'button[name=end]': 1,
    'button[name=end-others]': 1,
    'nav a[href="/account/sessions"][aria-current=page]': 1,
  },
  'sessions-only': { 'button[name=end]': 0, 'button[name=end-others]': 0, '[role=status]': 1 },
  'change-email': { 'button[name=confirm]': 1 },
  'change-email-done': { 'button[name=confirm]': 0, '[role=status]': 1 },
  'confirm-notices': { 'button[name=confirm]': 1 },
  'confirm-notices-done': { 'button[name=confirm]': 0, '[role=status]': 1 },
  'restore-email': { 'input[name=password][autocomplete=new-password]': 1, 'button[name=save]': 1 },
  'restore-email-refused': { 'input[name=password][aria-invalid=true]': 1 },
  'restore-email-done': { 'input[name=password]': 0, '[role=status]': 1 },
};
